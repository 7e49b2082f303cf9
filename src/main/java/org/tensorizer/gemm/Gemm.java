package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.gemm.GemmCheck.CheckedProduct;
import org.tensorizer.gemm.GemmCheck.ExpectedProduct;
import org.tensorizer.gemm.WeightScales.OutOfRange;
import org.tensorizer.gemm.WeightScales.Quantized;
import org.tensorizer.gemm.WeightScales.Quantizer;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/**
 * The chip as a matrix engine: y = W x with weights that are set at run time. The instructions stay those of a compiled
 * Dense template; weights go into its payload.
 *
 * <p>Results are in output steps: output byte minus output zero point, so 0 stands for 0.0 and one step for
 * {@link WeightSet#outputScale}. Each block of W is requantized and clamped by the chip on its own; with several blocks
 * along the inputs the host adds their steps, so a result may be beyond 8 bits, is off by half a step for each of them at
 * most, and a clipped part stays clipped. {@link #applyChecked} says where. For all 32 bits see {@link ExactGemm}.
 *
 * <pre>{@code
 * try (Gemm gemm = Gemm.on(device, DenseTemplate.of(TfliteModel.read(file)))) {
 *     gemm.weights().set(w);
 *     IntMatrix y = gemm.apply(x);
 * }
 * }</pre>
 *
 * <p>One thread at a time; a call that comes while another runs throws IllegalStateException, as does one after close.
 * Other threads may fill {@linkplain #newWeights other weights} meanwhile.
 */
public final class Gemm implements AutoCloseable {
    private final Device device;
    private final DenseTemplate template;
    private final GemmPlan plan;
    private final Product product;
    private final Exclusive exclusive;
    private final List<WeightSet> sets = new ArrayList<>();
    private WeightSet active;
    private WeightSet reserve;

    private Gemm(Device device, DenseTemplate template, GemmPlan plan) {
        this.device = device;
        this.template = template;
        this.plan = plan;
        requireSymmetric(template);
        product = new Product(plan, template);
        exclusive = new Exclusive("gemm of " + template.name());
        active = create();
    }

    static void requireSymmetric(DenseTemplate template) {
        for (int out = 0; out < template.shape().outputs(); out++) {
            int zeroPoint = template.weightZeroPoint(out);
            if (zeroPoint != Quantization.WEIGHT_ZERO_POINT) {
                throw new BadInputException(template.name() + ": weight zero point of output channel " + out + " is "
                        + zeroPoint + ", expected " + Quantization.WEIGHT_ZERO_POINT + " (symmetric weights)");
            }
        }
    }

    /** A matrix of the template's size. The device stays the caller's. */
    public static Gemm on(Device device, DenseTemplate template) {
        return on(device, template, template.shape().outputs(), template.shape().inputs());
    }

    /**
     * A matrix W[outputs][inputs] of any size, cut into blocks or padded.
     *
     * @throws BadInputException the template's weights are not symmetric, or it has no place for a token
     */
    public static Gemm on(Device device, DenseTemplate template, int outputs, int inputs) {
        return new Gemm(device, template, GemmPlan.on(template.shape(), outputs, inputs));
    }

    /**
     * Writes the plan's template, with int8 tensors, and takes it.
     *
     * @param quantization of the template; per-channel formats start with its weight scale for all outputs
     * @throws BadInputException the quantization cannot be expressed
     */
    public static Gemm assemble(Device device, GemmPlan plan, Quantization quantization) {
        DenseSpec.Builder spec = DenseSpec.of(plan.template())
                .quantization(quantization)
                .weights(new byte[plan.template().inputs() * plan.template().outputs()]);
        int outputs = plan.template().outputs();
        if (plan.template().format().isPerChannel()) {
            float[] scales = new float[outputs];
            Arrays.fill(scales, quantization.weightScale());
            spec.weightScales(scales);
        }
        if (plan.template().format().hasBias()) {
            spec.bias(new int[outputs]);
        }
        return new Gemm(device, DenseTemplate.assemble(spec.build()), plan);
    }

    /** How the matrix is cut, and what a batch costs. */
    public GemmPlan plan() {
        return plan;
    }

    public DenseTemplate template() {
        return template;
    }

    /** The weights that {@link #apply} uses. */
    public WeightSet weights() {
        return active;
    }

    /** Further weights of the same size, all 0. Closed with this. */
    public WeightSet newWeights() {
        try (Exclusive.Use use = exclusive.enter("newWeights")) {
            return create();
        }
    }

    private WeightSet create() {
        WeightSet set = new WeightSet(template.name(), template, plan, device);
        sets.add(set);
        return set;
    }

    /**
     * Lets {@link #apply} use other weights from now on.
     *
     * @param other made by {@link #newWeights}
     * @return the weights used until now, which may be filled again
     * @throws BadInputException they are of another Gemm
     */
    public WeightSet use(WeightSet other) {
        try (Exclusive.Use use = exclusive.enter("use")) {
            if (!sets.contains(other)) {
                throw new BadInputException("weights of another Gemm, expected some of newWeights()");
            }
            WeightSet before = active;
            active = other;
            return before;
        }
    }

