package org.tensorizer.gemm;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.device.Device;
import org.tensorizer.gemm.Blocks.LoadedBlock;
import org.tensorizer.gemm.DigitRows.DigitRow;
import org.tensorizer.gemm.ExactPlan.ExactSearch;
import org.tensorizer.gemm.ExactPlan.ExactSearch.Choice;
import org.tensorizer.gemm.ExactScale.ExactBlocks;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.patch.PayloadWriter;
import org.tensorizer.template.DenseTemplate;

/**
 * The exact int32 product of int8 matrices, out of 8-bit outputs.
 *
 * <p>The scheme. x is split into its 8 bits, which run one after another. Each weight is split into digits -1, 0 and 1 of
 * powers of two, of which at most 4 of 8 differ from 0. A row of the matrix on the chip holds some digits of some weights
 * of one output, few enough that its sum over any bits lies within the bytes, -128 to 127. With a multiplier of 1 the
 * output byte then is that sum. The host adds them:
 *
 * <pre>
 *   x[i]    = sum over j of bit(i, j) * 2^j, the last one minus 2^7
 *   w[o][i] = sum over rows r of o of digits(r, i) * 2^shift(r)
 *   y[o]    = sum over r, j of 2^(shift(r) + j) * S(r, j),   S(r, j) = sum over i of digits(r, i) * bit(i, j)
 * </pre>
 *
 * <p>It is exact whatever the matrices: the bounds on S do not depend on x, and every value within them has been put
 * through the requantization and lies less than a quarter of a step beside its integer, so that no result depends on how
 * the chip rounds halves, which nobody has seen. {@link #plan} says what it costs: 8 inferences a vector for every block,
 * and for random weights about 0.02 rows for every weight, at least 2 an output.
 *
 * <p>One thread at a time, as {@link Gemm}.
 */
public final class ExactGemm implements AutoCloseable {
    /** Beyond, 128 * 128 * inputs leaves int32. */
    private static final int MOST_INPUTS = 131_071;

    private final ExactPlan plan;
    private final ExactBlocks parts;
    private final ExactScale scale;
    private final TensorDomain input;
    private final TensorDomain output;
    private final Blocks blocks;
    private final Exclusive exclusive;

    private ExactGemm(Device device, ByteMatrix weights, DenseTemplate template, Choice choice) {
        plan = choice.plan(weights);
        parts = choice.blocks();
        scale = choice.scale();
        input = template.inputDomain();
        output = template.outputDomain();
        exclusive = new Exclusive("exact gemm of " + template.name());
        blocks = new Blocks(template.name(), template, device, plan.blocks());
        for (int number = 0; number < plan.blocks(); number++) {
            ExactBlocks.Part part = parts.blocks().get(number);
            blocks.get(number).write(payload -> write(part, weights, template.shape(), payload));
        }
    }

    /**
     * On a template written for these weights: the one with the fewest blocks.
     *
     * @param weights W[out][in], not needed afterwards
     * @throws BadInputException more than 131,071 inputs: a product may not fit 32 bits
     */
    public static ExactGemm assemble(Device device, ByteMatrix weights) {
        requireInputs(weights);
        Choice choice = new ExactSearch(weights).choose();
        return new ExactGemm(device, weights, ExactSearch.assemble(choice.shape()), choice);
    }

    /**
     * On a template that is given, such as one of edgetpu_compiler's. Per-channel templates get scales of 1.
     *
     * @throws BadInputException no weight and input of it give sums exactly, its weights are not symmetric, or too many inputs
     */
    public static ExactGemm on(Device device, DenseTemplate template, ByteMatrix weights) {
        requireInputs(weights);
        Gemm.requireSymmetric(template);
        return new ExactGemm(device, weights, template, Choice.on(template, weights));
    }

    /** What it would cost, without a device. */
    public static ExactPlan plan(ByteMatrix weights) {
        requireInputs(weights);
        return new ExactSearch(weights).choose().plan(weights);
    }

