package org.tensorizer.template;

import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.layout.DenseHeader;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedLayer;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.DenseReader.DenseFacts;

/**
 * A compiled Dense layer whose payload one may change: made by edgetpu_compiler or by {@link CompiledModelWriter}, with
 * any of the four payload formats. Knows where its weights are, what the layer computes, and what it must answer.
 *
 * <p>Immutable and thread-safe; patched models are new byte arrays.
 */
public final class DenseTemplate implements LayerTemplate {
    private final TfliteModel model;
    private final DenseFacts facts;
    private final DenseLayout layout;
    private volatile DenseArithmetic arithmetic;

    private DenseTemplate(TfliteModel model, DenseFacts facts) {
        this.model = model;
        this.facts = facts;
        this.layout = DenseLayout.of(facts.shape());
    }

    /** @throws NotDenseException if the model is no compiled Dense layer, with the reason */
    public static DenseTemplate of(TfliteModel model) {
        return new DenseTemplate(model, DenseReader.read(model));
    }

    /** Writes a compiled model and takes it as a template, without a file. */
    public static DenseTemplate assemble(DenseSpec spec) {
        return of(TfliteModel.parse("assembled " + spec.shape(), CompiledModelWriter.write(spec)));
    }

    /** How messages call the model, usually its file. */
    @Override
    public String name() {
        return model.name();
    }

    public TfliteModel model() {
        return model;
    }

    public DenseShape shape() {
        return facts.shape();
    }

    /** What the bytes of the input tensor mean. */
    @Override
    public TensorDomain inputDomain() {
        return facts.input();
    }

    /** What the bytes of the output tensor mean. */
    @Override
    public TensorDomain outputDomain() {
        return facts.output();
    }

    /**
     * Scales and zero points. Zero points and multiplier are those of the program, scales those of the layers. A weight
     * scale is not stored in a compiled model: per tensor, this is one that gives the program's multiplier exactly; per
     * channel it means nothing.
     */
    public Quantization quantization() {
        return facts.quantization();
    }

    @Override
    public KernelWindow window() {
        return KernelWindow.of(facts.shape());
    }

    public DenseLayout layout() {
        return layout;
    }

    /** The payload, absolute in the file. */
    public ByteRange payload() {
        return facts.parameterCaching().parameters();
    }

    /** How far programs of this shape were compared with the compiler's. */
    public ShapeStatus status() {
        return ShapeStatus.of(facts.shape());
    }

    /** Whether both programs in the file are byte for byte those Tensorizer assembles for this layer. */
    public boolean isProgramOurs() {
        return facts.ours();
    }

    /** Parameter-caching token of the executables. */
    public long token() {
        return facts.parameterCaching()
                .tokenField()
                .map(field -> model.bytes().getLong(field.start()))
                .orElse(facts.parameterCaching().token());
    }

    /**
     * This template with a patched payload and, unless the patch keeps it, a fresh token. Shape, programs and
     * quantization are the same, so they are not read again.
     *
     * @throws BadInputException a step of the patch does not fit the payload
     */
    public DenseTemplate patched(Patch patch) {
        return new DenseTemplate(patch(patch).model(model.name()), facts);
    }

    /** {@link #patched(Patch)} with one pattern where it goes by default. */
    public DenseTemplate patched(Pattern pattern) {
        return patched(Patch.of(pattern));
    }

    /** {@code W[out][in]} row-major, int8, as the payload holds it now. */
    public byte[] weights() {
        return layout.unpack(model.bytes(payload()));
    }

    /**
     * Stored byte of weight 0 of an output channel, 128 if its weights are symmetric: from the payload's header where the
     * format has one, else from the program.
     */
    public int weightZeroPoint(int out) {
        return arithmetic().weightZeroPoint(out);
    }

    /** The program's factor from accumulator to output step; 1 in per-channel formats, whose factors are in the payload. */
    public float multiplier() {
        return facts.multiplier();
    }

