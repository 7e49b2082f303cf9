package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.grack.nanojson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.CompiledModels;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.model.TensorType;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/*
 * Others have put Corals on their desks before us and published what they saw. fixtures/observations.json keeps it as data,
 * each entry with its source; here every entry is put to the device of this run again.
 *
 * What was seen is asserted as loosely as it was published ("nearly everywhere", "descending"). What follows from it by the
 * known arithmetic is asserted exactly, and marked as derived: nobody has published that.
 *
 * On the emulated chip agreement shows that the emulator tells the same story as the published Corals, and nothing new
 * about a Coral. On silicon it is a reproduction.
 *
 * The control is in the entries themselves: the same template under four payloads gives four different answers.
 *
 * Alone: mvn test -Dexperiment=PublishedObservations
 */
@Hypothesis(
        value = "This device does what others published about their Corals",
        refutedBy = "An answer that contradicts an entry of fixtures/observations.json",
        source =
                "https://github.com/RingCanary/coral-usb-oxidized (February and March 2026); each entry has its own link",
        theme = Hypothesis.Theme.PUBLISHED,
        onSilicon = "each entry of fixtures/observations.json was")
class PublishedObservations {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)));
    }

    static List<Observation> observations() {
        return Observation.all();
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("observations")
    void isSeenHereToo(Observation observation, CompiledModels models, Bench bench, Evidence evidence) {
        evidence.fact("published", observation.text("claim"));
        evidence.fact("source", observation.text("source"));
        evidence.fact("seen on", observation.text("seenOn"));
        JsonObject chosen = observation.json().getObject("chosen");
        if (chosen != null) {
            chosen.forEach((what, how) -> evidence.fact("chosen by us: " + what, how));
        }
        JsonObject latency = observation.json().getObject("publishedMilliseconds");
        if (latency != null) {
            evidence.fact("published milliseconds, not judged", latency);
        }
        evidence.fact(
                "this run",
                bench.device().provenance() == Provenance.SILICON
                        ? "silicon"
                        : bench.device().provenance() + ": agreement says nothing new about a Coral");
        switch (observation.text("check")) {
            case "identity 256" -> identity(observation, models, bench, evidence);
            case "byte sweep" -> sweep(observation, models, bench, evidence);
            case "output hash" -> hash(observation, bench, evidence);
            case "compiled bytes" -> compiledBytes(observation, evidence);
            case "executables" -> executables(observation, models, evidence);
            case "streamed" -> streamed(observation, evidence);
            case "elsewhere" -> abort("asserted by the experiment " + observation.text("experiment"));
            default -> throw new BadInputException("no check called " + observation.text("check"));
        }
    }

    private static void identity(Observation observation, CompiledModels models, Bench bench, Evidence evidence) {
        DenseTemplate template = patched(identity256(models), observation.text("patch"));
        byte[] input = Inputs.of(template).ramp();
        byte[] answer = bench.run(template, input);

        judge("published", observation.expect(), input, answer, evidence);
        if (observation.derived() != null) {
            evidence.fact("derived, published by nobody", observation.derived());
            judge("derived", observation.derived(), input, answer, evidence);
        }
    }

    /** The template of the publications: int8, one scale, 127 on the diagonal. One from edgetpu_compiler goes first. */
    private static DenseTemplate identity256(CompiledModels models) {
        byte[] identity = DenseSpec.identityWeights(256);
        List<DenseTemplate> found = models.templates().stream()
                .filter(t -> t.shape().equals(DenseShape.square(256, ParameterFormat.PER_TENSOR)))
                .filter(t -> t.inputDomain().signed() && Arrays.equals(t.weights(), identity))
                .toList();
        return found.stream()
                .filter(t -> !CompiledModelWriter.wrote(t.model()))
                .findFirst()
                .or(() -> found.stream().findFirst())
                .orElseGet(() -> abort("no int8 Dense 256 identity template in " + models.lookedIn()));
    }

    private static DenseTemplate patched(DenseTemplate template, String patch) {
        return switch (patch) {
            case "none" -> template;
            case "zero" -> template.patched(Pattern.zero());
            case "ramp" -> template.patched(Pattern.ramp());
            case "xor:255" -> template.patched(Pattern.xor(255));
            case "shift:1" -> template.patched(Pattern.shift(1));
            case "shift:-1" -> template.patched(Pattern.shift(-1));
            default -> throw new BadInputException("no patch called " + patch);
        };
    }

    private static void judge(String what, JsonObject seen, byte[] input, byte[] answer, Evidence evidence) {
        byte[] exact = exactly(seen, input);
        if (exact != null) {
            evidence.expect(what, exact, answer, true);
            return;
        }
        evidence.observe("input", what, Evidence.values(input, true), Evidence.values(answer, true));
        String broken = broken(seen, answer);
        if (broken != null) {
            throw new AssertionError(what + " \"" + seen.getString("rule") + "\": " + broken);
        }
    }

    /** The whole answer, where the rule gives it; null where it says less. */
    private static byte[] exactly(JsonObject seen, byte[] input) {
        byte[] expected = new byte[input.length];
        for (int out = 0; out < expected.length; out++) {
            switch (seen.getString("rule")) {
                case "same as input" -> expected[out] = input[out];
                case "rotated" -> expected[out] = input[Math.floorMod(out + seen.getInt("by"), input.length)];
                case "one minus input" -> expected[out] = (byte) Math.max(-128, Math.min(127, 1 - input[out]));
                default -> {
                    return null;
                }
            }
        }
        return expected;
    }

    /** What contradicts a rule that leaves the exact answer open; null if nothing. */
    private static String broken(JsonObject seen, byte[] answer) {
        switch (seen.getString("rule")) {
            case "mostly" -> {
                int count = 0;
                for (byte output : answer) {
                    count += output == seen.getInt("value") ? 1 : 0;
                }
                boolean enough = count >= seen.getDouble("share") * answer.length;
                return enough ? null : count + " of " + answer.length + " outputs are " + seen.getInt("value");
            }
            case "periodic" -> {
                int longest = seen.getInt("period", answer.length / 2);
                int shortest = seen.getInt("period", 2);
                for (int period = shortest; period <= longest; period++) {
                    if (Arrays.equals(answer, period, answer.length, answer, 0, answer.length - period)) {
                        return null;
                    }
                }
                return "no period from " + shortest + " to " + longest;
            }
            case "descending" -> {
                for (int out = 1; out < answer.length; out++) {
                    if (answer[out] > answer[out - 1]) {
                        return "output " + out + " is " + answer[out] + " after " + answer[out - 1];
                    }
                }
                return answer[0] > answer[answer.length - 1] ? null : "all outputs are " + answer[0];
            }
            default -> throw new BadInputException("no rule called " + seen.getString("rule"));
        }
    }

    private static void sweep(Observation observation, CompiledModels models, Bench bench, Evidence evidence) {
        DenseTemplate template = identity256(models);
        byte[] input = Inputs.of(template).alternating();
        List<Integer> bytes = observation.numbers("bytes");
        int[] seen = new int[bytes.size()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = bench.run(template.patched(Pattern.singleHot(0, 0, bytes.get(i) - 128)), input)[0];
        }
        int[] published = observation.numbers("output0").stream()
                .mapToInt(Integer::intValue)
                .toArray();
        evidence.fact("columns of the picture", "output 0 for bytes " + bytes);
        evidence.expect("output 0 over the byte of W[0][0]", published, seen);
    }

    private static void hash(Observation observation, Bench bench, Evidence evidence) {
        int size = observation.expect().getInt("size");
        byte[] weights = new byte[size * size];
        Arrays.fill(weights, (byte) observation.expect().getInt("weight"));
        DenseTemplate template =
                DenseTemplate.assemble(DenseSpec.of(DenseShape.square(size, ParameterFormat.PER_TENSOR))
                        .type(TensorType.UINT8) // bytes as they went over the bus
                        .quantization(new Quantization(0.01227f, 128, 1 / 127f, 128, 1, 128))
                        .weights(weights)
                        .build());
        byte[] input = new byte[size];
        for (int i = 0; i < size; i++) {
            input[i] = (byte) (i % 251);
        }
        byte[] answer = bench.run(template, input);
        String found = String.format(Locale.ROOT, "%016x", fnv1a(answer));
        String published = observation.expect().getString("fnv1a64");
        evidence.observe("prediction", "published input", template, template.expected(input), answer);
        evidence.fact("FNV-1a-64 of the outputs", found + ", published " + published);
        if (!found.equals(published)) {
            throw new AssertionError("FNV-1a-64 of " + size + " outputs is " + found + ", published is " + published);
        }
    }

    private static long fnv1a(byte[] bytes) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    /** What was seen of the compiler's models must hold for ours. No device takes part. */
    private static void compiledBytes(Observation observation, Evidence evidence) {
        List<Integer> values = observation.numbers("weight");
        int background = observation.expect().getInt("background");
        for (int i = 0; i < values.size(); i++) {
            byte[] weights = new byte[256 * 256];
            weights[3 * 256 + 7] = values.get(i).byteValue();
            DenseTemplate model =
                    DenseTemplate.assemble(DenseSpec.of(DenseShape.square(256, ParameterFormat.PER_TENSOR))
                            .weights(weights)
                            .build());
            int[] payload = new int[model.payload().length()];
            for (int offset = 0; offset < payload.length; offset++) {
                payload[offset] = model.model().bytes(model.payload()).get(offset) & 0xff;
            }
            int[] expected = new int[payload.length];
            Arrays.fill(expected, background);
            expected[model.layout().offset(3, 7)] = observation.numbers("byte").get(i);
            evidence.expect("payload of a model with W[3][7] = " + values.get(i) + " alone", expected, payload);
        }
    }

    private static void executables(Observation observation, CompiledModels models, Evidence evidence) {
        List<Integer> sizes = observation.numbers("sizes");
        List<DenseTemplate> compiled = models.templates().stream()
                .filter(t -> !CompiledModelWriter.wrote(t.model()))
                .filter(t -> t.shape().isSquare() && sizes.contains(t.shape().inputs()))
                .toList();
        assumeFalse(
                compiled.isEmpty(),
                "no model of one of the sizes " + sizes + " that edgetpu_compiler made in " + models.lookedIn());
        for (DenseTemplate template : compiled) {
            int found = template.model().onlyPackage().executables().size();
            evidence.fact("executables of " + template.shape(), found);
            if (found != observation.expect().getInt("executables")) {
                throw new AssertionError(template + ": " + found + " executables");
            }
        }
    }

    /** Tensorizer assembles no streamed program, so the border must be where it was seen. No device takes part. */
    private static void streamed(Observation observation, Evidence evidence) {
        for (int size : observation.numbers("sizes")) {
            ShapeStatus status = ShapeStatus.of(DenseShape.square(size, ParameterFormat.PER_TENSOR));
            evidence.fact("size " + size, status.level().word() + ": " + status.reason());
            if (!status.isRefused()) {
                throw new AssertionError("Tensorizer would assemble size " + size + " to stay on the chip");
            }
        }
    }
}
