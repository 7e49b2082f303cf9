package org.tensorizer.device;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A session that runs as another does, with a way to exchange its weights beside it. */
public final class SwappingSession extends ForwardingSession {
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
