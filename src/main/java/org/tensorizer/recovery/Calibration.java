package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorizer.recovery.ByteEncoding.EncodingFit;
import org.tensorizer.recovery.Canvas.Trial;
import org.tensorizer.recovery.PayloadTarget.Activations;
import org.tensorizer.recovery.Recovery.InsensitiveTemplateException;

/**
 * Measures encoding, zero points and gains with patches whose bytes are all alike. Then every output adds up the same
 * weight times the total deflection, wherever its weights stand: the layout need not be known.
 */
final class Calibration {
    /** Values that tell the candidate encodings apart. */
    private static final int[] BYTES = {0, 255, 64, 16, 85, 127, 128, 192, 198};

    private static final int VISIBLE = 24;
    private static final int ROUNDS = 8;

    /** Steps of the answer that one step of a weight should make where zero points are read. */
    private static final double STEP = 28;

    private final Interview talk;
    private final Activations input;
    private final int largest;
    private final int sign;

    Calibration(Interview talk) {
        this.talk = talk;
        this.input = talk.input();
        this.largest = input.largestTotal();
        this.sign = input.strongest() > 0 ? 1 : -1;
    }

    /** Measures all of it, gains to about a hundredth. About 20 questions. */
    Responses measure(Canvas canvas) {
        int[] rest = talk.ask(canvas.flat(BYTES[0]), input.silence());
        int total = workingTotal(canvas, rest);
        Map<Integer, int[]> flats = new LinkedHashMap<>();
        for (int value : BYTES) {
            flats.put(value, ask(canvas.flat(value), total));
        }
        EncodingFit fit = EncodingFit.of(flats, rest, talk.output(), sign * total);
        if (fit == null) {
            for (int value : BYTES) {
                flats.put(value, settle(canvas.flat(value), total, flats.get(value)));
            }
            fit = EncodingFit.of(flats, rest, talk.output(), sign * total);
        }
        if (fit == null) {
            throw new InsensitiveTemplateException(
                    talk.template(),
                    "the answers to payloads of one value follow none of the encodings " + ByteEncoding.candidates()
                            + "; an output whose weights are all 0 hides its scale: start from other weights, such as those of"
                            + " patch --mode random:1 --where weights");
        }
        int[] ends = clamps(canvas, fit);
        int[] zero = zeros(canvas, fit, rest, ends);
        double[] low = new double[zero.length];
        double[] high = new double[zero.length];
        Arrays.fill(high, Double.MAX_VALUE);
        Responses open = new Responses(fit.encoding(), zero, low, high, rest, ends[0], ends[1]);
        for (int value : BYTES) {
            narrow(open, value, sign * (long) total, flats.get(value), low, high);
        }
        for (int out = 0; out < zero.length; out++) {
            if (high[out] == Double.MAX_VALUE || high[out] < low[out] || fit.gain(out) <= 0) {
                low[out] = 0;
                high[out] = 0;
            }
        }
        return new Responses(fit.encoding(), zero, low, high, rest, ends[0], ends[1]);
    }

    private int[] ask(Trial patch, int total) {
        return talk.ask(patch, input.total(total));
    }

    private int[] settle(Trial patch, int total, int[] first) {
        return talk.settle(patch, input.total(total), first);
    }

    /** The smallest total at which some flat patch moves some output well. */
    private int workingTotal(Canvas canvas, int[] rest) {
        int best = largest;
        int most = 0;
        for (int value : new int[] {0, 255, 64}) {
            Trial patch = canvas.flat(value);
            for (int total = 1; ; total = Math.min(4 * total, best)) {
                int peak = peak(ask(patch, total), rest);
                most = Math.max(most, peak);
                if (peak >= VISIBLE) {
                    best = peak >= 100 && total > 1 ? Math.max(1, total / 2) : total;
                    break;
                }
                if (total == best) {
                    break;
                }
            }
        }
        if (most < 2) {
            throw new InsensitiveTemplateException(
                    talk.template(),
                    "with all weights alike and all inputs at full deflection no output moves by more than " + most);
        }
        return best;
    }

    private static int peak(int[] answers, int[] rest) {
        return IntStream.range(0, answers.length)
                .map(out -> Math.abs(answers[out] - rest[out]))
                .max()
                .orElse(0);
    }

    /** What the outputs saturate at, lowest and highest. */
    private int[] clamps(Canvas canvas, EncodingFit fit) {
        Comparator<Integer> byValue = Comparator.comparingInt(fit.encoding()::value);
        int smallest = IntStream.range(0, 256).boxed().min(byValue).orElseThrow();
        int greatest = IntStream.range(0, 256).boxed().max(byValue).orElseThrow();
        int[] down = ask(canvas.flat(sign > 0 ? smallest : greatest), largest);
        int[] up = ask(canvas.flat(sign > 0 ? greatest : smallest), largest);
        return new int[] {
            Arrays.stream(down).min().orElse(0), Arrays.stream(up).max().orElse(0)
        };
    }

