package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.gemm.GemmCheck.ExpectedProduct;
import org.tensorizer.layout.DenseLayout.WeightBlock;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.template.DenseArithmetic;
import org.tensorizer.template.DenseTemplate;

/** A batch times one set of weights: cuts the vectors, runs or predicts each block, adds the partial sums. */
final class Product {
    private final GemmPlan plan;
    private final DenseTemplate template;
    private final TensorDomain input;
    private final TensorDomain output;
    private final TensorDomain predicted;

    Product(GemmPlan plan, DenseTemplate template) {
        this.plan = plan;
        this.template = template;
        input = template.inputDomain();
        output = template.outputDomain();
        predicted = new TensorDomain(false, template.quantization().outputZeroPoint());
    }

    TensorDomain input() {
        return input;
    }

    /** Y[vector][out] in output steps, answered by the device. */
    IntMatrix run(WeightSet weights, ByteMatrix x) {
        IntMatrix y = IntMatrix.zero(x.rows(), plan.outputs());
        weights.blocks().forEach((loaded, number) -> {
            WeightBlock block = plan.block(number);
            byte[] vector = padded();
            for (int row = 0; row < x.rows(); row++) {
                cut(x, row, block, vector);
                add(y, row, block, loaded.run(vector), output);
            }
        });
        return y;
    }

    /** The same by exact arithmetic, from the payloads' bytes. */
    ExpectedProduct predict(WeightSet weights, ByteMatrix x) {
        ExpectedProduct expected = new ExpectedProduct(x.rows(), plan.outputs());
        for (int number = 0; number < plan.blocks(); number++) {
            WeightBlock block = plan.block(number);
            DenseTemplate loaded = weights.blocks().get(number).template();
            byte[] vector = padded();
            for (int row = 0; row < x.rows(); row++) {
                cut(x, row, block, vector);
                DenseArithmetic.Prediction prediction = loaded.predict(vector);
                add(expected.product(), row, block, prediction.output(), predicted);
                expected.mark(row, block, prediction);
            }
        }
        return expected;
    }

    /** A vector of zeros for the template; only the channels of a block are ever overwritten. */
    private byte[] padded() {
        byte[] vector = new byte[template.shape().inputs()];
        Arrays.fill(vector, input.zero());
        return vector;
    }

    private static void cut(ByteMatrix x, int row, WeightBlock block, byte[] vector) {
        System.arraycopy(x.values(), row * x.columns() + block.in(), vector, 0, block.ins());
    }

    private void add(IntMatrix y, int row, WeightBlock block, byte[] answer, TensorDomain domain) {
        int at = row * plan.outputs() + block.out();
        int[] sums = y.values();
        for (int out = 0; out < block.outs(); out++) {
            sums[at + out] += domain.steps(answer[out]);
        }
    }
}
