package org.tensorizer.experiments;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/*
 * A Dense layer is one row of a matrix product, a 1x1 convolution is many: its pixels are the rows. Claim: the same weights
 * give the same bytes, row by row, though the two programs have hardly an instruction in common: the one spreads outputs
 * over the tiles, the other rows.
 *
 * The control is that the rows differ from each other.
 *
 * Alone: mvn test -Dexperiment=ConvolutionEqualsDense
 */
@Hypothesis(
        value = "A 1x1 convolution answers each of its pixels as a Dense layer of the same weights does",
        refutedBy = "One byte of one pixel that differs",
        source = "Derived: both compute the same sums, scales and clamps; programs of rows are written by Tensorizer",
        theme = Hypothesis.Theme.NETWORKS)
class ConvolutionEqualsDense {
    private static final int INPUTS = 64;
    private static final int OUTPUTS = 96;

    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.answers("turns the order of the rows of an image", () -> ConvolutionEqualsDense::turned),
                Counterexample.answers(
                        "answers one row of an image with another", () -> ConvolutionEqualsDense::copied));
    }

    private static byte[] turned(byte[] answer) {
        byte[] turned = new byte[answer.length];
        int rows = answer.length / OUTPUTS;
        for (int row = 0; row < rows; row++) {
            System.arraycopy(answer, row * OUTPUTS, turned, (rows - 1 - row) * OUTPUTS, OUTPUTS);
        }
        return turned;
    }

    private static byte[] copied(byte[] answer) {
        byte[] copied = answer.clone();
        if (answer.length > OUTPUTS) {
            System.arraycopy(answer, 0, copied, answer.length - OUTPUTS, OUTPUTS);
        }
        return copied;
    }

    @Test
    void rowByRow(Bench bench, Evidence evidence) {
        byte[] weights = RowsOfMatrices.random(OUTPUTS * INPUTS, 1);
        float scale = RowsOfMatrices.SCALE * RowsOfMatrices.WEIGHT_SCALE * 1500;
        ConvolutionModel rows = RowsOfMatrices.convolution(8, 16, INPUTS, OUTPUTS, 1, scale, weights);
        DenseTemplate dense = DenseTemplate.assemble(DenseSpec.of(
                        DenseShape.of(INPUTS, OUTPUTS, ParameterFormat.PER_TENSOR))
                .weights(weights)
                .quantization(new Quantization(RowsOfMatrices.SCALE, 128, RowsOfMatrices.WEIGHT_SCALE, 128, scale, 128))
                .build());
        byte[] input = RowsOfMatrices.random(128 * INPUTS, 2);
        byte[] answered;
        try (Session session = bench.device().open("rows", rows.compiled())) {
            answered = session.run(input);
        }
        for (int row : new int[] {0, 1, 7, 16, 63, 64, 126, 127}) {
            byte[] one = bench.run(dense, RowsOfMatrices.row(input, row, INPUTS));
            evidence.expect("row " + row, one, RowsOfMatrices.row(answered, row, OUTPUTS), true);
        }
        evidence.fact("control", "the rows of the input are random, so no two rows of the answer agree");
    }
}