    /** The program's lower limit of the scaled accumulator, before the output zero point is added. */
    public float clampMin() {
        return facts.clampMin();
    }

    /** The upper limit likewise. */
    public float clampMax() {
        return facts.clampMax();
    }

    /** The payload as something to patch, with its layout. */
    @Override
    public PatchTarget target() {
        return PatchTarget.of(model).withLayer(PatchedLayer.of(layout));
    }

    /** The model with a patched payload, and the record of it. */
    public PatchedModel patch(Patch patch) {
        return PatchedModel.of(target(), patch);
    }

    /**
     * The layer in this template, to be written anew: as a compiled model of our own, or as a source model for TFLite. Tensor
     * names and token are the same. Weight scales are ones that give the program's multipliers exactly.
     */
    public DenseSpec spec() {
        return spec(facts.shape(), facts.quantization(), payloadBytes())
                .types(facts.input().type(), facts.output().type())
                .token(token() == 0 ? 1 : token())
                .names(
                        facts.executionOnly().inputLayers().get(0).name(),
                        facts.executionOnly().outputLayers().get(0).name())
                .build();
    }

    /** The numbers of a layer from its payload. */
    static DenseSpec.Builder spec(DenseShape shape, Quantization q, byte[] payload) {
        DenseLayout layout = DenseLayout.of(shape);
        DenseHeader header = layout.header();
        DenseSpec.Builder spec = DenseSpec.of(shape).quantization(q).weights(layout.unpack(payload, 0));
        if (header.hasScales()) {
            float[] scales = new float[shape.outputs()];
            for (int out = 0; out < scales.length; out++) {
                scales[out] = Quantization.weightScale(header.scale(payload, 0, out), q.inputScale(), q.outputScale());
            }
            spec.weightScales(scales);
        }
        if (header.hasBias()) {
            int[] bias = new int[shape.outputs()];
            for (int out = 0; out < bias.length; out++) {
                bias[out] = header.bias(payload, 0, out);
            }
            spec.bias(bias);
        }
        return spec;
    }

    private byte[] payloadBytes() {
        return model.copy(payload());
    }

    /**
     * What the layer must answer, exactly. The prediction for experiments.
     *
     * @param input one inference's bytes in the tensor's own domain (int8 or uint8), length inputs
     * @return the output's bytes in the same domain, length outputs
     */
    @Override
    public byte[] expected(byte[] input) {
        return facts.output().toTensor(predict(input).output());
    }

    /**
     * The same with accumulators and the channels that a prediction cannot settle.
     *
     * @param input as for {@link #expected}
     * @return output bytes in the unsigned domain
     */
    public DenseArithmetic.Prediction predict(byte[] input) {
        return arithmetic().predict(facts.input().toChip(input));
    }

    private DenseArithmetic arithmetic() {
        DenseArithmetic known = arithmetic;
        if (known == null) {
            known = new DenseArithmetic(
                    facts.shape().inputs(),
                    facts.quantization().inputZeroPoint(),
                    facts.quantization().outputZeroPoint(),
                    facts.clampMin(),
                    facts.clampMax(),
                    channels());
            arithmetic = known;
        }
        return known;
    }

    private DenseArithmetic.Channels channels() {
        byte[] payload = payloadBytes();
        return DenseArithmetic.Channels.of(
                layout.rows(),
                layout.unpack(payload, 0),
                payload,
                0,
                facts.multiplier(),
                facts.quantization().weightZeroPoint());
    }

    /** Such as {@code dense.tflite: Dense 256 -> 256, PER_TENSOR (extrapolated)}. */
    @Override
    public String toString() {
        return name() + ": " + shape() + " (" + status().level().word() + ")";
    }

    /** A model that is no compiled Dense layer. The message names the file and the first thing that speaks against it. */
    public static final class NotDenseException extends BadInputException {
        private static final long serialVersionUID = 1L;

        NotDenseException(String model, String reason) {
            super(model + ": not a compiled Dense layer: " + reason);
        }
    }
}
