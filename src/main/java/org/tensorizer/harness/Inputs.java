package org.tensorizer.harness;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.tensorizer.base.BadInputException;
import org.tensorizer.template.DenseTemplate;

/**
 * Input tensors for a template. Values are activations, x minus the input's zero point: 0 contributes nothing to any
 * accumulator, whatever the weights. What is returned are raw tensor bytes.
 *
 * <p>Immutable; every call returns a fresh array.
 */
public final class Inputs {
    private final int channels;
    private final int zeroPoint;
    private final int sign;

    private Inputs(int channels, int zeroPoint, int sign) {
        this.channels = channels;
        this.zeroPoint = zeroPoint;
        this.sign = sign;
    }

    public static Inputs of(DenseTemplate template) {
        return new Inputs(
                template.shape().inputs(),
                template.quantization().inputZeroPoint(),
                template.inputDomain().signed() ? 0x80 : 0);
    }

    /** The smallest activation that the tensor can hold. */
    public int min() {
        return -zeroPoint;
    }

    /** The largest activation that the tensor can hold. */
    public int max() {
        return 255 - zeroPoint;
    }

    /** The activation that is furthest from 0. */
    public int strongest() {
        return max() >= -min() ? max() : min();
    }

    /** No input is driven. */
    public byte[] zeros() {
        return all(0);
    }

    /**
     * Every input carries the same activation.
     *
     * @throws BadInputException it is not {@link #min()} to {@link #max()}
     */
    public byte[] all(int activation) {
        byte value = raw(activation);
        return each(i -> value);
    }

    /**
     * One input is driven.
     *
     * @throws BadInputException no such channel or activation
     */
    public byte[] oneHot(int in, int activation) {
        byte[] input = zeros();
        if (in < 0 || in >= channels) {
            throw new BadInputException("input channel " + in + ", expected 0 to " + (channels - 1));
        }
        input[in] = raw(activation);
        return input;
    }

    /** Raw tensor bytes 0, 1, 2, ... as unsigned numbers from the smallest up: -128..127 on an int8 tensor of 256. */
    public byte[] ramp() {
        return each(i -> i ^ sign);
    }

    /** The largest and the smallest activation by turns, the largest first. */
    public byte[] alternating() {
        return each(i -> raw(i % 2 == 0 ? max() : min()));
    }

    /** Uniform over all bytes, the same for the same seed. */
    public byte[] random(long seed) {
        byte[] input = new byte[channels];
        new Random(seed).nextBytes(input);
        return input;
    }

    private byte[] each(IntUnaryOperator value) {
        byte[] input = new byte[channels];
        for (int i = 0; i < channels; i++) {
            input[i] = (byte) value.applyAsInt(i);
        }
        return input;
    }

    private byte raw(int activation) {
        if (activation < min() || activation > max()) {
            throw new BadInputException("activation " + activation + ", expected " + min() + " to " + max());
        }
        return (byte) (activation + zeroPoint ^ sign);
    }
}
