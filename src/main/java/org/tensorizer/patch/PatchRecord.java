package org.tensorizer.patch;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.patch.RegionBytes.ByteRuns;

/**
 * What a patch changed. All ranges are absolute in the file, all digests are SHA-256 in hexadecimal.
 *
 * @param name of the original model
 * @param size bytes of the model, the same before and after
 * @param inputSha256 of the original
 * @param outputSha256 of the patched model
 * @param packageIndex of the patched package
 * @param executableIndex of the executable that holds the payload
 * @param payload where the payload is
 * @param layout the layer, if the layout is known
 * @param steps what was written
 * @param tokenPolicy what became of the tokens
 * @param payloadBytesChanged bytes of the payload that differ from before
 * @param bytesCompared bytes outside the patched regions and the tokens, all of them found unchanged
 * @param executables of the package, before and after
 */
public record PatchRecord(
        String name,
        int size,
        String inputSha256,
        String outputSha256,
        int packageIndex,
        int executableIndex,
        ByteRange payload,
        Optional<String> layout,
        List<Step> steps,
        String tokenPolicy,
        int payloadBytesChanged,
        int bytesCompared,
        List<Part> executables) {
    private static final String FORMAT = "tensorizer-patch-1";

    public PatchRecord {
        steps = List.copyOf(steps);
        executables = List.copyOf(executables);
    }

    /**
     * One step.
     *
     * @param region as {@link Region#parse} reads it
     * @param pattern as the pattern prints
     * @param bytes of the region
     */
    public record Step(String region, String pattern, int bytes) {}

    /**
     * One executable of the package.
     *
     * @param index in the multi-executable
     * @param type what it is for
     * @param range where it is
     * @param sha256Before digest of its original bytes
     * @param sha256After digest of its bytes now
     * @param tokenBefore original token, absent if it has none
     * @param tokenAfter token now
     */
    public record Part(
            int index,
            ExecutableType type,
            ByteRange range,
            String sha256Before,
            String sha256After,
            Optional<Long> tokenBefore,
            Optional<Long> tokenAfter) {}

    static PatchRecord of(PatchTarget target, Patch patch, byte[] patched) {
        ByteBuffer before = target.model().bytes();
        ByteBuffer after = ByteBuffer.wrap(patched).order(ByteOrder.LITTLE_ENDIAN);
        RegionBytes regions = new RegionBytes(target.payload().length(), target.layer());
        BitSet mayDiffer = new BitSet(patched.length);
        List<Step> steps = new ArrayList<>();
        for (Patch.Step step : patch.steps()) {
            ByteRuns runs = regions.of(step.region());
            runs.mark(mayDiffer, target.payload().start());
            steps.add(new Step(step.region().toString(), step.pattern().toString(), runs.size()));
        }
        if (!(patch.token() instanceof TokenPolicy.Keep)) {
            target.tokenFields().forEach(field -> mayDiffer.set(field.start(), field.end()));
        }
        int compared = compareOutside(mayDiffer, before, after);
        return new PatchRecord(
                target.model().name(),
                patched.length,
                Sha256.of(before),
                Sha256.of(patched),
                target.edgeTpuPackage().index(),
                target.executable().index(),
                target.payload(),
                target.layer().map(PatchedLayer::name),
                steps,
                patch.token().toString(),
                countDiffering(target.payload(), before, after),
                compared,
                target.edgeTpuPackage().executables().stream()
                        .map(executable -> part(executable, before, after))
                        .toList());
    }

    private static Part part(Executable executable, ByteBuffer before, ByteBuffer after) {
        ByteRange range = executable.range();
        return new Part(
                executable.index(),
                executable.type(),
                range,
                Sha256.of(before.slice(range.start(), range.length())),
                Sha256.of(after.slice(range.start(), range.length())),
                executable.tokenField().map(field -> before.getLong(field.start())),
                executable.tokenField().map(field -> after.getLong(field.start())));
    }

    /**
     * Compares every byte that must not differ.
     *
     * @return how many bytes were compared
     * @throws IllegalStateException one of them differs
     */
    public static int compareOutside(BitSet mayDiffer, ByteBuffer before, ByteBuffer after) {
        if (before.limit() != after.limit()) {
            throw new IllegalStateException("model of " + before.limit() + " bytes has " + after.limit() + " now");
        }
        int compared = 0;
        int start = mayDiffer.nextClearBit(0);
        while (start < before.limit()) {
            int next = mayDiffer.nextSetBit(start);
            int end = next < 0 ? before.limit() : next;
            int mismatch = before.slice(start, end - start).mismatch(after.slice(start, end - start));
            if (mismatch >= 0) {
                throw new IllegalStateException(
                        "byte " + (start + mismatch) + " differs and is outside of all that was to be patched");
            }
            compared += end - start;
            start = mayDiffer.nextClearBit(end);
        }
        return compared;
    }

    /** Bytes of a range that differ. */
    public static int countDiffering(ByteRange range, ByteBuffer before, ByteBuffer after) {
        int count = 0;
        for (int offset = range.start(); offset < range.end(); offset++) {
            if (before.get(offset) != after.get(offset)) {
                count++;
            }
        }
        return count;
    }

    /** This as a JSON object; its field names are stable. Tokens are sixteen hexadecimal digits, ranges start and end. */
    public String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object().value("format", FORMAT);
        json.object("input")
                .value("name", name)
                .value("bytes", size)
                .value("sha256", inputSha256)
                .end();
        json.object("output").value("bytes", size).value("sha256", outputSha256).end();
        json.value("package", packageIndex).value("executable", executableIndex);
        json.object("payload");
        range(json, payload);
        layout.ifPresent(layout -> json.value("layout", layout));
        json.value("changed_bytes", payloadBytesChanged).end();
        json.array("steps");
        for (Step step : steps) {
            json.object()
                    .value("region", step.region())
                    .value("pattern", step.pattern())
                    .value("bytes", step.bytes())
                    .end();
        }
        json.end().value("token_policy", tokenPolicy).array("executables");
        for (Part part : executables) {
            json.object().value("index", part.index()).value("type", part.type().name());
            range(json, part.range());
            json.value("sha256_before", part.sha256Before()).value("sha256_after", part.sha256After());
            token(json, "token_before", part.tokenBefore());
            token(json, "token_after", part.tokenAfter());
            json.end();
        }
        json.end().object("rest");
        return json.value("compared_bytes", bytesCompared)
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
