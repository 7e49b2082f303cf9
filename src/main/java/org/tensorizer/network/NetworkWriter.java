package org.tensorizer.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.ChangingSession;
import org.tensorizer.device.Device;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.Executable;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.patch.TokenPolicy;

/**
 * One private copy of a compiled network whose layers are written again and again: {@link #bytes} is always the same array,
 * a complete model that a session can take. The cost of a change is that of the layer's own bytes.
 *
 * <p>{@link #session} runs it and sees to what follows. Elsewhere, after a change, the model needs a new token
 * ({@link #refreshToken}) before a device sees it, or the chip may go on with the weights it has. Not safe for several threads;
 * a session must not read the array while it is written.
 */
public final class NetworkWriter {
    private final Network network;
    private final byte[] bytes;
    private final ByteBuffer words;

    private NetworkWriter(Network network) {
        this.network = network;
        this.bytes = network.model().copy();
        this.words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Copies the model once. */
    public static NetworkWriter open(Network network) {
        return new NetworkWriter(network);
    }

    /** The whole model as it is now; the same array at every call. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * A session on this network that follows its changes: those of the weights made through {@link ChangingSession#change}
     * reach the device before the next inference, alone where the device can take a payload on a running session.
     *
     * @param device stays the caller's
     */
    public ChangingSession session(Device device) {
        ByteRange payload = network.parameterCaching()
                .filter(caching ->
                        caching.parameters().length() == network.trace().payload().length)
                .map(Executable::parameters)
                .orElse(new ByteRange(0, 0)); // parameters that are streamed with each inference are no swap's
        return new ChangingSession(
                new ChangingSession.Model(
                        network.model().name(), bytes, payload.start(), payload.length(), this::refreshToken),
                device);
    }

    private int at(LayerOperator layer) {
        return network.fileOffset(layer.offset());
    }

    /**
     * Writes all weights of a layer.
     *
     * @param weights chip bytes (int8 XOR 0x80) in the order W[out][ky][kx][in], of a depthwise layer W[channel][ky][kx]
     * @throws BadInputException their number is wrong
     */
    public void weights(LayerOperator layer, byte[] weights) {
        require(layer, "weights", weights.length, layer.layout().weights());
        layer.layout().pack(weights, bytes, at(layer));
    }

    /**
     * Writes one weight.
     *
     * @param value chip byte
     * @throws BadInputException the layer has no such weight
     */
    public void weight(LayerOperator layer, int output, int y, int x, int input, int value) {
        bytes[weightOffset(layer, output, y, x, input)] = (byte) value;
    }

    /** Where a weight stands in {@link #bytes}. Errors as {@link #weight}. */
    public int weightOffset(LayerOperator layer, int output, int y, int x, int input) {
        PayloadLayout layout = layer.layout();
        boolean inside = output >= 0
                && output < layout.outputs()
                && y >= 0
                && y < layout.height()
                && x >= 0
                && x < layout.width()
                && input >= 0
                && input < layout.inputs();
        if (!inside) {
            throw new BadInputException("weight [" + output + "][" + y + "][" + x + "][" + input + "] of " + layer
                    + ", expected indices below [" + layout.outputs() + "][" + layout.height() + "][" + layout.width()
                    + "][" + layout.inputs() + "]");
        }
        return at(layer) + layout.offset(output, y, x, input);
    }

    /**
     * Writes the biases of all output channels.
     *
     * @throws BadInputException their number is wrong, or the layer has no row for them
     */
    void biases(LayerOperator layer, int[] biases) {
        require(
                layer,
                "biases",
                biases.length,
                layer.layout().header().biases() ? layer.layout().outputs() : 0);
        for (int output = 0; output < biases.length; output++) {
            PayloadLayout.Words.set(bytes, at(layer) + layer.layout().biasOffset(output), biases[output]);
        }
    }

    /**
     * Writes the scales of all output channels: multipliers from accumulator to output steps.
     *
     * @throws BadInputException their number is wrong, the layer has no row for them, or one is no positive finite number
     */
    public void scales(LayerOperator layer, float[] scales) {
        require(
                layer,
                "scales",
                scales.length,
                layer.layout().header().scales() ? layer.layout().outputs() : 0);
        for (float scale : scales) {
            if (!(scale > 0) || Float.isInfinite(scale)) {
                throw new BadInputException("scale " + scale + " of " + layer + ", expected a positive finite number");
            }
        }
        for (int output = 0; output < scales.length; output++) {
            PayloadLayout.Words.set(
                    bytes, at(layer) + layer.layout().scaleOffset(output), Float.floatToRawIntBits(scales[output]));
        }
    }

    private static void require(LayerOperator layer, String what, int found, int expected) {
        if (found != expected || found == 0) {
            throw new BadInputException(found + " " + what + " for " + layer + ", expected "
                    + (expected == 0 ? "none: it has no row for them" : expected));
        }
    }

    /**
     * Puts a fresh random token into all executables of the package.
     *
     * @return the token
     * @throws BadInputException an executable has no place for it
     */
    public long refreshToken() {
        long token = TokenPolicy.Fresh.next();
        for (ByteRange field : network.tokenFields()) {
            words.putLong(field.start(), token);
        }
        return token;
    }
}
