package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.recovery.PayloadTarget.Activations;
import org.tensorizer.recovery.Recovery.InsensitiveTemplateException;

/**
 * The digits that number all free bytes of a payload, chosen for the gain that was measured: as many byte values as one
 * answer can tell apart, and what is left over in a small digit of which several inputs are read together.
 *
 * <p>Immutable.
 *
 * @param levels how many byte values one answer tells apart
 * @param planes the lowest digit first
 */
record DigitCode(int levels, List<DigitPlane> planes) {
    private static final int MANY_CLASSES = 16;

    /** @throws InsensitiveTemplateException if not even two values can be told apart */
    static DigitCode choose(
            Responses responses, Canvas canvas, Activations input, Activations output, String template) {
        Alphabet alphabet = Alphabet.best(responses, input);
        if (alphabet.bytes.length < 2) {
            throw new InsensitiveTemplateException(
                    template,
                    "one input at full deflection moves the outputs by less than one step between any two byte values");
        }
        List<DigitPlane> planes = new ArrayList<>();
        long covered = 1;
        while (covered * alphabet.bytes.length <= canvas.freeBytes()) {
            planes.add(DigitPlane.of(covered, alphabet.bytes, new int[] {alphabet.deflection}, responses, output));
            covered *= alphabet.bytes.length;
        }
        int left = (int) ((canvas.freeBytes() + covered - 1) / covered);
        if (left > 1) {
            planes.add(smallDigit(covered, left, alphabet, responses, input, output));
        }
        return new DigitCode(alphabet.bytes.length, List.copyOf(planes));
    }

    /** The digit of {@code base} values, read for as many inputs together as the answers can hold. */
    private static DigitPlane smallDigit(
            long divisor, int base, Alphabet alphabet, Responses responses, Activations input, Activations output) {
        int[] few = new int[base];
        for (int digit = 0; digit < base; digit++) {
            few[digit] = alphabet.bytes[(int) ((long) digit * (alphabet.bytes.length - 1) / (base - 1))];
        }
        DigitPlane best = DigitPlane.of(divisor, few, new int[] {alphabet.deflection}, responses, output);
        if (responses.representatives().length > MANY_CLASSES) {
            return best;
        }
        int direction = Integer.signum(alphabet.deflection);
        int limit = direction > 0 ? input.highest() : -input.lowest();
        int[] deflections = {};
        while (true) {
            int[] more = Arrays.copyOf(deflections, deflections.length + 1);
            DigitPlane wider = null;
            int start = deflections.length == 0 ? 1 : Math.abs(deflections[deflections.length - 1]) + 1;
            for (int size = start; size <= limit && wider == null; size++) {
                more[deflections.length] = direction * size;
                wider = DigitPlane.of(divisor, few, more, responses, output);
            }
            if (wider == null) {
                return best;
            }
            deflections = more;
            best = wider;
        }
    }

    int reads(int inputs) {
        return planes.stream().mapToInt(plane -> plane.reads(inputs)).sum();
    }

    /** Byte values that one deflection of one input tells apart on every living output. */
    private static final class Alphabet {
        private final int deflection;
        private final int[] bytes;

        private Alphabet(int deflection, int[] bytes) {
            this.deflection = deflection;
            this.bytes = bytes;
        }

        static Alphabet best(Responses responses, Activations input) {
            int[] alive = Arrays.stream(responses.representatives())
                    .filter(responses::isAlive)
                    .toArray();
            Alphabet best = new Alphabet(0, new int[0]);
            for (int deflection : deflections(responses, input, alive)) {
                int[] bytes = separable(responses, alive, deflection);
                if (bytes.length > best.bytes.length) {
                    best = new Alphabet(deflection, bytes);
                }
            }
            return best;
        }

        /** All deflections; of many unlike outputs only those that can be best. */
        private static int[] deflections(Responses responses, Activations input, int[] alive) {
            int[] all = IntStream.rangeClosed(1, 255)
                    .flatMap(size -> IntStream.of(size, -size))
                    .filter(d -> d >= input.lowest() && d <= input.highest())
                    .boxed()
                    .sorted(Comparator.comparingInt(d -> -Math.abs(d)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            if (alive.length <= MANY_CLASSES) {
                return all;
            }
            double[] gains =
                    Arrays.stream(alive).mapToDouble(responses::gain).sorted().toArray();
            double unit = 1 / gains[gains.length / 2];
            return Arrays.stream(all)
                    .filter(d -> d == input.lowest() || d == input.highest() || Math.abs(Math.abs(d) - unit) < 2)
                    .toArray();
        }

        private static int[] separable(Responses responses, int[] alive, int deflection) {
            Integer[] order = new Integer[256];
            Arrays.setAll(order, b -> b);
            Arrays.sort(order, Comparator.comparingInt(b -> responses.encoding().value(b) * deflection));
            int[] last = new int[alive.length];
            Arrays.fill(last, Integer.MIN_VALUE);
            int[] chosen = new int[256];
            int count = 0;
            for (int b : order) {
                boolean apart = true;
                for (int c = 0; c < alive.length && apart; c++) {
                    long acc = (long) responses.weight(alive[c], b) * deflection;
                    apart = responses.lowest(alive[c], acc) > last[c];
                }
                if (apart) {
                    chosen[count++] = b;
                    for (int c = 0; c < alive.length; c++) {
                        last[c] = responses.highest(alive[c], (long) responses.weight(alive[c], b) * deflection);
                    }
                }
            }
            return Arrays.copyOf(chosen, count);
        }
    }
}
