package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.Wait;

/** A tile while a program is linked: which bytes its rows and scaling registers hold, counters, queues and inboxes. */
final class Tile {
    /** Units that take their instructions in order, in the order of the scheduler. */
    enum Unit {
        TO_NARROW,
        CONSUMER_0,
        CONSUMER_1,
        TO_WIDE,
        PRODUCER,
        MESH_SOUTH,
        MESH_WEST,
        MESH_NORTH,
        MESH_EAST,
        OP;

        static Unit of(TileCommand command) {
            return switch (command.opcode()) {
                case WIDE_TO_NARROW -> TO_NARROW;
                case RING_BUS_CONSUMER_0 -> CONSUMER_0;
                case RING_BUS_CONSUMER_1 -> CONSUMER_1;
                case NARROW_TO_WIDE -> TO_WIDE;
                case RING_BUS_PRODUCER -> PRODUCER;
                case MESH_BUS_0 -> MESH_SOUTH;
                case MESH_BUS_1 -> MESH_WEST;
                case MESH_BUS_2 -> MESH_NORTH;
                case MESH_BUS_3 -> MESH_EAST;
                default -> OP;
            };
        }
    }

    /** Walks of one unit that have windows of their own. */
    enum Window {
        ACTIVATIONS,
        OUTPUTS,
        WEIGHTS,
        ROWS,
        WORDS,
        SCALING_ROWS,
        SCALING_WORDS
    }

    /** An instruction in a queue. */
    record Issue(TileCommand command, int run) {}

    private static final int COUNTER_MASK = 0xffff;

    final int number;
    private final StepRecorder recorder;
    private final RowBytes[] rows = new RowBytes[Chip.WIDE_ROWS];
    private final InstructionSite[] unread = new InstructionSite[Chip.WIDE_ROWS];
    private final RowBytes[] scaling = new RowBytes[Chip.SCALING_UNITS];
    private final int[] counters = new int[TileCounter.COUNT];
    private final int[][] halves = new int[Unit.values().length][Window.values().length];
    private final Map<Long, Integer> headers = new HashMap<>();
    private int groups;
    final Map<Unit, Deque<Issue>> queues = new EnumMap<>(Unit.class);
    final Map<Unit, Task> running = new EnumMap<>(Unit.class);
    final Deque<RowBytes> inboxA = new ArrayDeque<>();
    final Deque<RowBytes> inboxB = new ArrayDeque<>();
    boolean hasTable;

    Tile(int number, StepRecorder recorder) {
        this.number = number;
        this.recorder = recorder;
        for (Unit unit : Unit.values()) {
            queues.put(unit, new ArrayDeque<>());
        }
    }

    /** Rows that are there from the beginning. */
    void preset(int row, RowBytes bytes) {
        rows[row] = bytes;
    }

    RowBytes rowOrNull(int row) {
        return rows[row];
    }

    /**
     * Writes a row.
     *
     * @param watched it stands in a window and must be read before it is written again
     */
    void put(InstructionSite by, int row, RowBytes bytes, boolean watched) {
        by.require(row >= 0 && row < Chip.WIDE_ROWS, "row %d outside wide memory", row);
        by.require(
                unread[row] == null,
                "tile %d row %d, written by [%s], overwritten before it was read",
                number,
                row,
                unread[row]);
        bytes.hold(1);
        recorder.release(rows[row]);
        rows[row] = bytes;
        unread[row] = watched ? by : null;
    }

    /** Reads a row. */
    RowBytes take(InstructionSite by, int row) {
        by.require(row >= 0 && row < Chip.WIDE_ROWS, "row %d outside wide memory", row);
        by.require(rows[row] != null, "tile %d reads row %d, which nobody wrote", number, row);
        unread[row] = null;
        return rows[row].markRead();
    }

    /** Sums replace older ones without anybody having read them. */
    void forgetUnread(int row) {
        unread[row] = null;
    }

    /** @param bytes null for bytes that nobody wrote */
    void load(InstructionSite by, int unit, RowBytes bytes) {
        by.require(unit >= 0 && unit < Chip.SCALING_UNITS, "scaling register %d", unit);
        if (bytes != null) {
            bytes.hold(1);
        }
        recorder.release(scaling[unit]);
        scaling[unit] = bytes;
    }

