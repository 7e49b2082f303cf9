package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/*
 * An activation costs the chip nothing: claim, ReLU and ReLU6 are nothing but other clamps of the tensor op. So a layer with
 * ReLU answers like the same layer without, except that nothing comes out below the number that stands for 0; with ReLU6
 * nothing above the number that stands for 6 either.
 *
 * The device runs both and they are compared output by output. The layer without activation is the control: it must give
 * the exact product, reach below 0 and above 6, or there was nothing to clamp.
 *
 * Alone: mvn test -Dexperiment=ReluClampsAtZero
 */
@Hypothesis(
        value = "A fused ReLU cuts outputs at 0 and a ReLU6 at 6, and changes nothing else",
        refutedBy =
                "An output below the zero point, or one that is not cut and differs from the layer without activation",
        source = "Derived; the clamps where an activation cuts the range follow one published probe",
        theme = Hypothesis.Theme.ARITHMETIC)
class ReluClampsAtZero {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.chip(chip -> chip.withLanes(16)), Counterexample.forgetsActivations());
    }

    @ParameterizedTest(name = "{arguments}")
    @EnumSource(names = {"RELU", "RELU6"})
    void outputsAreTheLinearOnesCut(Activation activation, Bench bench, Evidence evidence) {
        DenseTemplate linear = layer(Activation.NONE);
        DenseTemplate cut = layer(activation);
        int zero = linear.quantization().outputZeroPoint() - 128; // of the int8 tensor
        int six = activation == Activation.RELU6
                ? (int) Math.rint(Math.min(127, zero + 6 / linear.quantization().outputScale()))
                : 127;
        Inputs inputs = Inputs.of(linear);
        List<byte[]> drives = List.of(inputs.ramp(), inputs.alternating(), inputs.random(1), inputs.random(2));

        List<byte[]> before = bench.run(linear, drives);
        List<byte[]> after = bench.run(cut, drives);

        int below = 0;
        int above = 0;
        for (int i = 0; i < drives.size(); i++) {
            evidence.expect("without activation, drive " + i, linear, drives.get(i), before.get(i));
            byte[] expected = before.get(i).clone();
            for (int out = 0; out < expected.length; out++) {
                below += expected[out] < zero ? 1 : 0;
                above += expected[out] > six ? 1 : 0;
                expected[out] = (byte) Math.min(Math.max(expected[out], zero), six);
            }
            evidence.expectSame(activation + ", drive " + i, cut, expected, after.get(i));
        }
        evidence.fact(
                "program", cut.status().level().word() + ": " + cut.status().reason());
        evidence.fact("0 is", zero);
        evidence.fact("6 is", activation == Activation.RELU6 ? six : "not cut");
        evidence.fact("outputs that were cut", below + " below, " + above + " above");
        if (below == 0 || activation == Activation.RELU6 && above == 0) {
            throw new IllegalStateException("nothing to cut: " + below + " outputs below 0, " + above + " above 6");
        }
    }

    /** Outputs spread over about -9 to 9. */
    private static DenseTemplate layer(Activation activation) {
        DenseShape shape = new DenseShape(256, 192, ParameterFormat.PER_TENSOR, activation);
        DenseSpec spec = SeededLayer.of(shape, 13).build();
        return DenseTemplate.assemble(spec);
    }
}
