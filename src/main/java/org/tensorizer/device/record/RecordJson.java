package org.tensorizer.device.record;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.TensorSpec;

/** The JSON form of a line; {@link RecordLineParser} reads it. */
final class RecordJson {
    static final String FORMAT = "tensorizer-record-1";

    private final JsonStringWriter json = JsonWriter.string();

    private RecordJson() {}

    /** The line without its end. */
    static String write(RecordLine line) {
        RecordJson writer = new RecordJson();
        writer.json.object();
        if (line instanceof RecordLine.Header header) {
            writer.header(header);
        } else if (line instanceof RecordLine.Open open) {
            writer.asked("open", open.asked());
            writer.tensors("inputs", open.inputs());
            writer.tensors("outputs", open.outputs());
            writer.failure(open.asked().failure());
        } else if (line instanceof RecordLine.Run run) {
            writer.asked("run", run.asked());
            writer.bytes("input", run.inputs());
            writer.bytes("output", run.outputs());
            writer.failure(run.asked().failure());
        } else if (line instanceof RecordLine.End end) {
            writer.event("end", end.at());
            writer.json.value("runs", end.runs());
        }
        return writer.json.end().done();
    }

    private void header(RecordLine.Header header) {
        json.value("format", FORMAT);
        origin(header.origin());
        json.value("started", header.started().toString()).object("facts");
        header.facts().forEach(json::value);
        json.end();
    }

    private void event(String event, Instant at) {
        json.value("event", event).value("at", at.toString());
    }

    private void origin(RecordLine.Origin origin) {
        json.value("device", origin.device())
                .value("provenance", origin.provenance().toString());
    }

    private void asked(String event, RecordLine.Asked asked) {
        ModelFingerprint model = asked.model();
        event(event, asked.at());
        origin(asked.origin());
        json.value("session", asked.session())
                .value("model", model.name())
                .value("model_sha256", model.sha256())
                .value("question_sha256", model.questionSha256());
        strings("payload_sha256", model.payloadSha256());
        strings(
                "tokens",
                model.tokens().stream()
                        .map(token -> HexFormat.of().toHexDigits(token))
                        .toList());
        json.value("nanos", asked.nanos());
    }

    private void strings(String key, List<String> values) {
        json.array(key);
        values.forEach(json::value);
        json.end();
    }

    private void tensors(String key, List<TensorSpec> tensors) {
        json.array(key);
        for (TensorSpec tensor : tensors) {
            json.object()
                    .value("name", tensor.name())
                    .value("type", tensor.type())
                    .array("shape");
            tensor.shape().forEach(size -> json.value((int) size));
            json.end();
            if (Float.isFinite(tensor.scale())) {
                json.value("scale", tensor.scale());
            } else {
                json.nul("scale");
            }
            json.value("zero_point", tensor.zeroPoint())
                    .value("bytes", tensor.byteSize())
                    .end();
        }
        json.end();
    }

    private void bytes(String key, List<byte[]> tensors) {
        strings(key + "_sha256", tensors.stream().map(Sha256::of).toList());
        strings(
                key + "s",
                tensors.stream().map(Base64.getEncoder()::encodeToString).toList());
    }

    private void failure(Optional<RecordLine.Failure> failure) {
        if (failure.isEmpty()) {
            return;
        }
        if (failure.get() instanceof RecordLine.Failure.Fault fault) {
            json.object("fault").value("kind", fault.kind().name()).value("message", fault.message());
            strings("log", fault.log());
            json.end();
        } else if (failure.get() instanceof RecordLine.Failure.BadInput bad) {
            json.value("bad_input", bad.message());
        }
    }
}
