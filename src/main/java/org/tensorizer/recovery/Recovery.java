package org.tensorizer.recovery;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.recovery.Canvas.Trial;
import org.tensorizer.recovery.HeaderJudge.HeaderGain;
import org.tensorizer.recovery.HeaderSearch.HeaderWords;
import org.tensorizer.recovery.RecoveredLayout.Budget;
import org.tensorizer.recovery.RecoveredLayout.RoleTable;

/**
 * Finds where every weight stands in a payload from what a device answers, on one template, with no compiler and no
 * knowledge of the layout.
 *
 * <ol>
 *   <li>{@link HeaderSearch}: bytes that move all of an output, found by flipping lowest bits in halves of the payload;
 *   <li>{@link Calibration}: encoding, zero points and gains, from payloads of one value;
 *   <li>{@link HeaderGain}: scales, once recognised, are raised until one step of a weight is one step of the answer;
 *   <li>{@link MapReading}: each free byte carries a digit of its own number, one input at a time is deflected, so each
 *       output answers with the digit of the one weight it multiplies;
 *   <li>repair: an answer that makes no number, or a number twice, is asked for again;
 *   <li>{@link Verification}: random payloads, several inputs at once, every answer predicted from the map;
 *   <li>{@link HeaderRoles}: each header byte by its own effect.
 * </ol>
 *
 * <p>The run is deterministic: with a record of answers it asks a device only what the record does not hold. Not
 * thread-safe; memory is linear in the payload.
 */
public final class Recovery {
    private static final int FEWEST_REPAIRS = 8;

    /** One step of a weight is one step of the answer at a deflection of 127, which every 8-bit input can take. */
    private static final double RAISED_GAIN = 1.0 / 127;

    private final PayloadTarget target;
    private Path record;
    private RecoveryListener listener = RecoveryListener.SILENT;

    private Recovery(PayloadTarget target) {
        this.target = target;
    }

    /** A recovery of a model's layout. */
    public static Recovery of(PayloadTarget target) {
        return new Recovery(target);
    }

    /** Keeps all answers in a file, appended as they come, and takes those that are there already from it. */
    public Recovery recordingTo(Path file) {
        this.record = file;
        return this;
    }

    /** Tells a listener of every answer. */
    public Recovery reportingTo(RecoveryListener hears) {
        this.listener = hears;
        return this;
    }

    /**
     * Asks until the layout is known.
     *
     * @throws InsensitiveTemplateException if answers cannot tell two byte values apart
     * @throws BadInputException if the record is not one of this template and device
     * @throws org.tensorizer.device.DeviceFault if the device fails, or does not repeat itself; what it answered before
     *     is in the record
     */
    public RecoveredLayout run() {
        try (Interview talk = new Interview(target, record, listener)) {
            return run(talk);
        }
    }

    private RecoveredLayout run(Interview talk) {
        byte[] payload = target.payload();
        int inputs = target.input().channels();
        talk.phase("repeatability", 2 * inputs + 200);
        requireRepeatable(talk, payload);
        talk.phase("header search", 2 * inputs + 200);
        HeaderWords words = new HeaderSearch(talk, payload).find();
        talk.phase("calibration", 2 * inputs + 50);
        HeaderGain gain = new HeaderGain(payload, words);
        Canvas canvas = gain.plain();
        Calibration calibration = new Calibration(talk);
        Responses responses = calibration.measure(canvas);
        Responses asFound = responses;
        boolean scaleIsTheGain = gain.canRaise() && gain.isScaleTheGain(responses);
        if (!scaleIsTheGain) {
            responses = calibration.refine(canvas, responses);
        }
        if (gain.canRaise()) {
            HeaderGain.Raised raised = gain.raise(responses, RAISED_GAIN);
            if (gain.canCentre()) {
                HeaderGain.Raised centred = gain.centre(raised, target.input().strongest());
                raised = calibration.isConfirmed(centred.canvas(), centred.responses()) ? centred : raised;
            }
            canvas = raised.canvas();
            responses = calibration.refine(canvas, raised.responses());
        }
        DigitCode code = DigitCode.choose(responses, canvas, target.input(), target.output(), target.name());
        talk.phase("weights", code.reads(inputs) + Verification.questions(inputs) + 15);
        MapReading reading = new MapReading(talk, canvas, responses, code);
        reading.readAll();
        talk.phase("repair", Verification.questions(inputs) + 15);
        repair(reading, canvas.size(), inputs);
        talk.phase("verification", Verification.questions(inputs) + 15);
        int[] offsets = offsets(reading);
        int struck = verify(new Verification(talk, canvas, responses), reading, offsets);
        CellMap map = new CellMap(target.output().channels(), inputs, offsets);
        talk.phase("header bytes", 15);
        RoleTable roles = roles(map, canvas, responses);
        new HeaderRoles(talk, canvas, responses, map, words, roles).prove(scaleIsTheGain);
        Optional<FormulaFit> formula = map.known() == 0 ? Optional.empty() : Optional.of(FormulaFit.of(map));
        Budget budget = Budget.of(inputs, canvas.size(), code.levels(), talk);
        return new RecoveredLayout(
                target.name(),
                target.device(),
                target.provenance(),
                target.kernelHeight(),
                target.kernelWidth(),
                map,
                roles,
                asFound.encoding(),
                IntStream.range(0, map.rows()).map(asFound::zero).toArray(),
                formula,
                headerFormulas(roles),
                budget,
                struck);
    }

