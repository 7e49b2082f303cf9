package org.tensorizer.device.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/**
 * Which model an answer belongs to. Digests are SHA-256, 64 lower-case hexadecimal digits.
 *
 * @param name as messages call it
 * @param sha256 of the whole file
 * @param questionSha256 of the file with every parameter-caching token set to 0: patches have fresh tokens at each run,
 *     this digest is the same whenever the same bytes are asked about
 * @param payloadSha256 of each executable's parameters, in file order; executables without are left out
 * @param tokens of the executables that have a token, in file order
 */
public record ModelFingerprint(
        String name, String sha256, String questionSha256, List<String> payloadSha256, List<Long> tokens) {
    public ModelFingerprint {
        payloadSha256 = List.copyOf(payloadSha256);
        tokens = List.copyOf(tokens);
    }

    static ModelFingerprint of(TfliteModel model) {
        ByteBuffer blanked = null;
        List<String> payloads = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        for (EdgeTpuPackage compiled : model.packages()) {
            for (Executable executable : compiled.executables()) {
                if (!executable.parameters().isEmpty()) {
                    payloads.add(model.sha256(executable.parameters()));
                }
                if (executable.tokenField().isPresent()) {
                    tokens.add(executable.token());
                    blanked = blanked == null ? ByteBuffer.wrap(model.copy()) : blanked;
                    blanked.putLong(executable.tokenField().get().start(), 0);
                }
            }
        }
        String question = blanked == null ? model.sha256() : Sha256.of(blanked.array());
        return new ModelFingerprint(model.name(), model.sha256(), question, payloads, tokens);
    }

    /** The model as a session has it that was given another payload. */
    static TfliteModel withPayload(TfliteModel model, ByteBuffer payload) {
        byte[] bytes = model.copy();
        payload.get(payload.position(), bytes, payloadRange(model).start(), payload.remaining());
        return TfliteModel.parse(model.name(), bytes);
    }

    /** Of the one payload that a session can exchange. */
    static ByteRange payloadRange(TfliteModel model) {
        return model.packages().stream()
                .flatMap(compiled -> compiled.findParameterCaching().stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(model + " has no payload"))
                .parameters();
    }

    /** Name and digest, for messages. */
    @Override
    public String toString() {
        return name + " (SHA-256 " + sha256 + (tokens.isEmpty() ? "" : ", without tokens " + questionSha256) + ")";
    }
}
