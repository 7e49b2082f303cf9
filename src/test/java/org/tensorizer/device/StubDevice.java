package org.tensorizer.device;

import java.util.List;
import java.util.zip.CRC32;
import org.tensorizer.base.BadInputException;

/**
 * A device without a chip, for tests of what stands around devices. A model is any bytes, its answer to an input of four
 * bytes is four bytes that depend on both. Models and inputs that begin with a letter of trouble make it: {@code H} hangs,
 * {@code C} crashes, {@code B} is bad input.
 */
public class StubDevice implements Device {
    private final String name;
    private final Provenance provenance;
    private boolean closed;

    public StubDevice(String name, Provenance provenance) {
        this.name = name;
        this.provenance = provenance;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    /** What the model says to the input. */
    public byte[] answer(byte[] model, byte[] input) {
        CRC32 crc = new CRC32();
        crc.update(model);
        crc.update(input);
        int value = (int) crc.getValue();
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }

    private void trouble(byte[] bytes) {
        switch (bytes.length == 0 ? 0 : bytes[0]) {
            case 'H' -> throw new DeviceFault(DeviceFault.Kind.HUNG, name, "no answer in 1 s");
            case 'C' ->
                throw new DeviceFault(
                        DeviceFault.Kind.CRASHED, name, "died", List.of("transfer on tag 2 failed", "Abort."), null);
            case 'B' -> throw new BadInputException("bad on purpose");
            default -> {}
        }
    }

    @Override
    public Session open(String modelName, byte[] model) {
        trouble(model);
        return new Session() {
            @Override
            public List<TensorSpec> inputs() {
                return List.of(new TensorSpec("in", "INT8", List.of(1, 4), 0.1f, -3, 4));
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of(new TensorSpec("out", "INT8", List.of(1, 4), 0.30000001f, 5, 4));
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                trouble(inputs.get(0));
                return List.of(answer(model, inputs.get(0)));
            }

            @Override
            public void close() {}
        };
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return name;
    }
}
