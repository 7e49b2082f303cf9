package org.tensorizer.template;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.patch.TokenPolicy;

/**
 * All that makes up one quantized Dense layer {@code y = act(W x + b)}, checked. {@link CompiledModelWriter} and
 * {@link SourceModelWriter} turn it into files.
 *
 * <p>Weights are int8, {@code W[out][in]} row-major, as in TFLite. Zero points are in the unsigned domain, 0..255: an int8
 * tensor with TFLite zero point z has z + 128 here; a weight with symmetric quantization has 128. The type of the tensors
 * at the edge (INT8 or UINT8) changes nothing in the program, only how the runtime hands the bytes over.
 *
 * <p>Immutable: arrays are copied in and out.
 */
public final class DenseSpec {
    /** Input and output scale of the identity template, published with it (TensorFlow 2.10 era). */
    public static final float IDENTITY_SCALE = 0.007843079045414925f;

    /** Quantization of the identity template: weight 127 on the diagonal gives y = x. */
    public static final Quantization IDENTITY =
            new Quantization(IDENTITY_SCALE, 128, (float) (1 / 127.0), 128, IDENTITY_SCALE, 128);

    private final DenseShape shape;
    private final TensorType type;
    private final TensorType outputType;
    private final Quantization quantization;
    private final float[] weightScales;
    private final byte[] weights;
    private final int[] bias;
    private final long token;
    private final String inputName;
    private final String outputName;

    private DenseSpec(Builder b) {
        shape = b.shape;
        type = b.type;
        outputType = b.outputType;
        quantization = b.quantization;
        weightScales = b.weightScales.clone();
        weights = b.weights.clone();
        bias = b.bias.clone();
        token = b.token;
        inputName = b.inputName;
        outputName = b.outputName;
    }

    /** Starts a layer of the given shape with the identity template's quantization and int8 tensors. */
    public static Builder of(DenseShape shape) {
        return new Builder(shape);
    }

    /** A square identity: 127 on the diagonal, 0 elsewhere. */
    public static byte[] identityWeights(int n) {
        byte[] weights = new byte[Math.multiplyExact(n, n)];
        for (int i = 0; i < n; i++) {
            weights[i * n + i] = 127;
        }
        return weights;
    }

    public DenseShape shape() {
        return shape;
    }

    /** Of the input tensor. */
    public TensorDomain inputDomain() {
        return TensorDomain.ofChip(type, quantization.inputZeroPoint());
    }

    /** Of the output tensor, which may be uint8 where the input is int8 and the other way round. */
    public TensorDomain outputDomain() {
        return TensorDomain.ofChip(outputType, quantization.outputZeroPoint());
    }

    /** Scales and zero points; its weight scale means nothing where weights are quantized per channel. */
    public Quantization quantization() {
        return quantization;
    }

    /** Scale of each output channel's weights, length outputs; empty where one scale holds for all. */
    public float[] weightScales() {
        return weightScales.clone();
    }

    /** {@code W[out][in]} row-major, int8. */
    public byte[] weights() {
        return weights.clone();
    }

    /** The array itself, for the writers of this package, which only read it. */
    byte[] weightsInPlace() {
        return weights;
    }

    /** Bias of each output channel in units of input scale times weight scale; empty where there is none. */
    public int[] bias() {
        return bias.clone();
    }

    /** Parameter-caching token, never 0. */
    public long token() {
        return token;
    }

    public String inputName() {
        return inputName;
    }

    public String outputName() {
        return outputName;
    }

    /** Weight scale of an output channel, whatever the granularity. */
    float weightScale(int out) {
        return weightScales.length == 0 ? quantization.weightScale() : weightScales[out];
    }

    /** Collects a {@link DenseSpec}. Arrays are copied when {@link #build()} is called. */
    public static final class Builder {
        final DenseShape shape;
        TensorType type = TensorType.INT8;
        TensorType outputType = TensorType.INT8;
        Quantization quantization = IDENTITY;
        float[] weightScales = {};
        byte[] weights = {};
        int[] bias = {};
        long token;
        String inputName = "input";
        String outputName = "output";

        private Builder(DenseShape shape) {
            this.shape = shape;
        }

        /** @param type INT8 or UINT8, of both tensors */
        public Builder type(TensorType type) {
            return types(type, type);
        }

        /** INT8 or UINT8 for each of the two tensors. */
        public Builder types(TensorType input, TensorType output) {
            this.type = input;
            this.outputType = output;
            return this;
        }

        public Builder quantization(Quantization quantization) {
            this.quantization = quantization;
            return this;
        }

        /** @param weightScales one for each output channel; per-channel formats need them, others have none */
        public Builder weightScales(float... weightScales) {
            this.weightScales = weightScales;
            return this;
        }

        /** @param weights {@code W[out][in]} row-major, int8, outputs * inputs bytes */
        public Builder weights(byte... weights) {
            this.weights = weights;
            return this;
        }

        /** @param bias one for each output channel; formats with bias need it, others have none */
        public Builder bias(int... bias) {
            this.bias = bias;
            return this;
        }

        /**
         * A fixed token makes the written file reproducible. Without one a fresh token is drawn: a chip that still holds
         * weights under the same token keeps them.
         *
         * @param token not 0
         */
        public Builder token(long token) {
            if (token == 0) {
                throw new BadInputException(
                        "parameter-caching token 0 means \"none\" to the runtime, which then refuses to run; expected any"
                                + " other value");
            }
            this.token = token;
            return this;
        }

        /** Names of the two tensors, which are also the executable's layer names. */
        public Builder names(String input, String output) {
            this.inputName = input;
            this.outputName = output;
            return this;
        }

        /** @throws BadInputException naming the first value that is wrong and what is supported */
        public DenseSpec build() {
            DenseSpecCheck.check(this);
            if (token == 0) {
                token = TokenPolicy.Fresh.next();
            }
            return new DenseSpec(this);
        }
    }
}
