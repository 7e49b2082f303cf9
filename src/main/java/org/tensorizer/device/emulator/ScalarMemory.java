package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * Scalar memory while a program is linked: which packet each word came with, or which number it surely holds. Its first
 * words are the loop-back buffer.
 */
final class ScalarMemory {
    /**
     * A word.
     *
     * @param packet the packet it came with, null if the scalar core wrote it
     * @param at byte of the packet
     * @param known whether {@code value} is sure
     */
    private record Word(RowBytes packet, int at, boolean known, int value) {}

    private static final Word ZERO = new Word(null, 0, true, 0);
    private static final Word COMPUTED = new Word(null, 0, false, 0);

    private final Word[] words = new Word[Chip.SCALAR_WORDS];

    /** Whether packets must really arrive in it: some instruction of the program loads words. */
    private final boolean isLoaded;

    ScalarMemory(boolean isLoaded) {
        this.isLoaded = isLoaded;
    }

    /** A packet arrives; words behind its end are written by nobody. */
    void collect(InstructionSite by, StepRecorder recorder, int at, int count, RowBytes packet, boolean loops) {
        by.require(at + count <= words.length, "scalar memory word %d", at + count - 1);
        by.require(!loops || packet.length() % Chip.WORD_BYTES == 0, "loops back undefined bytes");
        for (int k = 0; k < count; k++) {
            int from = k * Chip.WORD_BYTES;
            release(recorder, at + k);
            if (from < packet.length()) {
                packet.hold(1);
                words[at + k] = new Word(packet, from, false, 0);
            }
        }
        if (isLoaded) {
            recorder.add(new LinkedStep.Collect(packet, count, at));
        }
    }

    private void release(StepRecorder recorder, int at) {
        if (words[at] != null && words[at].packet != null) {
            recorder.release(words[at].packet);
        }
        words[at] = null;
    }

    void requireWritten(InstructionSite by, int at) {
        by.require(words[at] != null, "loop-back word %d that nobody wrote", at);
    }

    /** A loop-back word was popped. */
    void forget(StepRecorder recorder, int at) {
        release(recorder, at);
    }

    /** Words of the loop-back buffer as a row of the ring. */
    RowBytes row(InstructionSite by, StepRecorder recorder, int base, int count) {
        List<RowBytes> parts = new ArrayList<>();
        boolean computed = false;
        for (int k = 0; k < count; k++) {
            int at = (base + k) % HostMove.LOOP_BACK_WORDS;
            requireWritten(by, at);
            computed |= words[at].packet == null;
            if (!computed) {
                int length = Math.min(Chip.WORD_BYTES, words[at].packet.length() - words[at].at);
                parts.add(words[at].packet.slice(words[at].at, length));
            }
        }
        if (computed) {
            by.require(
                    isLoaded && base % HostMove.LOOP_BACK_WORDS + count <= HostMove.LOOP_BACK_WORDS,
                    "loops back computed words");
            RowBytes row = recorder.newRow(count * Chip.WORD_BYTES);
            recorder.add(new LinkedStep.FromScalar(row, base % HostMove.LOOP_BACK_WORDS));
            return row;
        }
        RowBytes first = parts.get(0);
        boolean together = true;
        for (int k = 1; k < count; k++) {
            together &= parts.get(k).whole() == first.whole()
                    && parts.get(k).offset() == first.offset() + k * Chip.WORD_BYTES;
        }
        if (together) {
            return first.whole().slice(first.offset() - first.whole().offset(), count * Chip.WORD_BYTES);
        }
        RowBytes row = recorder.newRow(count * Chip.WORD_BYTES);
        parts.forEach(RowBytes::markRead);
        recorder.add(new LinkedStep.Assemble(row, parts));
        return row;
    }

    /** The number a word surely holds, 0 if nobody wrote it; null if it depends on data. */
    Integer load(int at) {
        Word word = words[at] == null ? ZERO : words[at];
        return word.known ? Integer.valueOf(word.value) : null;
    }

    /** The scalar core writes a word. */
    void store(StepRecorder recorder, int at, Integer value) {
        release(recorder, at);
        words[at] = value == null ? COMPUTED : new Word(null, 0, true, value);
    }
}
