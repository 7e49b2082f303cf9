package org.tensorizer.device;

import java.util.List;

/** What sessions that stand in front of another have in common. Inferences go through {@link #run(List)}. */
public abstract class ForwardingSession implements Session {
    private final Session session;

    protected ForwardingSession(Session session) {
        this.session = session;
    }

    protected final Session session() {
        return session;
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
        return session.run(inputs);
    }

    @Override
    public void close() {
        session.close();
    }
}
