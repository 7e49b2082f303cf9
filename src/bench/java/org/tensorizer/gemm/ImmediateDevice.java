package org.tensorizer.gemm;

import java.util.List;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/** Answers at once, always the same: what is left of a product is the host's part. */
final class ImmediateDevice implements Device {
    private final byte[] answer;

    ImmediateDevice(int outputs) {
        answer = new byte[outputs];
    }

    @Override
    public String name() {
        return "immediate";
    }

    @Override
    public Provenance provenance() {
        return Provenance.DOUBLE;
    }

    @Override
    public Session open(TfliteModel model) {
        return new Session() {
            @Override
            public List<TensorSpec> inputs() {
                return List.of();
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of();
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                return List.of(answer);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
