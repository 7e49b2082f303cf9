package org.tensorizer.conv;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tensorizer.base.Sha256;

/** SHA-256 of what programs are, and the files of expected ones. */
public final class Digest {
    private Digest() {}

    /** The first so many hexadecimal digits. */
    public static String of(byte[] bytes, int digits) {
        return Sha256.of(bytes).substring(0, digits);
    }

    /** Lines of a file among the test resources, without comments. */
    public static List<String> lines(String name) {
        try (InputStream in = Digest.class.getResourceAsStream("/conv/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
