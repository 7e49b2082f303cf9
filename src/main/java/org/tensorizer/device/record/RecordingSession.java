package org.tensorizer.device.record;

import java.util.List;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** A session whose inferences are written down. */
final class RecordingSession implements Session {
    private final Recorder recorder;
    private final Session session;
    private final int number;
    private final ModelFingerprint model;

    RecordingSession(Recorder recorder, Session session, int number, ModelFingerprint model) {
        this.recorder = recorder;
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
        return recorder.run(session, number, model, inputs);
    }

    @Override
    public void close() {
        session.close();
    }
}
