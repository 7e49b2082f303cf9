package org.tensorizer.device.record;

import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** A model that the record has. */
final class ReplaySession implements Session {
    private final String device;
    private final Path file;
    private final RecordedAnswers answers;
    private final ModelFingerprint model;
    private final RecordLine.Open open;
    private volatile boolean closed;

    ReplaySession(String device, Path file, RecordedAnswers answers, ModelFingerprint model, RecordLine.Open open) {
        this.device = device;
        this.file = file;
        this.answers = answers;
        this.model = model;
        this.open = open;
    }

    @Override
    public List<TensorSpec> inputs() {
        return open.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return open.outputs();
    }

    @Override
    public List<byte[]> run(List<byte[]> inputs) {
        if (closed) {
            throw new IllegalStateException(model.name() + ": the session is closed");
        }
        requireSizes(inputs);
        RecordedAnswers.Answer answer = answers.next(model, inputs).orElseThrow(() -> missing(inputs));
        if (answer.failure().isPresent()) {
            throw answer.failure().get().exception(device);
        }
        return answer.outputs().stream().map(byte[]::clone).toList();
    }

    private void requireSizes(List<byte[]> inputs) {
        if (inputs.size() != open.inputs().size()) {
            throw new IllegalArgumentException(
                    model.name() + ": expected " + open.inputs().size() + " inputs, found " + inputs.size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            TensorSpec spec = open.inputs().get(i);
            if (inputs.get(i).length != spec.byteSize()) {
                throw new IllegalArgumentException(model.name() + ": input " + i + ", " + spec.name() + ": expected "
                        + spec.byteSize() + " bytes, found " + inputs.get(i).length);
            }
        }
    }

    private DeviceFault missing(List<byte[]> inputs) {
        int held = answers.count(model, inputs);
        String asked = "model " + model + ", input of SHA-256 "
                + String.join(", ", inputs.stream().map(Sha256::of).toList());
        return new DeviceFault(
                DeviceFault.Kind.REFUSED,
                device,
                held == 0
                        ? "the record " + file + " does not have this inference: " + asked + "; it has "
                                + answers.questions(model) + " other inputs of this model"
                        : "the record " + file + " has " + held + " answers to this inference and was asked once more: "
                                + asked);
    }

    @Override
    public void close() {
        closed = true;
    }
}
