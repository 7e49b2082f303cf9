package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutputTailTest {
    @Test
    void keepsTheLastHundredLines() {
        String text =
                IntStream.range(0, 250).mapToObj(i -> "line " + i + "\r\n").collect(Collectors.joining());
        assertThat(tail(stream(text)).toTheEnd())
                .hasSize(100)
                .startsWith("line 150")
                .endsWith("line 249");
    }

    @Test
    void keepsTheBeginningOfALineWithoutEnd() {
        InputStream wild = new SequenceInputStream(stream("x".repeat(1 << 20)), stream("y\nlast words"));
        assertThat(tail(wild).toTheEnd()).containsExactly("x".repeat(2000), "last words");
    }

    @Test
    void keepsEmptyLinesAndNothingOfNothing() {
        assertThat(tail(stream("a\n\nb\n")).toTheEnd()).containsExactly("a", "", "b");
        assertThat(tail(InputStream.nullInputStream()).toTheEnd()).isEqualTo(Collections.emptyList());
    }

    private static ChildEnd.OutputTail tail(InputStream output) {
        return new ChildEnd.OutputTail(output);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
