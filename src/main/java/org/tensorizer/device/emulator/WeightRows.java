package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;

/** The stored weight rows of a block, read the way a chip reads them. */
final class WeightRows {
    /** A pair of stored bytes that decode to 0. */
    private static final char ZEROS = (char) (WeightChunk.MIDDLE << 8 | WeightChunk.MIDDLE);

    private final int[] rows;
    private final int rowBytes;
    private final ByteBuffer payload;
    private final CharBuffer pairs;
    private final ChipParameters chip;

    /** @param payload little-endian, offsets from 0 */
    WeightRows(LinkedProgram.Block linked, ByteBuffer payload, ChipParameters chip) {
        this.rows = linked.weights();
        this.rowBytes = linked.group().op().lanes() * ChipParameters.WORD;
        this.payload = payload;
        this.pairs = payload.slice(0, payload.limit()).order(payload.order()).asCharBuffer();
        this.chip = chip;
    }

    /** All rows as {@link WeightChunk}s. */
    short[][] decode() {
        short[][] chunks = WeightChunk.allocate(rows.length);
        int[] positions = chip.readsRowsInOrder()
                ? null
                : RowReading.positions(chip, rowBytes / ChipParameters.WORD, rows.length * ChipParameters.WORD);
        char[] stored = new char[WeightChunk.SIZE / 2];
        for (int chunk = 0; chunk < chunks.length; chunk++) {
            int first = chunk * WeightChunk.STEPS;
            int count = Math.min(WeightChunk.STEPS, rows.length - first);
            if (count < WeightChunk.STEPS || rowBytes < ChipParameters.ROW_BYTES) {
                Arrays.fill(stored, ZEROS);
            }
            if (positions == null) {
                inOrder(first, count, stored);
            } else {
                reordered(positions, first, count, stored);
            }
            if (chip.code() != WeightCode.OFFSET_128) {
                for (int i = 0; i < count; i++) {
                    recode(stored, i * WeightChunk.STEP_SIZE, rowBytes / 2);
                }
            }
            WeightChunk.decode(stored, chunks[chunk]);
        }
        return chunks;
    }

    /** Most often the rows of a chunk follow one another in the payload. */
    private void inOrder(int first, int count, char[] stored) {
        boolean together = rowBytes == ChipParameters.ROW_BYTES;
        for (int i = 1; i < count && together; i++) {
            together = rows[first + i] == rows[first + i - 1] + rowBytes;
        }
        if (together) {
            pairs.get(rows[first] / 2, stored, 0, count * rowBytes / 2);
        } else {
            for (int i = 0; i < count; i++) {
                pairs.get(rows[first + i] / 2, stored, i * WeightChunk.STEP_SIZE, rowBytes / 2);
            }
        }
    }

    private void reordered(int[] positions, int first, int count, char[] stored) {
        for (int i = 0; i < count; i++) {
            for (int pair = 0; pair < rowBytes / 2; pair++) {
                int at = (first + i) * rowBytes + 2 * pair;
                stored[i * WeightChunk.STEP_SIZE + pair] =
                        (char) (byteAt(positions[at]) | byteAt(positions[at + 1]) << 8);
            }
        }
    }

    private int byteAt(int position) {
        return payload.get(rows[position / rowBytes] + position % rowBytes) & 0xff;
    }

    private void recode(char[] stored, int at, int length) {
        for (int i = at; i < at + length; i++) {
            int low = chip.code().unsigned(stored[i] & 0xff);
            int high = chip.code().unsigned(stored[i] >>> 8);
            stored[i] = (char) (low | high << 8);
        }
    }
}
