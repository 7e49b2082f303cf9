package org.tensorizer.network.transplant;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import org.tensorizer.base.Sha256;
import org.tensorizer.patch.PatchRecord;

/**
 * A compiled model with the numbers of another source, and what was written.
 *
 * @param bytes the whole model; not a copy
 * @param record what changed
 */
public record Transplanted(byte[] bytes, Record record) {
    /**
     * What a transplant changed. Digests are SHA-256 in hexadecimal.
     *
     * @param compiled name of the compiled model
     * @param source name of the source
     * @param compiledSha256 of the compiled model before
     * @param sourceSha256 of the source
     * @param outputSha256 of the result
     * @param size bytes of the model, the same before and after
     * @param layers layers written, as {@code CONV_2D 3x3x3 -> 32 <- operator 0, bytes [128, 1280)}
     * @param payloadBytes bytes of the payload that belong to layers
     * @param payloadBytesChanged bytes of the payload that differ from before
     * @param instructionsChanged instructions whose numbers differ from before
     * @param token of all executables
     * @param bytesCompared bytes outside of all that was written, all of them found unchanged
     * @param notes what stays as it is, and why
     */
    public record Record(
            String compiled,
            String source,
            String compiledSha256,
            String sourceSha256,
            String outputSha256,
            int size,
            List<String> layers,
            int payloadBytes,
            int payloadBytesChanged,
            int instructionsChanged,
            long token,
            int bytesCompared,
            List<String> notes) {
        public Record {
            layers = List.copyOf(layers);
            notes = List.copyOf(notes);
        }

        /** This as a JSON object; its field names are stable. */
        public String toJson() {
            JsonStringWriter json = JsonWriter.indent("  ").string();
            json.object().value("format", "tensorizer-transplant-1");
            json.object("compiled")
                    .value("name", compiled)
                    .value("bytes", size)
                    .value("sha256", compiledSha256)
                    .end();
            json.object("source")
                    .value("name", source)
                    .value("sha256", sourceSha256)
                    .end();
            json.object("output")
                    .value("bytes", size)
                    .value("sha256", outputSha256)
                    .end();
            json.array("layers");
            layers.forEach(json::value);
            json.end()
                    .object("payload")
                    .value("layer_bytes", payloadBytes)
                    .value("changed_bytes", payloadBytesChanged)
                    .end()
                    .value("changed_instructions", instructionsChanged)
                    .value("token", HexFormat.of().toHexDigits(token))
                    .array("notes");
            notes.forEach(json::value);
            return json.end()
                            .object("rest")
                            .value("compared_bytes", bytesCompared)
                            .value("unchanged", true)
                            .end()
                            .end()
                            .done()
                    + "\n";
        }
    }

    static Transplanted of(
            Transplant transplant,
            byte[] bytes,
            BitSet written,
            long token,
            int payloadBytes,
            int instructionsChanged,
            List<String> notes) {
        ByteBuffer before = transplant.network().model().bytes();
        ByteBuffer after = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int compared = PatchRecord.compareOutside(written, before, after);
        int changed = transplant.network().compiled().executables().stream()
                .mapToInt(executable -> PatchRecord.countDiffering(executable.parameters(), before, after))
                .sum();
        return new Transplanted(
                bytes,
                new Record(
                        transplant.network().model().name(),
                        transplant.source().model().name(),
                        Sha256.of(before),
                        Sha256.of(transplant.source().model().bytes()),
                        Sha256.of(bytes),
                        bytes.length,
                        transplant.table().stream()
                                .map(row -> row.layer() + " <- operator "
                                        + row.operator().index() + ", bytes " + row.file())
                                .toList(),
                        payloadBytes,
                        changed,
                        instructionsChanged,
                        token,
                        compared,
                        notes));
    }
}
