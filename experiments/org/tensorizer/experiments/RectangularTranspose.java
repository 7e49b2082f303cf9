package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/*
 * A square layer cannot tell its inputs from its outputs. A rectangular one can, and two of them check each other: W of
 * one shape and its transpose of the other hold the same numbers in quite different places, with other tiles, groups and
 * padding. Reading weight W[out][in] through the first (drive input `in`, look at output `out`) and through the second
 * (drive `out`, look at `in`) must give the same number, for all of them.
 *
 * One wrong reading could be wrong in both, in a square way. So the exact integer product is the oracle for both layers as
 * well, on random inputs.
 *
 * Alone: mvn test -Dexperiment=RectangularTranspose
 */
@Hypothesis(
        value = "A rectangular layer holds the matrix whose transpose its transposed layer holds",
        refutedBy = "A weight that the two layers show differently, or an output that is not the exact product",
        source = "Derived: programs assembled from checked pieces, most shapes compared with the compiler's by nobody",
        theme = Hypothesis.Theme.LAYOUT)
class RectangularTranspose {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withInputs(2)),
                Counterexample.chip(ChipParameters::rowMajor));
    }

    /** A shape, its inputs the larger or the smaller number. */
    record Shape(int inputs, int outputs) {
        DenseShape dense() {
            return DenseShape.of(inputs, outputs, ParameterFormat.PER_TENSOR);
        }

        @Override
        public String toString() {
            return inputs + " to " + outputs;
        }
    }

    static List<Shape> shapes() {
        return List.of(
                new Shape(256, 64), new Shape(320, 128), new Shape(100, 70), new Shape(130, 10), new Shape(5, 200));
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("shapes")
    void bothShowTheSameMatrix(Shape shape, Bench bench, Evidence evidence) {
        byte[] weights = SeededLayer.of(shape.dense(), shape.inputs).build().weights();
        DenseTemplate layer = assemble(shape, weights);
        DenseTemplate transposed = assemble(new Shape(shape.outputs, shape.inputs), transpose(weights, shape));
        evidence.fact("its program is", status(shape.dense()));
        evidence.fact("the transpose's is", status(transposed.shape()));

        List<byte[]> columns = bench.run(layer, oneHots(layer));
        List<byte[]> rows = bench.run(transposed, oneHots(transposed));

        for (int out = 0; out < shape.outputs; out++) {
            byte[] row = new byte[shape.inputs];
            for (int in = 0; in < shape.inputs; in++) {
                row[in] = columns.get(in)[out];
            }
            evidence.expectSame("row " + out + ", read through both layers", layer, row, rows.get(out));
        }
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("shapes")
    void bothGiveTheExactProduct(Shape shape, Bench bench, Evidence evidence) {
        for (DenseShape way : List.of(shape.dense(), new Shape(shape.outputs, shape.inputs).dense())) {
            DenseTemplate layer = DenseTemplate.assemble(SeededLayer.of(way, 7).build());
            Inputs inputs = Inputs.of(layer);
            List<byte[]> drives = List.of(inputs.ramp(), inputs.alternating(), inputs.random(1), inputs.random(2));
            List<byte[]> answers = bench.run(layer, drives);
            for (int i = 0; i < drives.size(); i++) {
                evidence.expect(way + ", drive " + i, layer, drives.get(i), answers.get(i));
            }
        }
    }

    /** With the identity quantization and 127 on one input, output `out` shows W[out][in] itself. */
    private static DenseTemplate assemble(Shape shape, byte[] weights) {
        return DenseTemplate.assemble(
                DenseSpec.of(shape.dense()).weights(weights).build());
    }

    private static List<byte[]> oneHots(DenseTemplate layer) {
        Inputs inputs = Inputs.of(layer);
        List<byte[]> drives = new ArrayList<>();
        for (int in = 0; in < layer.shape().inputs(); in++) {
            drives.add(inputs.oneHot(in, 127));
        }
        return drives;
    }

    private static byte[] transpose(byte[] weights, Shape shape) {
        byte[] transposed = new byte[weights.length];
        for (int out = 0; out < shape.outputs; out++) {
            for (int in = 0; in < shape.inputs; in++) {
                transposed[in * shape.outputs + out] = weights[out * shape.inputs + in];
            }
        }
        return transposed;
    }

    private static String status(DenseShape shape) {
        ShapeStatus status = ShapeStatus.of(shape);
        return status.level().word() + ": " + status.reason();
    }
}
