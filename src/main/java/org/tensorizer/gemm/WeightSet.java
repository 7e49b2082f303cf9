package org.tensorizer.gemm;

import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.gemm.WeightScales.OutOfRange;
import org.tensorizer.gemm.WeightScales.Quantized;
import org.tensorizer.gemm.WeightScales.Quantizer;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.layout.DenseLayout.WeightBlock;
import org.tensorizer.template.DenseTemplate;

/**
 * The weights of one matrix, packed into payloads that a device can run. A {@link Gemm} has one and can be given others:
 * while it runs one, another thread fills the next.
 *
 * <p>Starts with weights and biases 0 and the template's scales. Each payload is a copy of the template made once; after
 * that only bytes that change are written, and a fresh token whenever a device is to see them.
 *
 * <p>One thread at a time; a call that comes while another runs, or while the device runs these weights, throws
 * IllegalStateException, as does one after close.
 */
public final class WeightSet implements AutoCloseable {
    private final DenseTemplate template;
    private final GemmPlan plan;
    private final Blocks blocks;
    private final Exclusive exclusive;
    private final float[] outputScales;

    WeightSet(String name, DenseTemplate template, GemmPlan plan, Device device) {
        this.template = template;
        this.plan = plan;
        exclusive = new Exclusive("weights of " + name);
        blocks = new Blocks(name, template, device, plan.blocks());
        outputScales = new float[plan.outputs()];
        Arrays.fill(outputScales, template.quantization().outputScale());
        clear();
    }

    private void clear() {
        byte[] zero = new byte[shape().outputs() * shape().inputs()];
        int[] noBias = new int[shape().outputs()];
        for (int number = 0; number < blocks.count(); number++) {
            blocks.get(number).write(payload -> {
                layout().pack(zero, payload.bytes(), payload.payloadStart());
                if (shape().format().hasBias()) {
                    layout().header().setBiases(payload.bytes(), payload.payloadStart(), noBias);
                }
            });
        }
    }

    private DenseShape shape() {
        return template.shape();
    }

    private DenseLayout layout() {
        return template.layout();
    }

    /**
     * Sets all weights; scales and biases stay.
     *
     * @param weights W[out][in] of int8
     * @throws BadInputException of another shape
     */
    public void set(ByteMatrix weights) {
        if (weights.rows() != plan.outputs() || weights.columns() != plan.inputs()) {
            throw Matrix.misfit("weights W[out][in]", weights.toString(), plan.outputs() + " x " + plan.inputs());
        }
        set(0, 0, weights);
    }

    /**
     * Sets a rectangle of weights and writes no byte of the payload but theirs.
     *
     * @param out output channel of its first row
     * @param in input channel of its first column
     * @throws BadInputException it reaches over the matrix
     */
    public void set(int out, int in, ByteMatrix block) {
        if (out < 0 || in < 0 || out > plan.outputs() - block.rows() || in > plan.inputs() - block.columns()) {
            throw Matrix.misfit(
                    "weights W[out][in]",
                    block + " at [" + out + "][" + in + "]",
                    "a part of " + plan.outputs() + " x " + plan.inputs());
        }
        try (Exclusive.Use use = exclusive.enter("set")) {
            write(out, in, block);
        }
    }

    private void write(int out, int in, ByteMatrix block) {
        int blockRows = plan.blockRows();
        int height = shape().outputs();
        int width = shape().inputs();
        for (int column = in / width; column * width < in + block.columns(); column++) {
            int left = Math.max(in, column * width);
            int right = Math.min(in + block.columns(), (column + 1) * width);
            for (int row = out / height; row * height < out + block.rows(); row++) {
                int top = Math.max(out, row * height);
                int bottom = Math.min(out + block.rows(), (row + 1) * height);
                int from = (top - out) * block.columns() + left - in;
                WeightBlock where =
                        new WeightBlock(top - row * height, left - column * width, bottom - top, right - left);
                blocks.get(column * blockRows + row)
                        .write(payload -> layout().packBlock(
                                        block.values(),
                                        from,
                                        block.columns(),
                                        where,
                                        payload.bytes(),
                                        payload.payloadStart()));
            }
        }
    }

    /**
     * Quantizes and sets all weights. With a per-channel template the scales go into the payload's header, so that each
     * output has its own gain on the chip and all outputs have the template's output scale. With a per-tensor template
     * the program's multiplier stays, and the scales change what an output step is worth: see {@link #outputScale}.
     *
     * @param weights W[out][in]
     * @param policy for weights outside of -128 to 127 steps of their scale
     * @return how many weights were saturated
     * @throws BadInputException of another shape; a weight is not finite, or does not fit and the policy is to refuse
     */
    public int set(FloatMatrix weights, WeightScales scales, OutOfRange policy) {
        if (weights.rows() != plan.outputs() || weights.columns() != plan.inputs()) {
            throw Matrix.misfit("weights W[out][in]", weights.toString(), plan.outputs() + " x " + plan.inputs());
        }
        scales.requireFit(plan.outputs());
        Quantized quantized = Quantizer.weights().quantize(weights, scales, policy);
        Quantization q = template.quantization();
        float[] gains = new float[plan.outputs()];
        for (int out = 0; out < gains.length; out++) {
            gains[out] = Quantization.multiplier(q.inputScale(), scales.of(out), q.outputScale());
        }
        try (Exclusive.Use use = exclusive.enter("set")) {
            if (shape().format().isPerChannel()) {
                writeGains(gains);
            } else {
                for (int out = 0; out < gains.length; out++) {
                    outputScales[out] = q.outputScale() * (scales.of(out) / q.weightScale());
                }
            }
            write(0, 0, quantized.values());
        }
        return quantized.saturated();
    }

