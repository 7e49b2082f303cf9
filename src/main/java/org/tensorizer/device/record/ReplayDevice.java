package org.tensorizer.device.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Answers answers;
    private final String name;

    private ReplayDevice(Path file, Answers answers) {
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
        Answers answers = new Answers();
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
        if (open.asked().failure().isPresent()) {
            throw open.asked().failure().get().exception(name);
        }
        return new Replay(model, asked, open);
    }

    @Override
    public String toString() {
        return name;
    }

    /** A model that the record has. */
    private final class Replay implements Session, WeightSwap {
        private final RecordLine.Open open;
        private TfliteModel loaded;
        private ModelFingerprint model;
        private volatile boolean closed;

        Replay(TfliteModel loaded, ModelFingerprint model, RecordLine.Open open) {
            this.loaded = loaded;
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
            TensorSpec.requireSizes(model.name(), "input", open.inputs(), inputs, input -> input.length);
            Answers.Answer answer = answers.next(model, inputs).orElseThrow(() -> missing(inputs));
            if (answer.failure().isPresent()) {
                throw answer.failure().get().exception(name);
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

        private DeviceFault missing(List<byte[]> inputs) {
            int held = answers.count(model, inputs);
            String asked = "model " + model + ", input of SHA-256 "
                    + String.join(", ", inputs.stream().map(Sha256::of).toList());
            return new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    name,
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

    /**
     * A record by question. Answers to one question are given in the order in which the device gave them, each once.
     *
     * <p>Thread safety: yes, once the whole record has been added.
     */
    private static final class Answers {
        /**
         * @param model digest without tokens
         * @param inputs digest of each
         */
        private record Question(String model, List<String> inputs) {}

        /** @param outputs empty if it failed */
        record Answer(List<byte[]> outputs, Optional<RecordLine.Failure> failure) {}

        private static final class InOrder<T> {
            private final List<T> all = new ArrayList<>();
            private int given;

            Optional<T> next() {
                return given < all.size() ? Optional.of(all.get(given++)) : Optional.empty();
            }

            T nextOrLast() {
                return next().orElseGet(() -> all.get(all.size() - 1));
            }
        }

        private final Map<String, InOrder<RecordLine.Open>> opens = new HashMap<>();
        private final Map<Question, InOrder<Answer>> answers = new HashMap<>();
        private final Set<RecordLine.Origin> origins = new LinkedHashSet<>();
        private final Map<String, Integer> models = new LinkedHashMap<>();

        void add(RecordLine line) {
            if (line instanceof RecordLine.Header header) {
                origins.add(header.origin());
            } else if (line instanceof RecordLine.Open open) {
                opens.computeIfAbsent(open.asked().model().questionSha256(), key -> new InOrder<>())
                        .all
                        .add(open);
                models.merge(open.asked().model().name(), 1, Integer::sum);
            } else if (line instanceof RecordLine.Run run) {
                answers.computeIfAbsent(question(run.asked().model(), run.inputs()), key -> new InOrder<>())
                        .all
                        .add(new Answer(run.outputs(), run.asked().failure()));
            }
        }

        private static Question question(ModelFingerprint model, List<byte[]> inputs) {
            return new Question(
                    model.questionSha256(), inputs.stream().map(Sha256::of).toList());
        }

        /** How loading this model went, the last time again when asked more often; empty if it was never loaded. */
        synchronized Optional<RecordLine.Open> open(ModelFingerprint model) {
            return Optional.ofNullable(opens.get(model.questionSha256())).map(InOrder::nextOrLast);
        }

        /** The next answer to this question, empty if there is none left. */
        synchronized Optional<Answer> next(ModelFingerprint model, List<byte[]> inputs) {
            return Optional.ofNullable(answers.get(question(model, inputs))).flatMap(InOrder::next);
        }

        /** How many answers the record has to this question. */
        synchronized int count(ModelFingerprint model, List<byte[]> inputs) {
            InOrder<Answer> found = answers.get(question(model, inputs));
            return found == null ? 0 : found.all.size();
        }

        /** How many questions the record has about this model. */
        synchronized long questions(ModelFingerprint model) {
            return answers.keySet().stream()
                    .filter(question -> question.model().equals(model.questionSha256()))
                    .count();
        }

        Set<RecordLine.Origin> origins() {
            return origins;
        }

        /** Names of the models that were loaded, at most a few. */
        String modelNames() {
            int shown = 5;
            String names =
                    String.join(", ", models.keySet().stream().limit(shown).toList());
            return models.isEmpty() ? "none" : names + (models.size() > shown ? ", ..." : "");
        }
    }
}
