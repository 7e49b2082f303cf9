package org.tensorizer.device.emulator;

import java.util.Deque;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.TileCounter;

/** The ring: rows of a tile become packets in the inboxes of others, and packets become rows. */
final class RingTasks {
    private RingTasks() {}

    /** 0x10. */
    static final class Send extends Tile.Task {
        private final RowMove move;
        private final Tile[] tiles;
        private final HostSide host;
        private final int[] rows;
        private int next;

        Send(RowMove move, Tile tile, Tile[] tiles, HostSide host, StepRecorder recorder) {
            super(tile, recorder);
            this.move = move;
            this.tiles = tiles;
            this.host = host;
            rows = move.rows.addresses(tile.enter(Tile.Unit.PRODUCER, Tile.Window.ROWS, move.rows));
        }

        @Override
        boolean advance() {
            int first = next;
            while (next < rows.length && !tile.waits(move.waits, move.rows, next)) {
                RowBytes row = tile.take(move.site(), rows[next]);
                for (Tile receiver : tiles) {
                    if ((move.receivers >> receiver.number & 1) != 0) {
                        row.hold(1);
                        (move.kindB ? receiver.inboxB : receiver.inboxA).add(row);
                    }
                }
                if ((move.receivers & RingBusProducer.OUTFEED) != 0) {
                    row.hold(1);
                    host.packets.add(row);
                }
                next++;
                tile.count(TileCounter.RING_WRITE.id(), move.rows, move.signal, next - 1, next);
                countPacket();
            }
            return next > first;
        }

        private void countPacket() {
            if (move.ringSignal < 0) {
                return;
            }
            int packets = move.rows.completed(move.ringSignal, next) - move.rows.completed(move.ringSignal, next - 1);
            TileCounter counter = move.kindB ? TileCounter.RING_PRODUCER_B : TileCounter.RING_PRODUCER_A;
            for (Tile each : tiles) {
                each.count(counter.id(), packets);
            }
            host.countPackets(move.kindB, packets);
        }

        @Override
        boolean isDone() {
            return next == rows.length;
        }
    }

    /** 0x11 and 0x12. */
    static final class Store extends Tile.Task {
        private final RowMove move;
        private final Deque<RowBytes> inbox;
        private final boolean watched;
        private final int[] rows;
        private int next;
        private int headers;

        /** @param watches whether rows of windows must be read before they are written again */
        Store(RowMove move, Tile tile, boolean watches, StepRecorder recorder) {
            super(tile, recorder);
            this.move = move;
            inbox = move.kindB ? tile.inboxB : tile.inboxA;
            watched = watches && move.rows.hasWindow();
            rows = move.rows.addresses(tile.enter(Tile.Unit.of(move), Tile.Window.ROWS, move.rows));
        }

        /** At most one block of a window: who reads it gets his turn even where the slots would let the next one in. */
        @Override
        boolean advance() {
            boolean moved = false;
            boolean blockEnds = false;
            while (next < rows.length && !inbox.isEmpty() && !blockEnds) {
                boolean inHeader = move.headerRows > 0 && next % move.pass == 0 && headers < move.headerRows;
                if (headers == 0 && tile.waits(move.waits, move.rows, next)) {
                    break;
                }
                RowBytes row = inbox.remove();
                if (inHeader) {
                    tile.put(move.site(), tile.nextHeader(move), row, false);
                    headers++;
                } else {
                    tile.put(move.site(), rows[next], row, watched);
                    headers = 0;
                    next++;
                    tile.count(
                            (move.kindB ? TileCounter.RING_READ_B : TileCounter.RING_READ_A).id(),
                            move.rows,
                            move.signal,
                            next - 1,
                            next);
                }
                recorder.release(row);
                moved = true;
                blockEnds = !inHeader
                        && move.rows.hasWindow()
                        && next < rows.length
                        && move.rows.begins(move.rows.loops().level(), next);
            }
            return moved;
        }

        @Override
        boolean isDone() {
            return next == rows.length;
        }
    }
}