    private static void requireInputs(ByteMatrix weights) {
        if (weights.columns() > MOST_INPUTS) {
            throw new BadInputException("weights W[out][in] of " + weights + ", expected at most " + MOST_INPUTS
                    + " inputs: a sum of more products of int8 may not fit 32 bits");
        }
    }

    private void write(ExactBlocks.Part part, ByteMatrix weights, DenseShape shape, PayloadWriter payload) {
        byte[] digits = new byte[shape.outputs() * shape.inputs()];
        int[] biases = new int[shape.outputs()];
        for (int row = 0; row < part.rows().size(); row++) {
            DigitRow digit = part.rows().get(row);
            int w = digit.out() * weights.columns();
            int to = row * shape.inputs() - part.from();
            for (int in = digit.from(); in < digit.to(); in++) {
                digits[to + in] = (byte) (digit.weight(weights.values()[w + in]) * scale.weight());
            }
            biases[row] = digit.bias() * scale.unit();
        }
        DenseLayout layout = DenseLayout.of(shape);
        byte[] model = payload.bytes();
        int at = payload.payloadStart();
        layout.pack(digits, model, at);
        if (shape.format().hasBias()) {
            layout.header().setBiases(model, at, biases);
        }
        if (shape.format().isPerChannel()) {
            float[] ones = new float[shape.outputs()];
            Arrays.fill(ones, 1);
            layout.header().setScales(model, at, ones);
        }
    }

    /** What it costs. */
    public ExactPlan plan() {
        return plan;
    }

    /** {@link #multiply(ByteMatrix)} of one vector: y = W x. */
    public int[] multiply(byte[] x) {
        return multiply(ByteMatrix.vector(x)).values();
    }

    /**
     * A batch.
     *
     * @param x X[vector][in], int8 numbers
     * @return Y[vector][out] = X W^T
     * @throws BadInputException of another shape
     * @throws org.tensorizer.device.DeviceFault the device failed
     */
    public IntMatrix multiply(ByteMatrix x) {
        if (x.columns() != plan.inputs()) {
            throw Matrix.misfit("X[vector][in]", x.toString(), "n x " + plan.inputs());
        }
        try (Exclusive.Use use = exclusive.enter("multiply")) {
            IntMatrix y = IntMatrix.zero(x.rows(), plan.outputs());
            byte[] bits = new byte[plan.template().inputs()];
            blocks.forEach((loaded, number) -> run(loaded, parts.blocks().get(number), x, bits, y));
            return y;
        }
    }

    private void run(LoadedBlock loaded, ExactBlocks.Part part, ByteMatrix x, byte[] bits, IntMatrix y) {
        for (int vector = 0; vector < x.rows(); vector++) {
            for (int bit = 0; bit < ExactPlan.BITS; bit++) {
                if (drive(x, vector, part, bit, bits)) {
                    byte[] answer = loaded.run(bits);
                    add(answer, part.rows(), bit, y.values(), vector * plan.outputs());
                }
            }
        }
    }

    /** @return whether any bit is set */
    private boolean drive(ByteMatrix x, int vector, ExactBlocks.Part part, int bit, byte[] bits) {
        byte zero = input.zero();
        byte one = (byte) (input.zeroPoint() + scale.drive());
        Arrays.fill(bits, zero);
        int row = vector * x.columns();
        boolean any = false;
        for (int in = part.from(); in < part.to(); in++) {
            if ((x.values()[row + in] >> bit & 1) != 0) {
                bits[in - part.from()] = one;
                any = true;
            }
        }
        return any;
    }

    private void add(byte[] answer, List<DigitRow> rows, int bit, int[] y, int at) {
        int sign = bit == ExactPlan.BITS - 1 ? -1 : 1;
        for (int i = 0; i < rows.size(); i++) {
            DigitRow row = rows.get(i);
            int sum = output.steps(answer[i]) - row.bias();
            y[at + row.out()] += sign * (sum << (row.digit() + bit));
        }
    }

    /** Ends what it holds on the device, which stays open. Twice is harmless. */
    @Override
    public void close() {
        try (Exclusive.Use use = exclusive.enterLast()) {
            if (use != null) {
                blocks.close();
            }
        }
    }
}
