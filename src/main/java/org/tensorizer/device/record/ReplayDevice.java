package org.tensorizer.device.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.model.TfliteModel;

/**
 * A device that answers what another answered before, from its evidence record: the same question gets the same answers in
 * the same order, recorded faults are thrown again. A question is the bytes of the model, tokens apart, and the bytes of
 * the inputs. One that the record does not hold is a {@link DeviceFault}, never a guess.
 *
 * <p>Thread safety: yes; threads that ask the same question share its answers.
 */
public final class ReplayDevice implements Device {
    private final Path file;
    private final RecordedAnswers answers;
    private final String name;

    private ReplayDevice(Path file, RecordedAnswers answers) {
        this.file = file;
        this.answers = answers;
        this.name = "replay of "
                + answers.origins().stream()
                        .map(RecordLine.Origin::toString)
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /**
     * Reads a record, or all records of a folder: a run on several devices leaves several.
     *
     * @param file a record, or a folder whose {@code *.jsonl} files are records
     * @throws BadInputException there is no such file, it is no record, or the folder has none; a last line that a kill cut
     *     short is passed over
     */
    public static ReplayDevice open(Path file) {
        RecordedAnswers answers = new RecordedAnswers();
        for (Path record : records(file)) {
            RecordReader.read(record, answers::add);
        }
        return new ReplayDevice(file, answers);
    }

    private static List<Path> records(Path file) {
        if (!Files.isDirectory(file)) {
            return List.of(file);
        }
        try (Stream<Path> files = Files.list(file)) {
            List<Path> records = files.filter(each -> each.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
            if (records.isEmpty()) {
                throw new BadInputException("evidence records in " + file + ": expected *.jsonl files, found none");
            }
            return records;
        } catch (IOException e) {
            throw new BadInputException("evidence records in " + file + ": not readable: " + e.getMessage(), e);
        }
    }

    /** {@code replay of usb:0 (silicon)}: which device gave the answers, and what kind of evidence that was. */
    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return Provenance.REPLAYED;
    }

    /**
     * @throws DeviceFault the record does not have this model, or loading it failed then
     * @throws BadInputException the model was refused as bad then
     */
    @Override
    public Session open(TfliteModel model) {
        ModelFingerprint asked = ModelFingerprint.of(model);
        RecordLine.Open open = answers.open(asked)
                .orElseThrow(() -> new DeviceFault(
                        DeviceFault.Kind.REFUSED,
                        name,
                        "the record " + file + " does not have model " + asked + "; models it has: "
                                + answers.modelNames()
                                + ". Was it recorded with other templates, or another revision of the experiments?"));
        if (open.failure().isPresent()) {
            throw open.failure().get().exception(name);
        }
        return new Replay(name, file, answers, model, open);
    }

    @Override
    public String toString() {
        return name;
    }

    /** A model that the record has. */
    private static final class Replay implements Session, WeightSwap {
        private final String device;
        private final Path file;
        private final RecordedAnswers answers;
        private final RecordLine.Open open;
        private TfliteModel loaded;
        private ModelFingerprint model;
        private volatile boolean closed;

        Replay(String device, Path file, RecordedAnswers answers, TfliteModel loaded, RecordLine.Open open) {
            this.device = device;
            this.file = file;
            this.answers = answers;
            this.loaded = loaded;
            this.model = ModelFingerprint.of(loaded);
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

        /** The record has an answer for a model with another payload, or has none: that is told when it is asked. */
        @Override
        public Optional<WeightSwap> weightSwap() {
            boolean compiled = loaded.packages().stream()
                    .anyMatch(each -> each.findParameterCaching().isPresent());
            return compiled ? Optional.of(this) : Optional.empty();
        }

        @Override
        public int payloadBytes() {
            return ModelFingerprint.payloadRange(loaded).length();
        }

        @Override
        public void swap(ByteBuffer payload) {
            loaded = ModelFingerprint.withPayload(loaded, payload);
            model = ModelFingerprint.of(loaded);
        }

        private void requireSizes(List<byte[]> inputs) {
            if (inputs.size() != open.inputs().size()) {
                throw new IllegalArgumentException(
                        model.name() + ": expected " + open.inputs().size() + " inputs, found " + inputs.size());
            }
            for (int i = 0; i < inputs.size(); i++) {
                TensorSpec spec = open.inputs().get(i);
                if (inputs.get(i).length != spec.byteSize()) {
                    throw new IllegalArgumentException(model.name() + ": input " + i + ", " + spec.name()
                            + ": expected " + spec.byteSize() + " bytes, found " + inputs.get(i).length);
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
                            : "the record " + file + " has " + held
                                    + " answers to this inference and was asked once more: " + asked);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