    /**
     * Sets the factor from accumulator to output step of each output, which per-channel templates keep in the payload.
     *
     * @param gains one for each output channel
     * @throws BadInputException not one for each output, one is no positive finite number, or the template has one factor for
     *     all outputs
     */
    public void gains(float... gains) {
        if (!shape().format().isPerChannel()) {
            throw new BadInputException("gains of single outputs, but " + shape()
                    + " has one factor for all, in its instructions; a per-channel template has them in the payload");
        }
        requirePerOutput("gains", gains.length);
        for (int out = 0; out < gains.length; out++) {
            if (!(gains[out] >= Float.MIN_NORMAL) || Float.isInfinite(gains[out])) {
                throw new BadInputException("gain of output channel " + out + " is " + gains[out]
                        + ", expected a positive, finite, normal float32");
            }
        }
        try (Exclusive.Use use = exclusive.enter("gains")) {
            writeGains(gains);
        }
    }

    private void writeGains(float... gains) {
        for (int number = 0; number < blocks.count(); number++) {
            WeightBlock block = plan.block(number);
            float[] scales = new float[shape().outputs()];
            Arrays.fill(scales, 1);
            System.arraycopy(gains, block.out(), scales, 0, block.outs());
            blocks.get(number)
                    .write(payload -> layout().header().setScales(payload.bytes(), payload.payloadStart(), scales));
        }
    }

    /**
     * Sets the biases, in units of the accumulator: input scale times weight scale.
     *
     * @param bias one for each output channel
     * @throws BadInputException not one for each output, one is so large that an accumulator could leave 32 bits, or the
     *     template has no biases
     */
    public void bias(int... bias) {
        if (!shape().format().hasBias()) {
            throw new BadInputException("biases, but " + shape() + " has none; take a template with bias");
        }
        requirePerOutput("biases", bias.length);
        long room = Integer.MAX_VALUE - 128L * 255 * shape().inputs();
        for (int out = 0; out < bias.length; out++) {
            if (Math.abs((long) bias[out]) > room) {
                throw new BadInputException("bias of output channel " + out + " is " + bias[out] + ", expected -" + room
                        + " to " + room + ": beyond, the accumulator could leave 32 bits");
            }
        }
        try (Exclusive.Use use = exclusive.enter("bias")) {
            for (int number = 0; number < plan.blockRows(); number++) {
                WeightBlock block = plan.block(number);
                int[] biases = new int[shape().outputs()];
                System.arraycopy(bias, block.out(), biases, 0, block.outs());
                blocks.get(number)
                        .write(payload -> layout().header().setBiases(payload.bytes(), payload.payloadStart(), biases));
            }
        }
    }

    private void requirePerOutput(String what, int found) {
        if (found != plan.outputs()) {
            throw Matrix.misfit(what, String.valueOf(found), plan.outputs() + ", one for each output");
        }
    }

    /** What one step of an output is worth: the template's output scale, times what {@link #set} says. */
    public float outputScale(int out) {
        return outputScales[out];
    }

    /** W[out][in] as the payloads hold it. */
    public ByteMatrix weights() {
        try (Exclusive.Use use = exclusive.enter("weights")) {
            ByteMatrix all = ByteMatrix.zero(plan.outputs(), plan.inputs());
            for (int number = 0; number < blocks.count(); number++) {
                WeightBlock block = plan.block(number);
                byte[] weights = blocks.get(number).template().weights();
                for (int row = 0; row < block.outs(); row++) {
                    System.arraycopy(
                            weights,
                            row * shape().inputs(),
                            all.values(),
                            (block.out() + row) * plan.inputs() + block.in(),
                            block.ins());
                }
            }
            return all;
        }
    }

    /** Hands the payloads to the device now, so that the next product does not have to. May run beside other weights. */
    public void prepare() {
        try (Exclusive.Use use = exclusive.enter("prepare")) {
            blocks.prepare();
        }
    }

    /** Ends what the weights hold on the device. Twice is harmless. */
    @Override
    public void close() {
        try (Exclusive.Use use = exclusive.enterLast()) {
            if (use != null) {
                blocks.close();
            }
        }
    }

    Exclusive exclusive() {
        return exclusive;
    }

    Blocks blocks() {
        return blocks;
    }
}
