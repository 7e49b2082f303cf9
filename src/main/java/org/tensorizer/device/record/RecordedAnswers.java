package org.tensorizer.device.record;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.base.Sha256;

/**
 * A record by question. Answers to one question are given in the order in which the device gave them, each once.
 *
 * <p>Thread safety: yes.
 */
final class RecordedAnswers {
    /** @param model digest without tokens; @param inputs digest of each */
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
            opens.computeIfAbsent(open.model().questionSha256(), key -> new InOrder<>())
                    .all
                    .add(open);
            models.merge(open.model().name(), 1, Integer::sum);
        } else if (line instanceof RecordLine.Run run) {
            answers.computeIfAbsent(question(run.model(), run.inputs()), key -> new InOrder<>())
                    .all
                    .add(new Answer(run.outputs(), run.failure()));
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
        String names = String.join(", ", models.keySet().stream().limit(shown).toList());
        return models.isEmpty() ? "none" : names + (models.size() > shown ? ", ..." : "");
    }
}
