package org.tensorizer.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorizer.base.BadInputException;
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

    /**
     * Makes what the lines say, and compares: "what = digests", or "what = refused".
     *
     * @param made lines that have digests, at least
     */
    public static void assertMade(List<String> lines, int made, UnaryOperator<String> make) {
        int refused = 0;
        for (String line : lines) {
            String[] sides = line.split(" = ");
            if (sides[1].equals("refused")) {
                assertThatThrownBy(() -> make.apply(sides[0])).as(line).isInstanceOf(BadInputException.class);
                refused++;
            } else {
                assertThat(make.apply(sides[0])).as(sides[0]).isEqualTo(sides[1]);
            }
        }
        assertThat(lines.size() - refused).isGreaterThanOrEqualTo(made);
        assertThat(refused).isPositive();
    }
}
