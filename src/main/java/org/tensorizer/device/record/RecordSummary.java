package org.tensorizer.device.record;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
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

/**
 * What an evidence record holds, in numbers; the whole of it was read and its digests checked.
 *
 * @param lines whole lines
 * @param truncated the file ends in the middle of a line: a kill while writing
 * @param ended every run in it was closed in order
 * @param started of the first run
 * @param last time of the last line
 * @param facts of the headers
 * @param origins who answered
 * @param opens models loaded or tried to
 * @param runs inferences, failed ones included
 * @param models by name, in order of appearance
 * @param faults of devices, by kind
 * @param refusals models and inputs refused as bad
 */
public record RecordSummary(
        Path file,
        long lines,
        boolean truncated,
        boolean ended,
        Instant started,
        Instant last,
        Map<String, String> facts,
        List<Answered> origins,
        long opens,
        long runs,
        List<Model> models,
        Map<DeviceFault.Kind, Long> faults,
        long refusals) {
    public RecordSummary {
        facts = Map.copyOf(facts);
        origins = List.copyOf(origins);
        models = List.copyOf(models);
        faults = Map.copyOf(faults);
    }

    /**
     * A device.
     *
     * @param runs its inferences
     */
    public record Answered(RecordLine.Origin origin, long runs) {}

    /**
     * All models of one name: a template and its patches.
     *
     * @param first the first that was loaded
     * @param variants how many different ones, tokens apart
     * @param tokens how many different tokens
     * @param runs inferences
     */
    public record Model(String name, ModelFingerprint first, int variants, int tokens, long runs) {}

    /**
     * Reads and checks a record.
     *
     * @throws org.tensorizer.base.BadInputException there is no such file, or it is no record or a damaged one
     */
    public static RecordSummary of(Path file) {
        Count count = new Count();
        RecordReader.Extent extent = RecordReader.read(file, count::add);
        return count.summary(file, extent);
    }

    /** What judges this record again without the device. */
    public String replayCommand() {
        String path = file.toString();
        return "mvn test -Dtensorizer.device=replay:"
                + (path.matches("[A-Za-z0-9./_+-]+") ? path : "'" + path.replace("'", "'\\''") + "'");
    }

    /** This as a JSON object; its field names are stable. */
    public String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object()
                .value("file", file.toString())
                .value("lines", lines)
                .value("truncated", truncated)
                .value("ended", ended)
                .value("started", started.toString())
                .value("last", last.toString())
                .object("facts");
        facts.forEach(json::value);
        json.end().array("devices");
        for (Answered answered : origins) {
            json.object()
                    .value("name", answered.origin().device())
                    .value("provenance", answered.origin().provenance().toString())
                    .value("runs", answered.runs())
                    .end();
        }
        json.end().value("opens", opens).value("runs", runs).array("models");
        for (Model model : models) {
            json.object()
                    .value("name", model.name())
                    .value("first_sha256", model.first().sha256())
                    .array("first_payload_sha256", model.first().payloadSha256())
                    .value("variants", model.variants())
                    .value("tokens", model.tokens())
                    .value("runs", model.runs())
                    .end();
        }
        json.end().object("faults");
        faults.forEach((kind, times) -> json.value(kind.name(), times));
        return json.end()
                        .value("refusals", refusals)
                        .value("replay", replayCommand())
                        .end()
                        .done()
                + "\n";
    }

    /** Counts the lines of a record for its {@link RecordSummary}. */
    private static final class Count {
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
                last = open.asked().at();
                model(open.asked().model());
                failure(open.asked().failure());
            } else if (line instanceof RecordLine.Run run) {
                runs++;
                last = run.asked().at();
                origins.merge(run.asked().origin(), 1L, Long::sum);
                model(run.asked().model()).runs++;
                failure(run.asked().failure());
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

        private void failure(Optional<RecordLine.Failure> failure) {
            if (failure.isPresent() && failure.get() instanceof RecordLine.Failure.Fault fault) {
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
}