    /** {@link #apply(ByteMatrix)} of one vector. */
    public int[] apply(byte[] x) {
        return apply(ByteMatrix.vector(x)).values();
    }

    /**
     * A batch.
     *
     * @param x X[vector][in], bytes of the input tensor, in its own domain
     * @return Y[vector][out] in output steps
     * @throws BadInputException of another shape
     * @throws org.tensorizer.device.DeviceFault the device failed
     */
    public IntMatrix apply(ByteMatrix x) {
        requireInputs(x.columns(), x.toString());
        try (Exclusive.Use use = exclusive.enter("apply");
                Exclusive.Use used = active.exclusive().enter("apply")) {
            return product.run(active, x);
        }
    }

    /** {@link #apply(ByteMatrix)} held against exact arithmetic, which takes the host as long as an emulated inference. */
    public CheckedProduct applyChecked(ByteMatrix x) {
        requireInputs(x.columns(), x.toString());
        try (Exclusive.Use use = exclusive.enter("applyChecked");
                Exclusive.Use used = active.exclusive().enter("applyChecked")) {
            IntMatrix answered = product.run(active, x);
            ExpectedProduct expected = product.predict(active, x);
            String by = device.name() + " (" + device.provenance() + ")";
            return new CheckedProduct(answered, expected.product(), expected.compare(answered, by));
        }
    }

    /** What {@link #apply(ByteMatrix)} must answer, by exact arithmetic. */
    public IntMatrix expected(ByteMatrix x) {
        requireInputs(x.columns(), x.toString());
        try (Exclusive.Use use = exclusive.enter("expected");
                Exclusive.Use used = active.exclusive().enter("expected")) {
            return product.predict(active, x).product();
        }
    }

    /**
     * A batch of real numbers.
     *
     * @param x X[vector][in]
     * @param policy for numbers that the input tensor has no byte for
     * @return Y[vector][out]
     * @throws BadInputException as {@link #quantize}
     */
    public FloatMatrix apply(FloatMatrix x, OutOfRange policy) {
        requireInputs(x.columns(), x.toString());
        return dequantize(apply(quantize(x, policy).values()));
    }

    /**
     * Real numbers as bytes of the input tensor, by the template's input scale and zero point.
     *
     * @throws BadInputException a number is not finite, or does not fit and the policy is to refuse
     */
    public Quantized quantize(FloatMatrix x, OutOfRange policy) {
        return Quantizer.tensor(product.input())
                .quantize(x, WeightScales.perTensor(template.quantization().inputScale()), policy);
    }

    /**
     * Output steps as real numbers, by the output scales of the weights in use.
     *
     * @param steps Y[vector][out]
     */
    public FloatMatrix dequantize(IntMatrix steps) {
        if (steps.columns() != plan.outputs()) {
            throw Matrix.misfit("Y[vector][out]", steps.toString(), steps.rows() + " x " + plan.outputs());
        }
        FloatMatrix real = FloatMatrix.zero(steps.rows(), steps.columns());
        for (int i = 0; i < real.values().length; i++) {
            real.values()[i] = steps.values()[i] * active.outputScale(i % steps.columns());
        }
        return real;
    }

    /**
     * Multiplies one batch with one matrix after another. While the device works on one, the next is packed and handed
     * over in another thread. Afterwards the last of them are the weights in use; those used before are overwritten.
     *
     * @param weights each W[out][in]; taken one ahead
     * @param x X[vector][in], bytes of the input tensor
     * @param results gets Y[vector][out] of each, in order, in the calling thread
     */
    public void stream(Iterator<ByteMatrix> weights, ByteMatrix x, Consumer<IntMatrix> results) {
        requireInputs(x.columns(), x.toString());
        try (Exclusive.Use use = exclusive.enter("stream");
                WeightStream stream = new WeightStream(weights, active, reserve())) {
            for (WeightSet next = stream.next(); next != null; next = stream.next()) {
                active = next;
                reserve = stream.back();
                try (Exclusive.Use used = next.exclusive().enter("stream")) {
                    results.accept(product.run(next, x));
                }
            }
        }
    }

    private WeightSet reserve() {
        if (reserve == null) {
            reserve = create();
        }
        return reserve;
    }

    private void requireInputs(int columns, String found) {
        if (columns != plan.inputs()) {
            throw Matrix.misfit("X[vector][in]", found, "n x " + plan.inputs());
        }
    }

    /** Closes all weights; the device stays open. Twice is harmless. */
    @Override
    public void close() {
        try (Exclusive.Use use = exclusive.enterLast()) {
            if (use != null) {
                Blocks.closeAll(sets.stream().map(set -> set::close));
            }
        }
    }
}
