package org.tensorizer.device.emulator;

import java.util.Deque;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.TileCounter;

/** Between the memories of a tile, and between the narrow memories of neighbours. */
final class MemoryTasks {
    private MemoryTasks() {}

    /** 0x13. */
    static final class ToWide extends Tile.Task {
        private static final int ROW_WORDS = Chip.ROW_BYTES / Chip.WORD_BYTES;

        private final ToWideMove move;
        private final int half;
        private final int[] rows;
        private final boolean watched;
        private int word;
        private int row;

        ToWide(ToWideMove move, Tile tile, boolean watches, StepRecorder recorder) {
            super(tile, recorder);
            this.move = move;
            half = tile.enter(Tile.Unit.TO_WIDE, Tile.Window.WORDS, move.words());
            rows = move.rows.addresses(tile.enter(Tile.Unit.TO_WIDE, Tile.Window.ROWS, move.rows));
            watched = watches && move.rows.hasWindow();
        }

        @Override
        boolean advance() {
            boolean moved = false;
            while (word < move.words().total()) {
                int end = Math.min(word + ROW_WORDS, move.words().endOfBlock(move.pack, word));
                move.site().require(row < rows.length, "more rows than its walk has");
                if (waits(end)) {
                    break;
                }
                RowBytes bytes = recorder.newRow(move.bytes(end - word));
                recorder.add(new LinkedStep.ToWide(move, tile.number, half, word, end, bytes));
                tile.put(move.site(), rows[row], bytes, watched);
                word = end;
                row++;
                tile.count(TileCounter.NARROW_TO_WIDE.id(), move.rows, move.signal, row - 1, row);
                moved = true;
            }
            move.site().require(!isDone() || row == rows.length, "%d rows written, the walk has %d", row, rows.length);
            return moved;
        }

