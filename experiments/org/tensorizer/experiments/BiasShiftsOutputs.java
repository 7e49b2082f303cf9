package org.tensorizer.experiments;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.layout.DenseHeader;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

/*
 * A layer with bias has one int32 for each output channel in front of its weights. Claim: it is added to the accumulator,
 * so bias[c] = b moves output c by b * scale and moves no other output, whatever the inputs are.
 *
 * One channel's bias climbs in steps from the bottom of the output's range to past its top, under no input and under a
 * random one. Each output must be the exact product plus the bias, scaled and rounded.
 *
 * The control is the bias of 0 among the steps: there all outputs must stand where the weights alone put them.
 *
 * Alone: mvn test -Dexperiment=BiasShiftsOutputs
 */
@Hypothesis(
        value = "bias[c] moves output c by bias * scale, and nothing else",
        refutedBy = "An output that is not the exact product plus the bias, or another output that moves",
        source = "Derived: header rows byte-exact on layers of real networks; not observed on a chip alone",
        theme = Hypothesis.Theme.ARITHMETIC)
class BiasShiftsOutputs {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.chip(chip -> chip.withLanes(16)), Counterexample.shiftsBiases());
    }

    private static final int CHANNEL = 70; // second group of outputs, not its first

    @ParameterizedTest(name = "{arguments}")
    @EnumSource(names = {"PER_TENSOR_BIAS", "PER_CHANNEL_BIAS"})
    void oneBiasMovesItsOutputInProportion(ParameterFormat format, Bench bench, Evidence evidence) {
        DenseTemplate layer = DenseTemplate.assemble(
                SeededLayer.of(DenseShape.of(192, 128, format), 11).build());
        float scale = scale(layer);
        int step = Math.round(20 / scale);
        Inputs inputs = Inputs.of(layer);
        StringBuilder table = new StringBuilder("bias,bias * scale,output without input,output with a random input\n");

        for (int n = -7; n <= 7; n++) {
            DenseTemplate biased = withBias(layer, n * step);
            List<byte[]> drives = List.of(inputs.zeros(), inputs.random(4));
            List<byte[]> answers = bench.run(biased, drives);
            for (int i = 0; i < drives.size(); i++) {
                evidence.expect("bias " + n * step + ", drive " + i, biased, drives.get(i), answers.get(i));
            }
            table.append(String.format(
                    Locale.ROOT,
                    "%d,%.2f,%d,%d%n",
                    n * step,
                    n * step * scale,
                    value(layer, answers.get(0)[CHANNEL]),
                    value(layer, answers.get(1)[CHANNEL])));
        }
        evidence.fact("output channel", CHANNEL);
        evidence.fact("scale", scale);
        evidence.fact(
                "program", layer.status().level().word() + ": " + layer.status().reason());
        evidence.table("output over bias", table.toString());
    }

    @ParameterizedTest(name = "{arguments}")
    @EnumSource(names = {"PER_TENSOR_BIAS", "PER_CHANNEL_BIAS"})
    void biasesOfAllOutputsAreTheirOwn(ParameterFormat format, Bench bench, Evidence evidence) {
        for (DenseShape shape : List.of(DenseShape.of(192, 128, format), DenseShape.of(100, 70, format))) {
            DenseTemplate layer =
                    DenseTemplate.assemble(SeededLayer.of(shape, 12).build());
            byte[] silent = Inputs.of(layer).zeros();
            evidence.expect(shape + " without input", layer, silent, bench.run(layer, silent));
        }
    }

    private static float scale(DenseTemplate layer) {
        DenseHeader header = layer.layout().header();
        return header.hasScales()
                ? header.scale(payload(layer), 0, CHANNEL)
                : layer.quantization().multiplier();
    }

    private static DenseTemplate withBias(DenseTemplate layer, int bias) {
        byte[] payload = payload(layer);
        layer.layout().header().setBias(payload, 0, CHANNEL, bias);
        return layer.patched(Patch.of(Region.payload(), Pattern.bytes(payload)));
    }

    private static byte[] payload(DenseTemplate layer) {
        return layer.model().copy(layer.payload());
    }

    private static int value(DenseTemplate layer, byte output) {
        return layer.outputDomain().value(output);
    }
}
