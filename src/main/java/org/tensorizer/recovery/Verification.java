package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.tensorizer.recovery.Canvas.Trial;

/**
 * Holds a map against answers it was not made from: random bytes everywhere, several inputs at once, every answer
 * predicted. A cell at the wrong offset, a byte with an influence nobody knew, a wrong encoding: each shows as an answer
 * outside its prediction.
 */
final class Verification {
    private static final int PATCHES = 2;
    private static final int TOGETHER = 16;

    private final Interview talk;
    private final Responses responses;
    private final Trial[] patches = new Trial[PATCHES];
    private final int size;

    Verification(Interview talk, Canvas canvas, Responses responses) {
        this.talk = talk;
        this.responses = responses;
        for (int p = 0; p < PATCHES; p++) {
            Random random = new Random(0x7e45041 + p);
            byte[] noise = new byte[canvas.freeBytes()];
            random.nextBytes(noise);
            patches[p] = canvas.paint(number -> noise[number]);
        }
        this.size = deflection();
    }

    /** Number of questions when nothing is wrong. */
    static int questions(int inputs) {
        return PATCHES * ((inputs + TOGETHER - 1) / TOGETHER);
    }

    /** So strong that most sums fill a third of the answer's range. */
    private int deflection() {
        double gain = Arrays.stream(responses.representatives())
                .filter(responses::isAlive)
                .mapToDouble(responses::gain)
                .sorted()
                .skip(responses.representatives().length / 2)
                .findFirst()
                .orElse(1);
        double room = Math.max(responses.clampHigh(), -responses.clampLow());
        double wanted = 0.35 * room / (74 * gain * Math.sqrt(TOGETHER));
        int most = Math.abs(talk.input().strongest());
        return (int) Math.max(1, Math.min(most, Math.round(wanted)));
    }

    /** Input channels whose cells do not answer as the map says, found by halving the groups that fail. */
    List<Integer> suspects(CellMap map) {
        List<Integer> suspects = new ArrayList<>();
        int inputs = talk.input().channels();
        for (int p = 0; p < PATCHES; p++) {
            List<int[]> stimuli = new ArrayList<>();
            for (int from = 0; from < inputs; from += TOGETHER) {
                stimuli.add(stimulus(p, from, Math.min(from + TOGETHER, inputs)));
            }
            List<int[]> answers = talk.askAll(patches[p], stimuli);
            for (int from = 0; from < inputs; from += TOGETHER) {
                int to = Math.min(from + TOGETHER, inputs);
                if (!failing(map, p, from, to, answers.get(from / TOGETHER)).isEmpty()) {
                    search(map, p, from, to, suspects);
                }
            }
        }
        return suspects.stream().distinct().sorted().toList();
    }

    /** Halves a group that fails. */
    private void search(CellMap map, int patch, int from, int to, List<Integer> suspects) {
        if (to - from == 1) {
            suspects.add(from);
            return;
        }
        int middle = (from + to) / 2;
        if (!failing(map, patch, from, middle).isEmpty()) {
            search(map, patch, from, middle, suspects);
        }
        if (!failing(map, patch, middle, to).isEmpty()) {
            search(map, patch, middle, to, suspects);
        }
    }

    private int[] stimulus(int patch, int from, int to) {
        return talk.input().signs(from, to, size, 31L * patch + from);
    }

    /** Outputs whose settled answer to one group of inputs is outside the prediction. */
    List<Integer> failing(CellMap map, int patch, int from, int to) {
        return failing(map, patch, from, to, talk.ask(patches[patch], stimulus(patch, from, to)));
    }

    private List<Integer> failing(CellMap map, int patch, int from, int to, int[] answer) {
        int[] stimulus = stimulus(patch, from, to);
        List<Integer> failing = compare(map, patches[patch].payload(), stimulus, from, to, answer);
        if (failing.isEmpty()) {
            return failing;
        }
        int[] settled = talk.settle(patches[patch], stimulus, answer);
        return compare(map, patches[patch].payload(), stimulus, from, to, settled);
    }

    private List<Integer> compare(CellMap map, byte[] payload, int[] stimulus, int from, int to, int[] answer) {
        List<Integer> failing = new ArrayList<>();
        for (int out = 0; out < answer.length; out++) {
            if (!responses.isAlive(out)) {
                continue;
            }
            long acc = 0;
            boolean whole = true;
            for (int in = from; in < to && whole; in++) {
                int offset = map.at(out, in);
                whole = offset != CellMap.UNKNOWN;
                if (whole) {
                    acc += (long) responses.weight(out, payload[offset] & 0xff) * stimulus[in];
                }
            }
            if (whole && (answer[out] < responses.lowest(out, acc) || answer[out] > responses.highest(out, acc))) {
                failing.add(out);
            }
        }
        return failing;
    }

    /** Takes cells out of the map that do not answer as it says even alone. */
    int strike(int[] offsets, CellMap map, int in) {
        int struck = 0;
        for (int p = 0; p < PATCHES; p++) {
            for (int out : failing(map, p, in, in + 1)) {
                int cell = out * map.columns() + in;
                if (offsets[cell] != CellMap.UNKNOWN) {
                    offsets[cell] = CellMap.UNKNOWN;
                    struck++;
                }
            }
        }
        return struck;
    }
}
