package org.tensorizer.device;

import java.nio.ByteBuffer;

/**
 * Exchanges the weights of a running session: the chip gets another payload for the PARAMETER_CACHING program that it
 * has, nothing else changes. No model is loaded anew and no token plays a part.
 *
 * <p>Thread safety: as the session.
 */
public interface WeightSwap {
    /** Bytes of a payload, those of the PARAMETER_CACHING executable's parameters. */
    int payloadBytes();

    /**
     * Gives the payload to the chip; inferences from now on use it. Returns as soon as the device has taken it over,
     * which may be before all bytes are on the wire, so that the next payload can be packed meanwhile.
     *
     * @param payload the bytes from position to limit, which do not move. Not copied, and not to be changed until another
     *     payload was swapped in and an inference with that one is done, or the session is closed: two buffers that take
     *     turns will do. A direct buffer goes to the wire as it is.
     * @throws IllegalArgumentException a payload of another length; the session keeps the one it has
     * @throws IllegalStateException after close
     * @throws DeviceFault the device failed
     */
    void swap(ByteBuffer payload);
}
