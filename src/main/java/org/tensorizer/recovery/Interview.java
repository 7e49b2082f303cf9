package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.recovery.Canvas.Trial;
import org.tensorizer.recovery.PayloadTarget.Activations;
import org.tensorizer.recovery.Recovery.RecoveryListener;

/**
 * Asks the device, and the record of an earlier run before it. Counts, records and reports every answer, and repeats
 * questions whose answers are in doubt. Keeps one session open, that of the last patch.
 */
final class Interview implements AutoCloseable {
    private static final int FREE_CONTRADICTIONS = 5;

    private final PayloadTarget target;
    private final AnswerLog log;
    private final RecoveryListener listener;
    private final Map<AnswerLog.Key, Integer> asked = new HashMap<>();
    private final Map<String, Integer> perPhase = new LinkedHashMap<>();
    private final long started = System.nanoTime();

    private Session session;
    private Trial loaded;
    private String phase = "start";
    private int answers;
    private int inferences;
    private int recorded;
    private int expected;
    private int contradictions;

    Interview(PayloadTarget target, Path record, RecoveryListener listener) {
        this.target = target;
        this.listener = listener;
        this.log = record == null ? AnswerLog.none() : AnswerLog.open(record, identity(target));
    }

    private static byte[] identity(PayloadTarget target) {
        MessageDigest digest = Sha256.digest();
        digest.update(target.payload());
        digest.update((target.input() + " " + target.output() + " " + target.device() + " " + target.provenance())
                .getBytes(StandardCharsets.UTF_8));
        return digest.digest();
    }

    Activations input() {
        return target.input();
    }

    Activations output() {
        return target.output();
    }

    String template() {
        return target.name();
    }

    /** Starts a phase of about {@code questions} more questions. */
    void phase(String name, int questions) {
        phase = name;
        expected = answers + questions;
    }

    /**
     * The outputs' deflections for input deflections, shape [outputs]. The same question asked again goes to the device
     * again.
     */
    int[] ask(Trial patch, int[] deflections) {
        return askAll(patch, List.of(deflections)).get(0);
    }

    /** Several questions to one patch, as many side by side in an inference as the target takes. */
    List<int[]> askAll(Trial patch, List<int[]> questions) {
        List<int[]> responses = new ArrayList<>();
        for (int from = 0; from < questions.size(); from += target.rows()) {
            int to = Math.min(questions.size(), from + target.rows());
            for (byte[] answer : together(patch, questions.subList(from, to))) {
                int[] response = new int[answer.length];
                for (int out = 0; out < answer.length; out++) {
                    response[out] = target.output().deflection(answer[out]);
                }
                responses.add(response);
            }
        }
        return responses;
    }

    /** At most as many questions as one inference takes; those with a recorded answer are not asked. */
    private byte[][] together(Trial patch, List<int[]> questions) {
        int inputs = target.input().channels();
        byte[] rows = new byte[target.rows() * inputs];
        Arrays.fill(rows, target.input().toByte(0));
        byte[][] all = new byte[questions.size()][];
        AnswerLog.Key[] keys = new AnswerLog.Key[all.length];
        int open = 0;
        for (int n = 0; n < all.length; n++) {
            for (int in = 0; in < inputs; in++) {
                rows[open * inputs + in] = target.input().toByte(questions.get(n)[in]);
            }
            long input = Trial.fingerprint(Arrays.copyOfRange(rows, open * inputs, (open + 1) * inputs));
            int repetition = asked.merge(new AnswerLog.Key(patch.id(), input, 0), 1, Integer::sum) - 1;
            keys[n] = new AnswerLog.Key(patch.id(), input, repetition);
            all[n] = log.get(keys[n]);
            open += all[n] == null ? 1 : 0;
        }
        byte[] live = open == 0 ? new byte[0] : live(patch, rows);
        int outputs = target.output().channels();
        int next = 0;
        for (int n = 0; n < all.length; n++) {
            if (all[n] == null) {
                all[n] = Arrays.copyOfRange(live, next, next + outputs);
                next += outputs;
                log.add(keys[n], all[n]);
            } else {
                recorded++;
            }
            answers++;
            perPhase.merge(phase, 1, Integer::sum);
            report();
        }
        return all;
    }

    private byte[] live(Trial patch, byte[] rows) {
        if (loaded != patch) {
            load(patch.payload());
            loaded = patch;
        }
        byte[] answer = session.run(rows);
        int expected = target.rows() * target.output().channels();
        if (answer.length != expected) {
            throw new DeviceFault(
                    DeviceFault.Kind.WRONG_SIZE,
                    target.device(),
                    "answered " + answer.length + " bytes, expected " + expected);
        }
        inferences++;
        return answer;
    }

    /** Into the session there is, if it can take another payload; else into a new one. */
    private void load(byte[] payload) {
        loaded = null;
        Optional<WeightSwap> swap = session == null ? Optional.empty() : session.weightSwap();
        if (swap.isPresent()) {
            swap.get().swap(ByteBuffer.wrap(payload));
        } else {
            release();
            session = target.open(payload);
        }
    }

    private void report() {
        double seconds = (System.nanoTime() - started) * 1e-9;
        int fresh = answers - recorded;
        double rate = fresh == 0 || seconds <= 0 ? 0 : fresh / seconds;
        int total = Math.max(expected, answers);
        listener.progress(new RecoveryListener.Progress(
                phase, answers, total, recorded, rate, rate == 0 ? -1 : (total - answers) / rate));
    }

    /**
     * Asks until two answers agree on every output, three times at most.
     *
     * @param first the answer in doubt
     * @return the answer each output gave at least twice
     * @throws DeviceFault of kind UNSTABLE if an output answered in three ways, or contradictions are frequent
     */
    int[] settle(Trial patch, int[] deflections, int[] first) {
        int[] second = ask(patch, deflections);
        if (Arrays.equals(first, second)) {
            return first;
        }
        contradictions++;
        int[] third = ask(patch, deflections);
        int[] settled = third.clone();
        for (int out = 0; out < settled.length; out++) {
            if (first[out] == second[out]) {
                settled[out] = first[out];
            } else if (third[out] != first[out] && third[out] != second[out]) {
                throw unstable("output " + out + " answered one question with deflections " + first[out] + ", "
                        + second[out] + " and " + third[out]);
            }
        }
        if (contradictions > FREE_CONTRADICTIONS + answers / 20) {
            throw unstable(contradictions + " of " + answers + " answers changed when their question was repeated");
        }
        return settled;
    }

    /** The fault of a device that does not repeat itself. */
    DeviceFault unstable(String what) {
        return new DeviceFault(
                DeviceFault.Kind.UNSTABLE,
                target.device(),
                what + "; a layout can only be read from a device that repeats itself");
    }

    int answers() {
        return answers;
    }

    /** Inferences of this run. */
    int inferences() {
        return inferences;
    }

    int recorded() {
        return recorded;
    }

    /** How many questions were answered differently when repeated. */
    int contradictions() {
        return contradictions;
    }

    /** Answers by phase, in order. */
    Map<String, Integer> perPhase() {
        return Collections.unmodifiableMap(perPhase);
    }

    private void release() {
        Session old = session;
        session = null;
        loaded = null;
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void close() {
        try {
            release();
        } finally {
            log.close();
        }
    }
}
