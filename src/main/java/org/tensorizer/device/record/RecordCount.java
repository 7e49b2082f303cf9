package org.tensorizer.device.record;

import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.device.DeviceFault;

/** Counts the lines of a record for its {@link RecordSummary}. */
final class RecordCount {
    private static final class Seen {
        private final ModelFingerprint first;
        private final Set<String> variants = new HashSet<>();
        private final Set<Long> tokens = new HashSet<>();
        private long runs;

        Seen(ModelFingerprint first) {
            this.first = first;
        }

        RecordSummary.Model summary() {
            return new RecordSummary.Model(first.name(), first, variants.size(), tokens.size(), runs);
        }
    }

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<RecordLine.Origin, Long> origins = new LinkedHashMap<>();
    private final Map<String, Seen> models = new LinkedHashMap<>();
    private final Map<DeviceFault.Kind, Long> faults = new EnumMap<>(DeviceFault.Kind.class);
    private Instant started;
    private Instant last;
    private int headers;
    private int ends;
    private long opens;
    private long runs;
    private long refusals;

    void add(RecordLine line) {
        if (line instanceof RecordLine.Header header) {
            headers++;
            started = started == null ? header.started() : started;
            last = header.started();
            facts.putAll(header.facts());
            origins.merge(header.origin(), 0L, Long::sum);
        } else if (line instanceof RecordLine.Open open) {
            opens++;
            last = open.at();
            model(open.model());
            failure(open.failure());
        } else if (line instanceof RecordLine.Run run) {
            runs++;
            last = run.at();
            origins.merge(run.origin(), 1L, Long::sum);
            model(run.model()).runs++;
            failure(run.failure());
        } else if (line instanceof RecordLine.End end) {
            ends++;
            last = end.at();
        }
    }

    private Seen model(ModelFingerprint model) {
        Seen seen = models.computeIfAbsent(model.name(), name -> new Seen(model));
        seen.variants.add(model.questionSha256());
        seen.tokens.addAll(model.tokens());
        return seen;
    }

    private void failure(Optional<Failure> failure) {
        if (failure.isPresent() && failure.get() instanceof Failure.Fault fault) {
            faults.merge(fault.kind(), 1L, Long::sum);
        } else if (failure.isPresent()) {
            refusals++;
        }
    }

    RecordSummary summary(Path file, RecordReader.Extent extent) {
        List<RecordSummary.Answered> answered = origins.entrySet().stream()
                .map(each -> new RecordSummary.Answered(each.getKey(), each.getValue()))
                .toList();
        return new RecordSummary(
                file,
                extent.lines(),
                extent.truncated(),
                ends == headers,
                started,
                last,
                facts,
                answered,
                opens,
                runs,
                models.values().stream().map(Seen::summary).toList(),
                faults,
                refusals);
    }
}
