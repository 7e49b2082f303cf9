package org.tensorizer.device.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
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

    /**
     * Of a model in memory. A file that is no TFLite model has a fingerprint too: without payloads, and with its digest as
     * its question.
     *
     * @param model the whole file; not changed, not kept
     */
    public static ModelFingerprint of(String name, byte[] model) {
        String sha256 = Sha256.of(model);
        List<Executable> executables;
        try {
            executables = TfliteModel.parse(name, model).packages().stream()
                    .map(EdgeTpuPackage::executables)
                    .flatMap(List::stream)
                    .toList();
        } catch (BadInputException e) {
            return new ModelFingerprint(name, sha256, sha256, List.of(), List.of());
        }
        ByteBuffer blanked = ByteBuffer.wrap(model.clone()).order(ByteOrder.LITTLE_ENDIAN);
        List<String> payloads = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        for (Executable executable : executables) {
            ByteRange parameters = executable.parameters();
            if (!parameters.isEmpty()) {
                payloads.add(Sha256.of(ByteBuffer.wrap(model, parameters.start(), parameters.length())));
            }
            executable.tokenField().ifPresent(field -> {
                tokens.add(executable.token());
                blanked.putLong(field.start(), 0);
            });
        }
        String question = tokens.isEmpty() ? sha256 : Sha256.of(blanked.array());
        return new ModelFingerprint(name, sha256, question, payloads, tokens);
    }

    /** Name and digest, for messages. */
    @Override
    public String toString() {
        return name + " (SHA-256 " + sha256 + (tokens.isEmpty() ? "" : ", without tokens " + questionSha256) + ")";
    }
}
