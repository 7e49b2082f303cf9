package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ParameterFormatTest {
    @Test
    void formatsHaveTheBitsOfTheirNumber() {
        for (int code = 0; code < 4; code++) {
            ParameterFormat format = ParameterFormat.of(code);
            assertThat(format.code()).isEqualTo(code);
            assertThat(format.hasBias()).isEqualTo(code % 2 == 1);
            assertThat(format.isPerChannel()).isEqualTo(code >= 2);
            assertThat(ParameterFormat.of(code >= 2, code % 2 == 1)).isEqualTo(format);
        }
        assertThatThrownBy(() -> ParameterFormat.of(4)).hasMessageContaining("parameter format 4, expected 0..3");
        assertThatThrownBy(() -> ParameterFormat.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