    /**
     * Zero points, exact: a byte some steps off the zero point, and a total so large that every step shows. Where an
     * output answers with its clamp, another byte is tried.
     */
    private int[] zeros(Canvas canvas, EncodingFit fit, int[] rest, int[] ends) {
        int total = (int) Math.max(1, Math.min(largest, STEP / fit.medianGain()));
        int[] zero = new int[rest.length];
        boolean[] known = new boolean[rest.length];
        for (int out = 0; out < zero.length; out++) {
            zero[out] = (int) Math.round(fit.zero(out));
            known[out] = fit.gain(out) <= 0;
        }
        for (int shift : new int[] {2, -2, 5, -5, 8}) {
            int near = fit.encoding().nearest((int) Math.round(fit.medianZero()) + sign * shift);
            int[] answers = ask(canvas.flat(near), total);
            boolean all = true;
            for (int out = 0; out < zero.length; out++) {
                boolean readable = answers[out] > ends[0] && answers[out] < ends[1];
                if (!known[out] && readable) {
                    double steps = (answers[out] - rest[out]) / (fit.gain(out) * total * sign);
                    zero[out] = fit.encoding().value(near) - (int) Math.round(steps);
                    known[out] = true;
                }
                all &= known[out];
            }
            if (all) {
                break;
            }
        }
        return zero;
    }

    /** Whether all outputs answer a flat patch as expected. */
    boolean isConfirmed(Canvas canvas, Responses expected) {
        int guide = guide(expected);
        int value = expected.encoding().nearest(expected.zero(guide) + sign * 20);
        int total = Math.min(largest, 127);
        int[] answers = ask(canvas.flat(value), total);
        for (int out = 0; out < answers.length; out++) {
            long acc = (long) expected.weight(out, value) * total * sign;
            if (expected.isAlive(out)
                    && (answers[out] < expected.lowest(out, acc) || answers[out] > expected.highest(out, acc))) {
                return false;
            }
        }
        return true;
    }

    /** Narrows the gains to a ten-thousandth or so, aiming each question at a rounding border in the middle of what is still possible. */
    Responses refine(Canvas canvas, Responses start) {
        Responses known = start;
        int guide = guide(known);
        if (guide < 0) {
            throw new InsensitiveTemplateException(talk.template(), "no output reacts to its weights measurably");
        }
        int value = known.encoding().nearest(known.zero(guide) + 1);
        int weight = known.weight(guide, value);
        if (weight == 0) {
            value = known.encoding().nearest(known.zero(guide) - 1);
            weight = known.weight(guide, value);
        }
        Trial patch = canvas.flat(value);
        int room = weight * sign > 0 ? known.clampHigh() : -known.clampLow();
        if (room < 8) {
            value = known.encoding().nearest(known.zero(guide) - weight);
            weight = known.weight(guide, value);
            patch = canvas.flat(value);
            room = weight * sign > 0 ? known.clampHigh() : -known.clampLow();
        }
        for (int round = 0; round < ROUNDS; round++) {
            guide = guide(known);
            double middle = known.gain(guide) * Math.abs(weight);
            double reach = Math.min(0.9 * room, largest * middle);
            long border = Math.max(0, (long) (reach * (1 - 0.06 * round)) - 1);
            int total = (int) Math.max(1, Math.min(largest, Math.round((border + 0.5) / middle)));
            known = narrowed(known, patch, value, total);
        }
        return known;
    }

    private Responses narrowed(Responses known, Trial patch, int value, int total) {
        int[] answers = ask(patch, total);
        for (int attempt = 0; ; attempt++) {
            double[] low = new double[known.outputs()];
            double[] high = new double[known.outputs()];
            for (int out = 0; out < low.length; out++) {
                low[out] = known.lowGain(out);
                high[out] = known.highGain(out);
            }
            narrow(known, value, sign * (long) total, answers, low, high);
            List<Integer> empty = new ArrayList<>();
            for (int out = 0; out < low.length; out++) {
                if (low[out] > high[out]) {
                    empty.add(out);
                }
            }
            if (empty.isEmpty()) {
                return known.withGains(low, high);
            }
            if (attempt == 1) {
                throw talk.unstable("outputs " + empty + " do not answer in proportion to their input");
            }
            answers = settle(patch, total, answers);
        }
    }

    /** The living output whose gain is known worst. */
    private static int guide(Responses known) {
        int guide = -1;
        double widest = -1;
        for (int out : known.representatives()) {
            double width = (known.highGain(out) - known.lowGain(out)) / known.highGain(out);
            if (known.isAlive(out) && width > widest) {
                widest = width;
                guide = out;
            }
        }
        return guide;
    }

    /** Cuts the gains down to what explains the answers to a flat patch. */
    private static void narrow(Responses known, int value, long total, int[] answers, double[] low, double[] high) {
        for (int out = 0; out < answers.length; out++) {
            long acc = known.weight(out, value) * total;
            if (acc == 0 || (high[out] == 0 && low[out] == 0)) {
                continue;
            }
            double slack = known.offset(out) == 0 ? 0.5 : 1;
            double least = answers[out] - known.offset(out) - slack - 1e-4;
            double most = answers[out] - known.offset(out) + slack + 1e-4;
            if (answers[out] <= known.clampLow()) {
                least = Double.NEGATIVE_INFINITY;
            }
            if (answers[out] >= known.clampHigh()) {
                most = Double.POSITIVE_INFINITY;
            }
            low[out] = Math.max(low[out], acc > 0 ? least / acc : most / acc);
            high[out] = Math.min(high[out], acc > 0 ? most / acc : least / acc);
        }
    }
}
