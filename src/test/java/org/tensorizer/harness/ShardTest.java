package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;

class ShardTest {
    @Test
    void everyMethodIsInExactlyOneShare() {
        for (int method = 0; method < 500; method++) {
            String name = "org.tensorizer.experiments.Sample#method" + method;
            assertThat(IntStream.rangeClosed(1, 4)
                            .filter(share -> new Shard(share + "/4").takes(name))
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void sharesAreOfLikeSize() {
        for (int share = 1; share <= 4; share++) {
            Shard shard = new Shard(share + "/4");
            assertThat(IntStream.range(0, 4000).filter(m -> shard.takes("Sample#method" + m)))
                    .hasSizeBetween(700, 1300);
        }
    }

    @Test
    void oneOfOneIsEverything() {
        assertThat(IntStream.range(0, 100).allMatch(m -> new Shard("1/1").takes("Sample#" + m)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "0/4", "5/4", "1/0", "a/b", "-1/4", "1/4 "})
    void whatIsNoShareIsRefused(String text) {
        assertThatThrownBy(() -> new Shard(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tensorizer.shard=" + text);
    }
}
