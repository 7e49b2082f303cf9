package org.tensorizer.device.compare;

import java.util.List;
import java.util.Optional;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** One model on both devices, or on the first alone where the second refused it. */
final class CompareSession implements Session {
    private final String model;
    private final byte[] bytes;
    private final Session first;
    private final Optional<Session> second;
    private final ComparisonCount count;

    CompareSession(String model, byte[] bytes, Session first, Optional<Session> second, ComparisonCount count) {
        this.model = model;
        this.bytes = bytes;
        this.first = first;
        this.second = second;
        this.count = count;
    }

    @Override
    public List<TensorSpec> inputs() {
        return first.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return first.outputs();
    }

    @Override
    public List<byte[]> run(List<byte[]> inputs) {
        List<byte[]> answers = first.run(inputs);
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
        count.compare(model, bytes, first.outputs(), inputs, answers, others);
        return answers;
    }

    @Override
    public void close() {
        try (Session other = second.orElse(null)) {
            first.close();
        }
    }
}
