package org.tensorizer.device;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

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

    /** A session that runs as another does, with a way to exchange its weights beside it. */
    public static final class SwappingSession extends ForwardingSession {
        private final WeightSwap swap;

        public SwappingSession(Session session, WeightSwap swap) {
            super(session);
            this.swap = swap;
        }

        @Override
        public void run(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
            session().run(inputs, outputs);
        }

        @Override
        public Optional<WeightSwap> weightSwap() {
            return Optional.of(swap);
        }
    }
}
