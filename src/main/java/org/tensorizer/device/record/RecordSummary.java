package org.tensorizer.device.record;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
        RecordCount count = new RecordCount();
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
}
