package org.tensorizer.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tensorizer.model.Elements;

class TimingsTest {
    @Test
    void percentilesAreNearestRank() {
        Timings hundred = Timings.of(
                LongStream.rangeClosed(1, 100).map(i -> 1000 * (101 - i)).toArray());
        assertThat(hundred.min()).isEqualTo(1);
        assertThat(hundred.p50()).isEqualTo(50);
        assertThat(hundred.p95()).isEqualTo(95);
        assertThat(hundred.max()).isEqualTo(100);
        assertThat(hundred.avg()).isEqualTo(50.5);
        Timings three = Timings.of(3000, 1000, 2000);
        assertThat(three.p50()).isEqualTo(2);
        assertThat(three.p95()).isEqualTo(3);
        assertThat(Timings.of(7000).p50()).isEqualTo(7);
        assertThatThrownBy(Timings::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLastMaximumWins() {
        assertThat(TopK.of(Elements.of("UINT8", new byte[1001]), 1)).containsExactly(new TopK(1000, 0L));
        assertThat(TopK.of(Elements.of("UINT8", new byte[] {3, (byte) 200, 9, (byte) 200, 1}), 1))
                .containsExactly(new TopK(3, 200L));
        assertThat(TopK.of(Elements.of("INT8", new byte[] {-128, (byte) 200, -128}), 1))
                .containsExactly(new TopK(1, -56L));
    }

    @Test
    void resultLinesHoldNoWhiteSpaceInValues() {
        assertThat(new Timings.ResultLine()
                        .add("model", "a b\n100%.tflite")
                        .micros("min_us", 1234.56)
                        .ratio("ratio", 1)
                        .toString())
                .isEqualTo("RESULT model=a%20b%0A100%25.tflite min_us=1234.6 ratio=1.0000");
    }
}
