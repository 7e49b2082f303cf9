package org.tensorizer.device;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** One model loaded on one device. Close gives back all it holds, twice is harmless; use after close throws. */
public interface Session extends AutoCloseable {
    List<TensorSpec> inputs();

    List<TensorSpec> outputs();

    /**
     * One inference.
     *
     * @param inputs raw bytes of each input tensor, in the model's order; lengths as {@link #inputs()} say
     * @return raw bytes of each output tensor, fresh arrays
     * @throws IllegalArgumentException wrong number or size of inputs
     * @throws IllegalStateException after close
     * @throws DeviceFault if the device crashes, hangs or answers with the wrong size
     */
    List<byte[]> run(List<byte[]> inputs);

    /** One inference of a model with one input and one output. */
    default byte[] run(byte[] input) {
        return run(List.of(input)).get(0);
    }

    /**
     * One inference between buffers of the caller, which saves copies where a tensor's bytes come from shared memory.
     *
     * @param inputs one for each input; the bytes from position to limit, which do not move
     * @param outputs one for each output; written from the position on, which does not move
     * @throws IllegalArgumentException wrong number or size of buffers
     */
    default void run(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
        List<byte[]> results = run(inputs.stream()
                .map(input -> {
                    byte[] bytes = new byte[input.remaining()];
                    input.get(input.position(), bytes);
                    return bytes;
                })
                .toList());
        if (results.size() != outputs.size()) {
            throw new IllegalArgumentException("expected " + results.size() + " outputs, found " + outputs.size());
        }
        for (int i = 0; i < results.size(); i++) {
            ByteBuffer output = outputs.get(i);
            if (output.remaining() != results.get(i).length) {
                throw new IllegalArgumentException(
                        "output " + i + ": expected " + results.get(i).length + " bytes, found " + output.remaining());
            }
            output.put(output.position(), results.get(i));
        }
    }

    /**
     * A way to exchange the weights without opening a session anew, where the device has one. Sessions that stand in front
     * of another have none unless they say so: what they keep of each model would no longer be true.
     */
    default Optional<WeightSwap> weightSwap() {
        return Optional.empty();
    }

    @Override
    void close();
}
