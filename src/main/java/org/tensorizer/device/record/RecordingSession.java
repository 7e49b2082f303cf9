package org.tensorizer.device.record;

import java.util.List;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Session;

/** A session whose inferences are written down. */
final class RecordingSession extends ForwardingSession {
    private final Recorder recorder;
    private final int number;
    private final ModelFingerprint model;

    RecordingSession(Recorder recorder, Session session, int number, ModelFingerprint model) {
        super(session);
        this.recorder = recorder;
        this.number = number;
        this.model = model;
    }

    @Override
    public List<byte[]> run(List<byte[]> inputs) {
        return recorder.run(session(), number, model, inputs);
    }
}
