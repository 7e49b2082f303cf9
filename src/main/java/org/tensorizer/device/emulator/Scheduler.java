package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.TileFence;

/**
 * Runs the units of all tiles and the engines of the host side until nothing moves. Ops go last: so they run on all tiles
 * at once. Programs give the same bytes whatever the order, as whole networks showed.
 */
final class Scheduler {
    final Tile[] tiles = new Tile[Chip.TILES];
    final HostSide host;
    private final StepRecorder recorder;
    private final Map<MeshMove.Direction, Deque<MemoryTasks.Words>[]> links = new EnumMap<>(MeshMove.Direction.class);
    private final boolean watches;

    /** @param watches whether rows of windows must be read before they are written again: in inferences */
    Scheduler(StepRecorder recorder, ScalarMemory memory, boolean watches) {
        this.recorder = recorder;
        this.watches = watches;
        for (int tile = 0; tile < tiles.length; tile++) {
            tiles[tile] = new Tile(tile, recorder);
        }
        for (MeshMove.Direction direction : MeshMove.Direction.values()) {
            @SuppressWarnings("unchecked")
            Deque<MemoryTasks.Words>[] into = new Deque[Chip.TILES];
            for (int tile = 0; tile < into.length; tile++) {
                into[tile] = new ArrayDeque<>();
            }
            links.put(direction, into);
        }
        host = new HostSide(recorder, tiles, memory);
    }

    /** Puts an instruction into the queues of its tiles. */
    void issue(TileCommand command, int tileMask, int run) {
        command.site().require(tileMask != 0, "empty tile mask");
        Tile.Issue issue = new Tile.Issue(command, run);
        for (Tile tile : tiles) {
            if ((tileMask >> tile.number & 1) != 0) {
                tile.queues.get(Tile.Unit.of(command)).add(issue);
            }
        }
    }

    /** Runs everything until nothing moves. */
    void run() {
        boolean moved = true;
        while (moved) {
            moved = false;
            while (host.advance() | advanceMoves()) {
                moved = true;
            }
            for (Tile tile : tiles) {
                moved |= advance(tile, Tile.Unit.OP);
            }
            recorder.flush();
        }
        if (links.values().stream().allMatch(Scheduler::areEmpty)) {
            recorder.meshIsEmpty();
        }
    }

    private static boolean areEmpty(Deque<?>[] queues) {
        for (Deque<?> queue : queues) {
            if (!queue.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private boolean advanceMoves() {
        boolean moved = false;
        for (Tile tile : tiles) {
            for (Tile.Unit unit : Tile.Unit.values()) {
                if (unit != Tile.Unit.OP) {
                    moved |= advance(tile, unit);
                }
            }
        }
        return moved;
    }

    /** Lets the first instruction of a queue go on. */
    private boolean advance(Tile tile, Tile.Unit unit) {
        Deque<Tile.Issue> queue = tile.queues.get(unit);
        if (queue.isEmpty()) {
            return false;
        }
        Tile.Task task = tile.running.get(unit);
        if (task == null) {
            task = begin(tile, queue.peek());
            tile.running.put(unit, task);
        }
        boolean moved = task.advance();
        if (task.isDone()) {
            queue.remove();
            tile.running.remove(unit);
            moved = true;
        }
        return moved;
    }

    private Tile.Task begin(Tile tile, Tile.Issue issue) {
        TileCommand command = issue.command();
        if (command instanceof RowMove move) {
            return Tile.Unit.of(move) == Tile.Unit.PRODUCER
                    ? new RingTasks.Send(move, tile, tiles, host, recorder)
                    : new RingTasks.Store(move, tile, watches, recorder);
        }
        if (command instanceof ToWideMove move) {
            return new MemoryTasks.ToWide(move, tile, watches, recorder);
        }
        if (command instanceof ToNarrowMove move) {
            return new MemoryTasks.ToNarrow(move, tile, recorder);
        }
        if (command instanceof MeshMove move) {
            int to = move.direction.from(tile.number);
            Deque<MemoryTasks.Words>[] into = links.get(move.direction);
            return new MemoryTasks.Mesh(move, tile, to < 0 ? null : into[to], into[tile.number], recorder);
        }
        if (command instanceof TableLoad load) {
            return new OpTasks.Table(load, tile, recorder);
        }
        return new OpTasks.Run((TensorOp) command, issue.run(), tile, recorder);
    }

    /**
     * Refuses instructions that are still waiting where a fence waits for their units.
     *
     * @param units mask as of {@link TileFence#UNITS}
     */
    void requireIdle(int tileMask, int units) {
        for (Tile tile : tiles) {
            for (Map.Entry<Tile.Unit, Deque<Tile.Issue>> entry : tile.queues.entrySet()) {
                boolean waited = (tileMask >> tile.number & 1) != 0 && isWaitedFor(entry.getKey(), units);
                if (waited && !entry.getValue().isEmpty()) {
                    TileCommand stalled = entry.getValue().peek().command();
                    throw stalled.site()
                            .refused(
                                    "stalled: tile %d never became ready; %s; counters: %s",
                                    tile.number, stalled.site().instruction(), tile.counterText());
                }
            }
        }
    }

    private static final Set<Tile.Unit> MESH =
            Set.of(Tile.Unit.MESH_SOUTH, Tile.Unit.MESH_WEST, Tile.Unit.MESH_NORTH, Tile.Unit.MESH_EAST);

    private static boolean isWaitedFor(Tile.Unit unit, int units) {
        if (units == TileFence.ALL_UNITS) {
            return true;
        }
        if (MESH.contains(unit)) {
            return (units >> 6 + unit.ordinal() - Tile.Unit.MESH_SOUTH.ordinal() & 1) != 0;
        }
        return unit == Tile.Unit.OP && (units & TileFence.OP) != 0
                || unit == Tile.Unit.TO_WIDE && (units & TileFence.NARROW_TO_WIDE) != 0;
    }

    /** At the last HALT nothing may be left. */
    void requireEmpty(InstructionSite halt) {
        requireIdle(Chip.ALL_TILES, TileFence.ALL_UNITS);
        host.requireEmpty(halt);
        for (Tile tile : tiles) {
            halt.require(
                    tile.inboxA.isEmpty() && tile.inboxB.isEmpty(),
                    "data on the ring that no instruction stored, tile %d",
                    tile.number);
        }
        halt.require(links.values().stream().allMatch(Scheduler::areEmpty), "words on the mesh that nobody took");
    }
}
