package org.tensorizer.experiments;

import java.util.Arrays;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Evidence;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.NetworkWriter;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;

/** What {@link MobilenetCorruption} asks of a mobilenet whose answers nobody published. */
final class OtherMobilenet {
    /** Steps by which outputs may be off TFLite's on the average: measured on public mobilenets. */
    private static final double MOST_ON_AVERAGE = 2;

    /** Classes of which each, if all are equal, has less than half a step of 1/256. */
    private static final int MANY_CLASSES = 512;

    private static final int RUNS = 2;

    /** As it was published. */
    private enum Overwriting {
        ZEROS(Pattern.zero()),
        RAMP(Pattern.ramp()),
        INVERTED(Pattern.xor(255));

        private final Pattern pattern;

        Overwriting(Pattern pattern) {
            this.pattern = pattern;
        }

        byte of(byte old, int at) {
            return (byte) (this == ZEROS ? 0 : this == RAMP ? at : ~old);
        }
    }

    private final CompiledNetwork network;
    private final Bench bench;
    private final Evidence evidence;
    private final byte[] input;
    private final boolean classifies;

    OtherMobilenet(CompiledNetwork network, Bench bench, Evidence evidence) {
        this.network = network;
        this.bench = bench;
        this.evidence = evidence;
        input = network.input(1);
        classifies = NetworkArithmetic.endsInSoftmax(network.network());
    }

    void judge(Optional<TfliteModel> source) {
        evidence.fact(
                "answered by", bench.device().name() + " (" + bench.device().provenance() + ")");
        byte[] original = answer("the original", network.model().copy());
        asItsLayers("the original", network.model().copy(), original);
        source.ifPresent(model -> besideCpu(model, original));
        for (Overwriting how : Overwriting.values()) {
            overwritten(how, original);
            String what = "all weights " + how.pattern;
            byte[] bytes = weights(how);
            asItsLayers(what, bytes, answer(what, bytes));
        }
        evidence.judgeObserved(classifies ? Integer.MAX_VALUE : 0, 1);
    }

    /** The answer, the same each time. */
    private byte[] answer(String what, byte[] bytes) {
        byte[] answer = network.answer(bench, bytes, input);
        for (int run = 1; run < RUNS; run++) {
            evidence.expect(what + " once more", answer, network.answer(bench, bytes, input), network.isSigned());
        }
        return answer;
    }

    private void asItsLayers(String what, byte[] bytes, byte[] answer) {
        Network numbers = Network.of(TfliteModel.parse(network.model().name(), bytes));
        Optional<int[]> computed = NetworkArithmetic.answer(numbers, network.inChipDomain(input));
        evidence.fact(what + ", layers computed", computed.isPresent() ? "yes" : "no: not all of them are covered");
        computed.ifPresent(
                expected -> evidence.observe("computed from its layers", what, expected, network.onChip(answer)));
    }

    private void besideCpu(TfliteModel source, byte[] answer) {
        int[] found = Evidence.values(answer, network.isSigned());
        int[] expected;
        try (Session cpu = new CpuDevice().open(source)) {
            expected = Evidence.values(cpu.run(input), network.isSigned());
        } catch (BadInputException e) {
            evidence.fact("TFLite on the source", e.getMessage());
            return;
        }
        int differing = 0;
        int largest = 0;
        long sum = 0;
        for (int i = 0; i < found.length; i++) {
            int difference = Math.abs(found[i] - expected[i]);
            differing += difference > 0 ? 1 : 0;
            largest = Math.max(largest, difference);
            sum += difference;
        }
        evidence.fact(
                "TFLite on the source", differing + " of " + found.length + " outputs differ, at most by " + largest);
        int best = first(expected, Arrays.stream(expected).max().orElse(0));
        if (classifies && found[best] != Arrays.stream(found).max().orElse(0)) {
            throw new AssertionError("TFLite sees class " + best + ", here it is not the largest");
        }
        if (sum > MOST_ON_AVERAGE * found.length) {
            throw new AssertionError("outputs are off TFLite's by more than two steps on the average");
        }
    }

    private static int first(int[] values, int value) {
        int at = 0;
        while (values[at] != value) {
            at++;
        }
        return at;
    }

    private void overwritten(Overwriting how, byte[] original) {
        String what = "payload " + how.pattern;
        byte[] bytes = PatchedModel.of(PatchTarget.of(network.model()), Patch.of(Region.payload(), how.pattern))
                .bytes();
        byte[] answer = answer(what, bytes);
        int[] values = network.onChip(answer);
        long others = Arrays.stream(values).filter(value -> value != 0).count();
        evidence.fact(
                what,
                others == 0
                        ? "all " + values.length + " outputs are 0"
                        : others + " of " + values.length + " outputs are not 0, the largest is "
                                + Arrays.stream(values).max().orElse(0));
        if (Arrays.equals(answer, original)) {
            throw new AssertionError(what + ", and every output is as before");
        }
        if (how == Overwriting.ZEROS) {
            int[] expected = new int[values.length];
            Arrays.fill(expected, classifies && values.length > MANY_CLASSES ? 0 : values[0]);
            evidence.expect(what, expected, values);
        }
    }

    /** The model with the weights of all layers overwritten, one after the other. */
    private byte[] weights(Overwriting how) {
        NetworkWriter writer = NetworkWriter.open(network.network());
        int at = 0;
        for (LayerOperator layer : network.network().layers()) {
            byte[] weights = network.network().weights(layer);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = how.of(weights[i], at++);
            }
            writer.weights(layer, weights);
        }
        writer.refreshToken();
        return writer.bytes();
    }
}
