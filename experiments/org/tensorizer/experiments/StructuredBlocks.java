package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.Gemm;
import org.tensorizer.gemm.IntMatrix;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.harness.Needs;
import org.tensorizer.template.DenseTemplate;

/*
 * The step that the original work named next: replace selected parts of the payload by structured blocks, and say
 * beforehand which outputs will change to what.
 *
 * A block is a rectangle of weights. Into random weights it is written so that not one byte beside it changes. Then
 *   by rows      outputs beside the block's rows must answer as before, those of its rows as exact arithmetic says;
 *   by columns   with only an input beside the block's columns driven, every output must answer as before.
 * Blocks cross the borders of lanes, of weight rows and of groups, where a wrong formula would write elsewhere.
 *
 * The control is the block of zeros in a matrix of zeros: nothing moves at all.
 *
 * Alone: mvn test -Dexperiment=StructuredBlocks
 */
@Hypothesis(
        value = "A block written into the payload changes the outputs of its rows, for the inputs of its columns, as"
                + " exact arithmetic says, and nothing else",
        refutedBy = "An output beside the block's rows that changes, or one of them that is not the exact value",
        source =
                "https://github.com/RingCanary/coral-usb-oxidized, docs/tensorizer_dense_template.md, immediate next step",
        theme = Hypothesis.Theme.LAYOUT)
class StructuredBlocks {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withLaneFastest(true)),
                Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)),
                Counterexample.keepsItsFirstWeights());
    }

    /** A rectangle of W and what it is filled with. */
    record Block(String fill, int out, int in, int outs, int ins) {
        int weight(int row, int column) {
            return switch (fill) {
                case "zeros" -> 0;
                case "identity" -> row == column ? 127 : 0;
                case "rows" -> row % 2 == 0 ? 3 + row % 90 : -3 - row % 90;
                case "columns" -> column % 2 == 0 ? 5 + column % 50 : -7 - column % 50;
                default -> (row + column) % 2 == 0 ? 100 : -100;
            };
        }

        ByteMatrix weights() {
            ByteMatrix weights = ByteMatrix.zero(outs, ins);
            for (int row = 0; row < outs; row++) {
                for (int column = 0; column < ins; column++) {
                    weights.values()[row * ins + column] = (byte) weight(row, column);
                }
            }
            return weights;
        }

        @Override
        public String toString() {
            return outs + " x " + ins + " " + fill + " at W[" + out + "][" + in + "]";
        }
    }

    static List<Block> blocks() {
        return List.of(
                new Block("identity", 0, 0, 64, 64),
                new Block("identity", 31, 62, 66, 66),
                new Block("rows", 60, 3, 9, 150),
                new Block("columns", 1, 126, 190, 7),
                new Block("checkerboard", 127, 127, 2, 2),
                new Block("rows", 255, 0, 1, 256),
                new Block("columns", 0, 255, 256, 1));
    }

    @EveryTemplate(with = "blocks")
    void changesItsRowsAlone(DenseTemplate template, Block block, Bench bench, Evidence evidence) {
        Needs.weight(template, block.out + block.outs - 1, block.in + block.ins - 1);
        try (Gemm gemm = Gemm.on(bench.device(), template)) {
            int reach = RandomMatrices.reach(gemm);
            ByteMatrix x = RandomMatrices.batch(template, 4, template.shape().inputs(), reach, 3);
            gemm.weights()
                    .set(RandomMatrices.of(
                            template.shape().outputs(), template.shape().inputs(), reach, 1));
            IntMatrix before =
                    RandomMatrices.expect("before", gemm, x, evidence).product();

            gemm.weights().set(block.out, block.in, block.weights());

            IntMatrix after = RandomMatrices.expect("after", gemm, x, evidence).product();
            for (int vector = 0; vector < x.rows(); vector++) {
                evidence.expect(
                        "outputs beside the block, vector " + vector,
                        beside(before.row(vector), block),
                        beside(after.row(vector), block));
            }
        }
    }

    @EveryTemplate(with = "blocks")
    void isSeenThroughItsColumnsAlone(DenseTemplate template, Block block, Bench bench, Evidence evidence) {
        Needs.weight(template, block.out + block.outs - 1, block.in + block.ins - 1);
        Inputs inputs = Inputs.of(template);
        try (Gemm gemm = Gemm.on(bench.device(), template)) {
            RandomMatrices.reach(gemm);
            gemm.weights().set(block.out, block.in, block.weights());
            List<Integer> columns =
                    new ArrayList<>(List.of(block.in, block.in + block.ins - 1, block.in + block.ins / 2));
            List.of(block.in - 1, block.in + block.ins).stream()
                    .filter(in -> in >= 0 && in < template.shape().inputs())
                    .forEach(columns::add);
            for (int in : columns) {
                boolean inside = in >= block.in && in < block.in + block.ins;
                int[] answer = gemm.apply(inputs.oneHot(in, inputs.strongest()));
                int[] expected = gemm.expected(ByteMatrix.vector(inputs.oneHot(in, inputs.strongest())))
                        .row(0);
                evidence.expect("input " + in + (inside ? " of the block" : " beside it"), expected, answer);
                if (!inside && !Arrays.equals(answer, new int[answer.length])) {
                    throw new AssertionError("input " + in + " is beside " + block + " and moves an output");
                }
            }
        }
    }

    @EveryTemplate
    void zerosAmongZerosMoveNothing(DenseTemplate template, Bench bench, Evidence evidence) {
        Needs.weight(template, 109, 119);
        Inputs inputs = Inputs.of(template);
        try (Gemm gemm = Gemm.on(bench.device(), template)) {
            gemm.weights().set(10, 20, new Block("zeros", 10, 20, 100, 100).weights());
            for (byte[] x : List.of(inputs.all(inputs.max()), inputs.random(1))) {
                evidence.expect("zeros", new int[template.shape().outputs()], gemm.apply(x));
            }
        }
    }

    private static int[] beside(int[] outputs, Block block) {
        int[] beside = outputs.clone();
        Arrays.fill(beside, block.out, block.out + block.outs, 0);
        return beside;
    }
}
