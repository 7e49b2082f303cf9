package org.tensorizer.experiments;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;

/** A test double that computes nothing and takes its time, by the number of pixels of its input. */
final class SlowDevice implements Device {
    private final IntUnaryOperator micros;

    /** @param micros of an inference, by pixels */
    SlowDevice(IntUnaryOperator micros) {
        this.micros = micros;
    }

    @Override
    public String name() {
        return "slow double";
    }

    @Override
    public Provenance provenance() {
        return Provenance.DOUBLE;
    }

    @Override
    public Session open(TfliteModel model) {
        Tensor input = model.tensors().get(model.inputs().get(0));
        Tensor output = model.tensors().get(model.outputs().get(0));
        int channels = input.shape().get(input.shape().size() - 1);
        int pixels = (int) (input.elements() / channels);
        return new Session() {
            @Override
            public List<TensorSpec> inputs() {
                return List.of(spec(input));
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of(spec(output));
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                long end = System.nanoTime() + 1000L * micros.applyAsInt(pixels);
                for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                return List.of(new byte[(int) output.elements()]);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    private static TensorSpec spec(Tensor tensor) {
        return new TensorSpec(
                tensor.name(), tensor.type().name(), tensor.shape(), tensor.scale(), 0, (int) tensor.elements());
    }
}
