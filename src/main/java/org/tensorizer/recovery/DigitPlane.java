package org.tensorizer.recovery;

import java.util.Arrays;
import org.tensorizer.recovery.Canvas.Trial;
import org.tensorizer.recovery.PayloadTarget.Activations;

/**
 * One digit of every free byte's number, and how it is read: the digit's byte values, and the deflections of the inputs
 * that are read together. With one input a read gives one digit a cell; with several, each contributes in its own range
 * of the answer.
 *
 * <p>Immutable.
 */
final class DigitPlane {
    private final long divisor;
    private final int base;
    private final int[] bytes;
    private final int[] deflections;
    private final Responses responses;
    private final int lowestAnswer;
    private final short[][] tables;

    private DigitPlane(
            long divisor, int[] bytes, int[] deflections, Responses responses, int lowestAnswer, short[][] tables) {
        this.divisor = divisor;
        this.base = bytes.length;
        this.bytes = bytes;
        this.deflections = deflections;
        this.responses = responses;
        this.lowestAnswer = lowestAnswer;
        this.tables = tables;
    }

    /**
     * A plane that can be read without doubt on every living output.
     *
     * @param divisor the digit is {@code number / divisor % bytes.length}
     * @param bytes payload byte of each digit value
     * @param deflections one for each input read together
     * @return null if two readings could give the same answer on some output
     */
    static DigitPlane of(long divisor, int[] bytes, int[] deflections, Responses responses, Activations output) {
        int combinations = combinations(bytes.length, deflections.length);
        if (combinations > 256) {
            return null;
        }
        short[][] tables = new short[responses.representatives().length][];
        for (int out : responses.representatives()) {
            if (!responses.isAlive(out)) {
                continue;
            }
            short[] table = new short[256];
            Arrays.fill(table, (short) -1);
            for (int combination = 0; combination < combinations; combination++) {
                long acc = accumulator(responses, out, bytes, deflections, deflections.length, combination);
                for (int answer = responses.lowest(out, acc); answer <= responses.highest(out, acc); answer++) {
                    int index = answer - output.lowest();
                    if (table[index] != -1) {
                        return null;
                    }
                    table[index] = (short) combination;
                }
            }
            tables[responses.classOf(out)] = table;
        }
        return new DigitPlane(divisor, bytes, deflections, responses, output.lowest(), tables);
    }

    /** What the first {@code inputs} inputs add up to when their digits make a combination. */
    private static long accumulator(
            Responses responses, int out, int[] bytes, int[] deflections, int inputs, int combination) {
        long acc = 0;
        int rest = combination;
        for (int j = 0; j < inputs; j++) {
            acc += (long) responses.weight(out, bytes[rest % bytes.length]) * deflections[j];
            rest /= bytes.length;
        }
        return acc;
    }

    private static int combinations(int base, int digits) {
        long count = 1;
        for (int digit = 0; digit < digits && count <= 256; digit++) {
            count *= base;
        }
        return (int) count;
    }

    /** The patch that writes this digit into every free byte. */
    Trial patch(Canvas canvas) {
        return canvas.paint(number -> bytes[(int) (number / divisor % base)]);
    }

    /** How many inputs one read covers. */
    int together() {
        return deflections.length;
    }

    /** Number of reads that cover all inputs. */
    int reads(int inputs) {
        return (inputs + together() - 1) / together();
    }

    /** The read that covers an input. */
    int readOf(int in) {
        return in / together();
    }

    int[] stimulus(Activations input, int read) {
        int[] stimulus = new int[input.channels()];
        for (int j = 0; j < together() && read * together() + j < stimulus.length; j++) {
            stimulus[read * together() + j] = deflections[j];
        }
        return stimulus;
    }

    /** Whether the read of the last, incomplete group needs the absent inputs' digits to be taken as weight zero. */
    private boolean isWhole(int read, int inputs) {
        return (read + 1) * together() <= inputs;
    }

    /**
     * The digit of W[out][in], from the answer to the read that covers {@code in}.
     *
     * @return -1 if no digit gives this answer
     */
    int digit(int out, int in, int inputs, int answer) {
        short[] table = tables[responses.classOf(out)];
        if (table == null) {
            return -1;
        }
        int read = readOf(in);
        int combination =
                isWhole(read, inputs) ? table[answer - lowestAnswer] : partial(out, inputs - read * together(), answer);
        if (combination < 0) {
            return -1;
        }
        for (int j = 0; j < in % together(); j++) {
            combination /= base;
        }
        return combination % base;
    }

    /** The reading of a last group of only {@code present} inputs. */
    private int partial(int out, int present, int answer) {
        int found = -1;
        int combinations = combinations(base, present);
        for (int combination = 0; combination < combinations; combination++) {
            long acc = accumulator(responses, out, bytes, deflections, present, combination);
            if (answer >= responses.lowest(out, acc) && answer <= responses.highest(out, acc)) {
                if (found >= 0) {
                    return -1;
                }
                found = combination;
            }
        }
        return found;
    }

    long divisor() {
        return divisor;
    }
}