        private boolean waits(int end) {
            if (tile.waits(move.room, move.rows, row)) {
                return true;
            }
            for (int at = word; at < end && move.data.length > 0; at++) {
                if (tile.waits(move.data, move.words(), at)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        boolean isDone() {
            return word == move.words().total();
        }
    }

    /** 0x14. */
    static final class ToNarrow extends Tile.Task {
        private final ToNarrowMove move;
        private final int half;
        private final int[] rows;
        private final int[] units;
        private final int unitBytes;
        private RowBytes current;
        private int at;
        private int row;
        private int next;
        private int skip;

        ToNarrow(ToNarrowMove move, Tile tile, StepRecorder recorder) {
            super(tile, recorder);
            this.move = move;
            skip = move.skip;
            unitBytes = move.toScaling ? Chip.SCALING_UNIT_BYTES : Chip.WORD_BYTES;
            Tile.Unit unit = Tile.Unit.TO_NARROW;
            int first = tile.enter(unit, move.toScaling ? Tile.Window.SCALING_ROWS : Tile.Window.ROWS, move.rows);
            half = tile.enter(unit, move.toScaling ? Tile.Window.SCALING_WORDS : Tile.Window.WORDS, move.words());
            rows = move.rows.addresses(first);
            units = move.words().addresses(half);
        }

        @Override
        boolean advance() {
            boolean moved = false;
            while (next < units.length) {
                if (current == null) {
                    move.site().require(row < rows.length, "needs more rows than its walk has");
                    if (tile.waits(move.data, move.rows, row)) {
                        return moved;
                    }
                    hold(tile.take(move.site(), rows[row++]));
                    int skipped = Math.min(skip * unitBytes, Chip.ROW_BYTES);
                    skip -= skipped / unitBytes;
                    at = skipped;
                } else if (tile.waits(move.room, move.words(), next)) {
                    return moved;
                } else {
                    write();
                }
                if (at == Chip.ROW_BYTES) {
                    drop();
                }
                moved = true;
            }
            while (row < rows.length && !tile.waits(move.data, move.rows, row)) {
                tile.take(move.site(), rows[row++]);
                moved = true;
            }
            return moved;
        }

        private void hold(RowBytes bytes) {
            current = bytes;
            current.hold(1);
        }

        private void drop() {
            recorder.release(current);
            current = null;
            at = 0;
        }

        /** As many units as the row has and no slot or packing stands in front of. */
        private void write() {
            int packed = move.words().endOfBlock(move.pack, next);
            int end = move.pack > 0 ? packed : units.length;
            end = Math.min(end, next + (Chip.ROW_BYTES - at) / unitBytes);
            for (var wait : move.room) {
                end = Math.min(end, move.words().endOfBlock(wait.level(), next));
            }
            if (move.toScaling) {
                for (int k = next; k < end; k++) {
                    int from = at + (k - next) * unitBytes;
                    int bytes = Math.max(0, Math.min(unitBytes, current.length() - from));
                    tile.load(move.site(), units[k], bytes == 0 ? null : current.slice(from, bytes));
                }
            } else {
                recorder.add(new LinkedStep.ToNarrow(move, tile.number, half, current, at, next, end));
            }
            int counter = (move.toScaling ? TileCounter.WIDE_TO_SCALING : TileCounter.WIDE_TO_NARROW).id();
            tile.count(counter, move.words(), move.signal, next, end);
            at += (end - next) * unitBytes;
            next = end;
            if (move.pack > 0 && end == packed || next == units.length) {
                at = Chip.ROW_BYTES;
            }
        }

        @Override
        boolean isDone() {
            return next == units.length && row == rows.length;
        }
    }

    /** Words on a link: so many from a word of the mesh buffer on. */
    record Words(int at, int count) {}

    /** 0x15..0x18: both halves run independently. */
    static final class Mesh extends Tile.Task {
        private final MeshMove move;
        private final Deque<Words> outgoing;
        private final Deque<Words> incoming;
        private final int halfSource;
        private final int halfDestination;
        private int sent;
        private int received;

        /** @param outgoing the link that the tile sends into, null beyond the border */
        Mesh(MeshMove move, Tile tile, Deque<Words> outgoing, Deque<Words> incoming, StepRecorder recorder) {
            super(tile, recorder);
            this.move = move;
            this.outgoing = outgoing;
            this.incoming = incoming;
            move.site().require(move.source() == null || outgoing != null, "tile %d sends off the grid", tile.number);
            Tile.Unit unit = Tile.Unit.of(move);
            halfSource = tile.enter(unit, Tile.Window.ROWS, move.source());
            halfDestination = tile.enter(unit, Tile.Window.WORDS, move.destination());
        }

        private int total(AddressWalk walk) {
            return walk == null ? 0 : walk.total();
        }

        @Override
        boolean advance() {
            boolean moved = false;
            while (sent < total(move.source()) && !tile.waits(move.data, move.source(), sent)) {
                int end = move.source().endOfBlock(move.levelSource, sent);
                int at = recorder.meshRoom(end - sent);
                recorder.add(new LinkedStep.MeshSend(move, tile.number, halfSource, sent, end, at));
                outgoing.add(new Words(at, end - sent));
                tile.count(move.out, move.source(), move.signalSource, sent, end);
                sent = end;
                moved = true;
            }
            while (received < total(move.destination())
                    && (move.fills() || !incoming.isEmpty())
                    && !tile.waits(move.room, move.destination(), received)) {
                receive();
                moved = true;
            }
            return moved;
        }

        private void receive() {
            int end = move.destination().endOfBlock(move.levelDestination, received);
            if (move.fills()) {
                recorder.add(new LinkedStep.MeshFill(move, tile.number, halfDestination, received, end));
            } else {
                Words words = incoming.remove();
                int count = Math.min(end - received, words.count());
                if (count < words.count()) {
                    incoming.addFirst(new Words(words.at() + count, words.count() - count));
                }
                end = received + count;
                recorder.add(new LinkedStep.MeshReceive(move, tile.number, halfDestination, received, end, words.at()));
            }
            tile.count(move.in, move.destination(), move.signalDestination, received, end);
            received = end;
        }

        @Override
        boolean isDone() {
            return sent == total(move.source()) && received == total(move.destination());
        }
    }
}
