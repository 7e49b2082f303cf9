package org.tensorizer.device;

import java.util.List;

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

    @Override
    void close();
}
