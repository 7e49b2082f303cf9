package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tensorizer.recovery.Canvas.Trial;

/**
 * The usual answers of a template under a few inputs, and which outputs leave them out of proportion when its payload is
 * changed a little everywhere.
 */
final class Disturbance {
    /** So small that a zero point moved by 2^24 keeps the accumulator within 32 bits. */
    private static final int LARGEST_TOTAL = 100;

    private static final int TRIALS = 6;
    private static final double WEAKEST = 1 / 16.0;

    private final Interview talk;
    private final byte[] original;
    private final List<int[]> stimuli = new ArrayList<>();
    private final List<int[]> normal = new ArrayList<>();
    private double strength;

    Disturbance(Interview talk, byte[] original) {
        this.talk = talk;
        this.original = original;
        choose();
    }

    /** Inputs under which as many outputs as possible answer neither near zero nor near a clamp. */
    private void choose() {
        Trial patch = new Trial(original.clone());
        long bestScore = -1;
        for (double trial = isOneSided() ? LARGEST_TOTAL : bothWays(); trial >= WEAKEST; trial /= 2) {
            long score = visible(talk.ask(patch, stimulus(trial, (long) trial))).cardinality();
            if (score > bestScore) {
                bestScore = score;
                strength = trial;
            } else if (score < bestScore / 2) {
                break;
            }
        }
        List<int[]> trials = new ArrayList<>();
        List<int[]> answers = new ArrayList<>();
        for (int seed = 0; seed < TRIALS; seed++) {
            trials.add(stimulus(strength, 1000 + seed));
            answers.add(talk.ask(patch, trials.get(seed)));
        }
        BitSet covered = new BitSet();
        int wanted = talk.output().channels() > 600 ? 3 : 2;
        while (stimuli.size() < wanted) {
            int best = 0;
            int most = -1;
            for (int t = 0; t < trials.size(); t++) {
                BitSet with = visible(answers.get(t));
                int gain = 4 * with.cardinality();
                with.andNot(covered);
                gain += 16 * with.cardinality();
                if (gain > most && !stimuli.contains(trials.get(t))) {
                    most = gain;
                    best = t;
                }
            }
            stimuli.add(trials.get(best));
            normal.add(answers.get(best));
            covered.or(visible(answers.get(best)));
        }
    }

    private int bothWays() {
        return Math.min(talk.input().highest(), -talk.input().lowest());
    }

    /** Whether the zero point stands at an end of the range, as behind a ReLU: nothing can be balanced there. */
    private boolean isOneSided() {
        return bothWays() < 8;
    }

    private int[] stimulus(double wanted, long seed) {
        int total = isOneSided() ? LARGEST_TOTAL : (int) Math.max(1, Math.min(LARGEST_TOTAL, 4 * wanted));
        return talk.input().balanced(wanted, total, seed);
    }

    private BitSet visible(int[] answer) {
        BitSet visible = new BitSet();
        for (int out = 0; out < answer.length; out++) {
            visible.set(out, isVisible(answer[out]));
        }
        return visible;
    }

    /** Whether an answer is far from nothing and from the clamps: there it can grow and shrink. */
    boolean isVisible(int answer) {
        int room = answer > 0 ? talk.output().highest() : -talk.output().lowest();
        return Math.abs(answer) >= 5 && Math.abs(answer) * 7 <= room * 4;
    }

    /** The inputs; each moves all inputs, and all together they add up to a known small total. */
    List<int[]> stimuli() {
        return stimuli;
    }

    /** Answers of the untouched template to input number {@code s}. */
    int[] normal(int s) {
        return normal.get(s);
    }

    /** Which outputs move out of proportion under another payload. */
    BitSet moved(byte[] payload) {
        return moved(stimuli, normal, payload);
    }

    /**
     * Whether no output moves when the bits of one of the alternatives are flipped in every byte, under inputs that add up to nothing, so that no
     * zero point can overflow an accumulator.
     */
    boolean isStill(int... alternatives) {
        int[] stimulus = talk.input().balanced(strength, 0, 77);
        List<int[]> usual = List.of(talk.ask(new Trial(original.clone()), stimulus));
        for (int bits : alternatives) {
            byte[] payload = original.clone();
            for (int offset = 0; offset < payload.length; offset++) {
                payload[offset] ^= (byte) bits;
            }
            if (moved(List.of(stimulus), usual, payload).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private BitSet moved(List<int[]> inputs, List<int[]> before, byte[] payload) {
        Trial patch = new Trial(payload);
        double[] moves = new double[talk.output().channels()];
        double[] limits = new double[moves.length];
        for (int s = 0; s < inputs.size(); s++) {
            int[] answer = talk.ask(patch, inputs.get(s));
            int[] usual = before.get(s);
            for (int out = 0; out < moves.length; out++) {
                moves[out] += Math.abs(answer[out] - usual[out]);
                limits[out] += isVisible(usual[out]) ? Math.max(2.5, 0.45 * Math.abs(usual[out])) : 2.5;
            }
        }
        BitSet moved = new BitSet();
        for (int out = 0; out < moves.length; out++) {
            moved.set(out, moves[out] >= limits[out]);
        }
        return moved;
    }
}
