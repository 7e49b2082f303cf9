package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.recovery.Canvas.Trial;

/**
 * Reads all digits of all cells, keeps the answers, and repeats those that are in doubt.
 *
 * <p>Memory: one byte a cell and digit, and four bytes a cell for the map.
 */
final class MapReading {
    /** After so many repetitions that changed nothing, unexplained answers are left to the verification. */
    private static final int FUTILE_REPETITIONS = 5;

    private final Interview talk;
    private final Canvas canvas;
    private final Responses responses;
    private final DigitCode code;
    private final Trial[] patches;
    private final byte[][][] answers;

    MapReading(Interview talk, Canvas canvas, Responses responses, DigitCode code) {
        this.talk = talk;
        this.canvas = canvas;
        this.responses = responses;
        this.code = code;
        this.patches = new Trial[code.planes().size()];
        this.answers = new byte[patches.length][][];
    }

    /** Asks everything once; an answer that no digit explains is asked again at once. */
    void readAll() {
        int inputs = talk.input().channels();
        int inVain = 0;
        for (int p = 0; p < patches.length; p++) {
            DigitPlane plane = code.planes().get(p);
            patches[p] = plane.patch(canvas);
            answers[p] = new byte[plane.reads(inputs)][];
            List<int[]> stimuli = new ArrayList<>();
            for (int read = 0; read < answers[p].length; read++) {
                stimuli.add(plane.stimulus(talk.input(), read));
            }
            List<int[]> given = talk.askAll(patches[p], stimuli);
            for (int read = 0; read < answers[p].length; read++) {
                int[] stimulus = stimuli.get(read);
                int[] answer = given.get(read);
                if (inVain < FUTILE_REPETITIONS && !isExplained(plane, read, answer)) {
                    int[] settled = talk.settle(patches[p], stimulus, answer);
                    inVain += Arrays.equals(settled, answer) ? 1 : 0;
                    answer = settled;
                }
                answers[p][read] = pack(answer);
            }
        }
    }

    private boolean isExplained(DigitPlane plane, int read, int[] answer) {
        int in = read * plane.together();
        for (int out = 0; out < answer.length; out++) {
            if (responses.isAlive(out) && plane.digit(out, in, talk.input().channels(), answer[out]) < 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] pack(int[] answer) {
        byte[] packed = new byte[answer.length];
        for (int out = 0; out < answer.length; out++) {
            packed[out] = (byte) (answer[out] - talk.output().lowest());
        }
        return packed;
    }

    private int[] unpack(byte[] packed) {
        int[] answer = new int[packed.length];
        for (int out = 0; out < answer.length; out++) {
            answer[out] = (packed[out] & 0xff) + talk.output().lowest();
        }
        return answer;
    }

    /**
     * Asks again for all digits of an input channel.
     *
     * @return whether an answer had been wrong
     */
    boolean reread(int in) {
        boolean changed = false;
        for (int p = 0; p < patches.length; p++) {
            DigitPlane plane = code.planes().get(p);
            int read = plane.readOf(in);
            int[] first = unpack(answers[p][read]);
            int[] settled = talk.settle(patches[p], plane.stimulus(talk.input(), read), first);
            if (!Arrays.equals(first, settled)) {
                answers[p][read] = pack(settled);
                changed = true;
            }
        }
        return changed;
    }

    /** Payload offset of W[out][in], or {@link CellMap#UNKNOWN} if the answers make no offset. */
    int offset(int out, int in) {
        long number = 0;
        for (int p = 0; p < answers.length; p++) {
            DigitPlane plane = code.planes().get(p);
            int answer =
                    (answers[p][plane.readOf(in)][out] & 0xff) + talk.output().lowest();
            int digit = plane.digit(out, in, talk.input().channels(), answer);
            if (digit < 0) {
                return CellMap.UNKNOWN;
            }
            number += digit * plane.divisor();
        }
        return number < canvas.freeBytes() ? canvas.offset((int) number) : CellMap.UNKNOWN;
    }
}
