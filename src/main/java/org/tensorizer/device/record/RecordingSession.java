package org.tensorizer.device.record;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.BadInputException;

/** A session whose inferences are written down. */
final class RecordingSession implements Session {
    private final RecordingDevice device;
    private final Session session;
    private final int number;
    private final ModelFingerprint model;

    RecordingSession(RecordingDevice device, Session session, int number, ModelFingerprint model) {
        this.device = device;
        this.session = session;
        this.number = number;
        this.model = model;
    }

    @Override
    public List<TensorSpec> inputs() {
        return session.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return session.outputs();
    }

    @Override
    public List<byte[]> run(List<byte[]> inputs) {
        Instant at = Instant.now();
        long start = System.nanoTime();
        List<byte[]> outputs;
        try {
            outputs = session.run(inputs);
        } catch (DeviceFault | BadInputException e) {
            long nanos = System.nanoTime() - start;
            device.ran(number, model, at, nanos, inputs, List.of(), Optional.of(RecordingDevice.failure(e)));
            throw e;
        }
        device.ran(number, model, at, System.nanoTime() - start, inputs, outputs, Optional.empty());
        return outputs;
    }

    @Override
    public void close() {
        session.close();
    }
}
