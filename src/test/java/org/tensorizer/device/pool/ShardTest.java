package org.tensorizer.device.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;

class ShardTest {
    @Test
    void everyNameBelongsToExactlyOnePart() {
        int[] sizes = new int[3];
        for (int name = 0; name < 300; name++) {
            String experiment = "org.tensorizer.experiments.Experiment" + name;
            int[] parts = IntStream.rangeClosed(1, 3)
                    .filter(i -> new Shard(i, 3).contains(experiment))
                    .toArray();
            assertThat(parts).hasSize(1);
            sizes[parts[0] - 1]++;
        }
        for (int size : sizes) {
            assertThat(size).isBetween(70, 130);
        }
    }

    @Test
    void aPartStaysTheSameFromMachineToMachine() {
        assertThat(Shard.parse("1/1").contains("anything")).isTrue();
        assertThat(Shard.parse("2/3")).isEqualTo(new Shard(2, 3)).hasToString("2/3");
        assertThat(new Shard(1, 2).contains("123456789"))
                .as("CRC-32 of 123456789 is cbf43926, even")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "0/3", "4/3", "1/0", "-1/3", "1/-3", "a/b", "1/3/5", "1 / 3", "99999/99999"})
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Shard.parse(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected i/n with i from 1 to n")
                .hasMessageContaining(text);
    }

    @Test
    void theSettingIsTheUsers() {
        assertThat(Shard.ofUser()).isEmpty();
        System.setProperty("tensorizer.shard", "2/2");
        try {
            assertThat(Shard.ofUser()).contains(new Shard(2, 2));
        } finally {
            System.clearProperty("tensorizer.shard");
        }
    }
}
