package org.tensorizer.patch;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.util.HexFormat;
import java.util.Optional;
import org.tensorizer.base.ByteRange;

/** The JSON form of a patch record. Tokens are sixteen hexadecimal digits, ranges start and end. */
final class PatchRecordJson {
    private static final String FORMAT = "tensorizer-patch-1";

    private PatchRecordJson() {}

    static String write(PatchRecord record) {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object().value("format", FORMAT);
        json.object("input")
                .value("name", record.name())
                .value("bytes", record.size())
                .value("sha256", record.inputSha256())
                .end();
        json.object("output")
                .value("bytes", record.size())
                .value("sha256", record.outputSha256())
                .end();
        json.value("package", record.packageIndex()).value("executable", record.executableIndex());
        json.object("payload");
        range(json, record.payload());
        record.layout().ifPresent(layout -> json.value("layout", layout));
        json.value("changed_bytes", record.payloadBytesChanged()).end();
        json.array("steps");
        for (PatchRecord.Step step : record.steps()) {
            json.object()
                    .value("region", step.region())
                    .value("pattern", step.pattern())
                    .value("bytes", step.bytes())
                    .end();
        }
        json.end().value("token_policy", record.tokenPolicy()).array("executables");
        for (PatchRecord.Part part : record.executables()) {
            json.object().value("index", part.index()).value("type", part.type().name());
            range(json, part.range());
            json.value("sha256_before", part.sha256Before()).value("sha256_after", part.sha256After());
            token(json, "token_before", part.tokenBefore());
            token(json, "token_after", part.tokenAfter());
            json.end();
        }
        json.end().object("rest");
        return json.value("compared_bytes", record.bytesCompared())
                        .value("unchanged", true)
                        .end()
                        .end()
                        .done()
                + "\n";
    }

    private static void range(JsonStringWriter json, ByteRange range) {
        json.value("start", range.start()).value("end", range.end());
    }

    private static void token(JsonStringWriter json, String key, Optional<Long> token) {
        if (token.isPresent()) {
            json.value(key, HexFormat.of().toHexDigits(token.get()));
        } else {
            json.nul(key);
        }
    }
}
