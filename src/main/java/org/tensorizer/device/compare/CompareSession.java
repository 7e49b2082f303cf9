package org.tensorizer.device.compare;

import java.util.List;
import java.util.Optional;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Session;

/** One model on both devices, or on the first alone where the second refused it. */
final class CompareSession extends ForwardingSession {
    private final TfliteModel model;
    private final Optional<Session> second;
    private final ComparisonCount count;

    CompareSession(TfliteModel model, Session first, Optional<Session> second, ComparisonCount count) {
        super(first);
        this.model = model;
        this.second = second;
        this.count = count;
    }

    @Override
    public List<byte[]> run(List<byte[]> inputs) {
        List<byte[]> answers = super.run(inputs);
        if (second.isEmpty()) {
            count.notCompared();
            return answers;
        }
        List<byte[]> others;
        try {
            others = second.get().run(inputs);
        } catch (RuntimeException e) {
            count.failed(e);
            return answers;
        }
        count.compare(model, outputs(), inputs, answers, others);
        return answers;
    }

    @Override
    public void close() {
        try (Session other = second.orElse(null)) {
            super.close();
        }
    }
}