    private static void requireRepeatable(Interview talk, byte[] original) {
        Trial patch = new Trial(original);
        int strongest = talk.input().strongest();
        int[] stimulus = talk.input().signs(0, talk.input().channels(), Math.max(1, Math.abs(strongest) / 4), 1);
        int[] answer = talk.settle(patch, stimulus, talk.ask(patch, stimulus));
        for (int more = 0; more < 3 && talk.contradictions() > more; more++) {
            answer = talk.settle(patch, stimulus, answer);
        }
        if (talk.contradictions() > 2) {
            throw talk.unstable(talk.contradictions() + " of the first " + talk.answers() + " answers differ");
        }
    }

    /** Repeats the reads of the input channels whose cells are in doubt, the worst first, while that changes anything. */
    private void repair(MapReading reading, int payloadBytes, int inputs) {
        int limit = Math.max(FEWEST_REPAIRS, inputs / 16);
        boolean[] done = new boolean[inputs];
        int inVain = 0;
        for (int round = 0; round < limit && inVain < 3; round++) {
            int[] doubts = doubts(reading, payloadBytes, inputs);
            int worst = -1;
            for (int in = 0; in < inputs; in++) {
                if (!done[in] && doubts[in] > 0 && (worst < 0 || doubts[in] > doubts[worst])) {
                    worst = in;
                }
            }
            if (worst < 0) {
                return;
            }
            done[worst] = true;
            inVain = reading.reread(worst) ? 0 : inVain + 1;
        }
    }

    /** By input channel: cells without an offset, and cells that share theirs with another. */
    private int[] doubts(MapReading reading, int payloadBytes, int inputs) {
        int[] doubts = new int[inputs];
        int[] owner = new int[payloadBytes];
        Arrays.fill(owner, -1);
        for (int out = 0; out < target.output().channels(); out++) {
            for (int in = 0; in < inputs; in++) {
                int offset = reading.offset(out, in);
                if (offset == CellMap.UNKNOWN) {
                    doubts[in]++;
                } else if (owner[offset] >= 0) {
                    doubts[in]++;
                    doubts[owner[offset]]++;
                } else {
                    owner[offset] = in;
                }
            }
        }
        return doubts;
    }

    private int[] offsets(MapReading reading) {
        int inputs = target.input().channels();
        int[] offsets = new int[Math.multiplyExact(target.output().channels(), inputs)];
        for (int out = 0; out < target.output().channels(); out++) {
            for (int in = 0; in < inputs; in++) {
                offsets[out * inputs + in] = reading.offset(out, in);
            }
        }
        return offsets;
    }

    /** Checks all cells, reads those that fail once more, and strikes those that fail again. */
    private int verify(Verification verification, MapReading reading, int[] offsets) {
        int outputs = target.output().channels();
        int inputs = target.input().channels();
        int struck = 0;
        for (int in : verification.suspects(new CellMap(outputs, inputs, offsets))) {
            if (reading.reread(in)) {
                for (int out = 0; out < outputs; out++) {
                    offsets[out * inputs + in] = reading.offset(out, in);
                }
            }
            struck += verification.strike(offsets, new CellMap(outputs, inputs, offsets), in);
        }
        return struck;
    }

    /**
     * Weights by the map. The verification wrote random bytes everywhere and every answer was as predicted: if all cells
     * took part, the bytes that are no weights have no effect.
     */
    private static RoleTable roles(CellMap map, Canvas canvas, Responses responses) {
        RoleTable roles = new RoleTable(canvas.size(), map.columns());
        boolean allKnown = map.known() == map.rows() * map.columns();
        for (int out : responses.representatives()) {
            allKnown &= responses.isAlive(out);
        }
        for (int index = 0; allKnown && index < canvas.freeBytes(); index++) {
            roles.unused(canvas.offset(index));
        }
        for (int out = 0; out < map.rows(); out++) {
            for (int in = 0; in < map.columns(); in++) {
                if (map.at(out, in) != CellMap.UNKNOWN) {
                    roles.weight(map.at(out, in), out, in);
                }
            }
        }
        return roles;
    }

    private Map<String, FormulaFit> headerFormulas(RoleTable roles) {
        Map<String, FormulaFit> formulas = new LinkedHashMap<>();
        for (RoleTable.Kind kind :
                new RoleTable.Kind[] {RoleTable.Kind.SCALE, RoleTable.Kind.BIAS, RoleTable.Kind.ZERO_POINT}) {
            int[] offsets = new int[4 * target.output().channels()];
            Arrays.fill(offsets, CellMap.UNKNOWN);
            for (int offset = 0; offset < roles.size(); offset++) {
                if (roles.kind(offset) == kind) {
                    offsets[roles.owner(offset)] = offset;
                }
            }
            CellMap map = new CellMap(target.output().channels(), 4, offsets);
            if (map.known() > 0) {
                formulas.put(kind.name().toLowerCase(java.util.Locale.ROOT), FormulaFit.of("out", "byte", map));
            }
        }
        return formulas;
    }

    /** Hears how a recovery gets on. Called from the recovering thread, after every answer; should be quick. */
    @FunctionalInterface
    public interface RecoveryListener {
        /** A listener that does nothing. */
        RecoveryListener SILENT = progress -> {};

        void progress(Progress progress);

        /**
         * Where a recovery stands.
         *
         * @param phase what is being done, in words for people
         * @param answers answers so far, the recorded ones included
         * @param expected estimate of all answers; grows if answers have to be repeated
         * @param recorded how many of the answers came from the record of an earlier run
         * @param perSecond rate of the answers of this run; 0 before the first
         * @param secondsLeft at that rate; negative before there is a rate
         */
        record Progress(String phase, int answers, int expected, int recorded, double perSecond, double secondsLeft) {}
    }

    /** The outputs of a template move so little with its weights that one answer cannot tell two byte values apart. */
    public static final class InsensitiveTemplateException extends BadInputException {
        private static final long serialVersionUID = 1L;

        InsensitiveTemplateException(String template, String found) {
            super(template + ": too insensitive to recover its layout: " + found);
        }
    }
}