    /** Registers from a unit on as one run of bytes. */
    RowBytes registers(InstructionSite by, int unit, int bytes) {
        int units = (bytes + Chip.SCALING_UNIT_BYTES - 1) / Chip.SCALING_UNIT_BYTES;
        RowBytes[] parts = Arrays.copyOfRange(scaling, unit, unit + units);
        for (RowBytes part : parts) {
            by.require(part != null, "tile %d: scaling registers that nobody loaded", number);
            part.markRead();
        }
        RowBytes whole = parts[0].whole();
        int first = parts[0].offset() - whole.offset();
        boolean together = first + bytes <= whole.length();
        for (int i = 1; i < units && together; i++) {
            together = parts[i].whole() == whole && parts[i].offset() - whole.offset() == first + 8 * i;
        }
        if (together) {
            return whole.slice(first, bytes);
        }
        int length = 0;
        for (RowBytes part : parts) {
            length += part.length();
        }
        by.require(length >= bytes, "tile %d: scaling registers that nobody loaded", number);
        RowBytes row = recorder.newRow(length);
        row.hold(1);
        row.markRead();
        recorder.add(new LinkedStep.Assemble(row, List.of(parts)));
        return row;
    }

    /** Which of the two register sets the next group of an op uses. */
    int nextGroupSet() {
        return groups++ % 2;
    }

    /** Half in which a windowed walk begins; the next one goes on where it ends. */
    int enter(Unit unit, Window window, AddressWalk walk) {
        if (walk == null || !walk.hasWindow()) {
            return 0;
        }
        int half = halves[unit.ordinal()][window.ordinal()];
        halves[unit.ordinal()][window.ordinal()] = (half + walk.windowBlocks()) % 2;
        return half;
    }

    /** Next row of a header ring. */
    int nextHeader(RowMove move) {
        long ring = ((long) Unit.of(move).ordinal() << 16 | move.headerBase) << 16 | move.headerEnd;
        int position = headers.merge(ring, 1, Integer::sum) - 1;
        return move.headerBase + position % (move.headerEnd - move.headerBase + 1);
    }

    /** A fence: windows start anew. */
    void restart() {
        for (int[] unit : halves) {
            Arrays.fill(unit, 0);
        }
        headers.clear();
        groups = 0;
    }

    /** Rows that are left are not needed. */
    void forgetUnread() {
        Arrays.fill(unread, null);
    }

    int counter(int id) {
        return counters[id] & COUNTER_MASK;
    }

    void setCounter(int id, int value) {
        counters[id] = value;
    }

    void count(int id, AddressWalk walk, int level, int before, int after) {
        if (level >= 0) {
            counters[id] += walk.completed(level, after) - walk.completed(level, before);
        }
    }

    void count(int id, int more) {
        counters[id] += more;
    }

    /** Whether a slot whose block begins at an element is not satisfied. */
    boolean waits(Wait[] waits, AddressWalk walk, int element) {
        for (Wait wait : waits) {
            if (walk.begins(wait.level(), element)) {
                long ahead = counters[wait.counter()] - wait.before(walk.blockOf(wait.level(), element));
                if ((ahead & COUNTER_MASK) > Short.MAX_VALUE) {
                    return true;
                }
            }
        }
        return false;
    }

    String counterText() {
        StringBuilder text = new StringBuilder();
        for (TileCounter counter : TileCounter.values()) {
            if (counters[counter.id()] != 0) {
                text.append(text.isEmpty() ? "" : " ")
                        .append(counter)
                        .append('=')
                        .append(counter(counter.id()));
            }
        }
        return text.isEmpty() ? "all 0" : text.toString();
    }

    /** An instruction that a unit of a tile is executing while a program is linked. */
    abstract static class Task {
        final Tile tile;
        final StepRecorder recorder;

        Task(Tile tile, StepRecorder recorder) {
            this.tile = tile;
            this.recorder = recorder;
        }

        /**
         * Goes on until it is done or has to wait.
         *
         * @return whether anything happened
         */
        abstract boolean advance();

        abstract boolean isDone();
    }
}
