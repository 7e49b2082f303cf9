package org.tensorizer.conv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Requantization;

/**
 * The parameters of a convolution in the order of the payload. Per group of 64 output channels: header rows (scales
 * float32, biases int32, zero points uint32, those that the format has), then rows of weights for each block of input
 * words, row and column of the window, word of the block; byte 4 * lane + input channel % 4 of a row. Depthwise: the same in
 * groups of 4 channels and rows of 16 bytes, the weight on the diagonal.
 *
 * <p>Source: derived, byte-identical with compiled programs.
 */
public final class ConvolutionPayload {
    private static final int ZERO_POINT = 128;

    private final ConvolutionPlan plan;
    private final Convolution step;
    private final int zero;

    private ConvolutionPayload(ConvolutionPlan plan) {
        this.plan = plan;
        this.step = plan.step();
        this.zero =
                step.format().isPerChannel() ? ZERO_POINT : step.quantization().weightZeroPoint();
    }

    /**
     * Numbers of a convolution. Arrays are not copied.
     *
     * @param weights stored bytes (int8: the sign bit turned), W[out][ky][kx][in], depthwise W[ky][kx][channel]
     * @param bias one for each output channel where the format has biases, else empty
     * @param weightScales one for each output channel where the format is per channel, else empty
     */
    public record Numbers(byte[] weights, int[] bias, float[] weightScales) {}

    /**
     * Writes the payload of one convolution.
     *
     * @param target all zero; {@code 64 * plan.payloadUnits()} bytes are written from {@code at} on
     * @throws BadInputException the numbers do not fit the plan
     */
    public static void write(ConvolutionPlan plan, Numbers numbers, byte[] target, int at) {
        ConvolutionPayload payload = new ConvolutionPayload(plan);
        payload.check(numbers);
        if (plan.step().depthwise()) {
            payload.depthwise(numbers, target, at);
        } else {
            payload.dense(numbers, target, at);
        }
    }

    private void check(Numbers numbers) {
        int taps = step.window().taps();
        long weights = (long) step.outputs() * taps * (step.depthwise() ? 1 : plan.inputs());
        require("weights", numbers.weights().length, weights);
        require("biases", numbers.bias().length, step.format().hasBias() ? step.outputs() : 0);
        require("weight scales", numbers.weightScales().length, step.format().isPerChannel() ? step.outputs() : 0);
    }

    private void require(String what, long found, long expected) {
        if (found != expected) {
            throw new BadInputException(step.describe() + ": " + found + " " + what + ", expected " + expected);
        }
    }

    private float scale(Numbers numbers, int channel) {
        return Requantization.multiplier(
                step.quantization().inputScale(),
                numbers.weightScales()[channel],
                step.quantization().outputScale());
    }

    private void dense(Numbers numbers, byte[] target, int at) {
        ByteBuffer header = ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN);
        int rowBytes = step.rowBytes();
        int row = at;
        for (int group = 0; group < step.groups(); group++) {
            int first = Convolution.GROUP * group;
            int count = Math.min(Convolution.GROUP, step.outputs() - first);
            int lanes = Arithmetic.roundUp(count, 4);
            row = header(numbers, header, row, first, count, lanes);
            int rows = plan.passes() * plan.passRows();
            for (int i = 0; i < rows; i++) {
                Arrays.fill(target, row + i * rowBytes, row + i * rowBytes + 4 * lanes, (byte) zero);
            }
            for (int lane = 0; lane < count; lane++) {
                lane(numbers.weights(), first + lane, target, row + 4 * lane);
            }
            row += rows * rowBytes;
        }
    }

    /** The weights of one output channel to byte 0 of its lane in all rows of its group. */
    private void lane(byte[] weights, int channel, byte[] target, int at) {
        int taps = step.window().taps();
        int inputs = plan.inputs();
        int block = plan.block();
        int rowBytes = step.rowBytes();
        int source = channel * taps * inputs;
        for (int tap = 0; tap < taps; tap++) {
            for (int pass = 0; pass < plan.passes(); pass++) {
                int row = at + (pass * taps + tap) * block * rowBytes;
                int input = 4 * block * pass;
                int end = Math.min(input + 4 * block, inputs);
                int whole = (end - input) & ~3;
                int from = source + tap * inputs + input;
                for (int i = 0; i < whole; i += 4) {
                    target[row] = weights[from + i];
                    target[row + 1] = weights[from + i + 1];
                    target[row + 2] = weights[from + i + 2];
                    target[row + 3] = weights[from + i + 3];
                    row += rowBytes;
                }
                for (int i = whole; i < end - input; i++) {
                    target[row + i - whole] = weights[from + i];
                }
            }
        }
    }

    private int header(Numbers numbers, ByteBuffer target, int at, int first, int count, int lanes) {
        ParameterFormat format = step.format();
        int row = at;
        if (format.isPerChannel()) {
            for (int lane = 0; lane < lanes; lane++) {
                target.putFloat(row + 4 * lane, scale(numbers, lane < count ? first + lane : 0));
            }
            if (step.groups() > 1) {
                for (int lane = lanes; lane < step.rowBytes() / 4; lane++) {
                    target.putFloat(row + 4 * lane, 1);
                }
            }
            row += step.rowBytes();
        }
        if (format.hasBias()) {
            for (int lane = 0; lane < count; lane++) {
                target.putInt(row + 4 * lane, numbers.bias()[first + lane]);
            }
            row += step.rowBytes();
        }
        if (format.isPerChannel()) {
            for (int lane = 0; lane < lanes; lane++) {
                target.putInt(row + 4 * lane, ZERO_POINT);
            }
            row += step.rowBytes();
        }
        return row;
    }

    private void depthwise(Numbers numbers, byte[] target, int at) {
        ByteBuffer words =
                ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN).position(at);
        ParameterFormat format = step.format();
        int taps = step.window().taps();
        for (int first = 0; first < step.outputs(); first += 4) {
            int count = Math.min(4, step.outputs() - first);
            if (format.isPerChannel()) {
                for (int lane = 0; lane < 4; lane++) {
                    words.putFloat(scale(numbers, lane < count ? first + lane : 0));
                }
            }
            if (format.hasBias()) {
                for (int lane = 0; lane < 4; lane++) {
                    words.putInt(lane < count ? numbers.bias()[first + lane] : 0);
                }
            }
            if (format.isPerChannel()) {
                for (int lane = 0; lane < 4; lane++) {
                    words.putInt(ZERO_POINT);
                }
            }
            for (int tap = 0; tap < taps; tap++) {
                int row = words.position();
                Arrays.fill(target, row, row + 16, (byte) zero);
                for (int lane = 0; lane < count; lane++) {
                    target[row + 5 * lane] = numbers.weights()[tap * step.outputs() + first + lane];
                }
                words.position(row + 16);
            }
        }
    }
}
