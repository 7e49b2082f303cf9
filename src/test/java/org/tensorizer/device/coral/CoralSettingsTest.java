package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.coral.CoralDevice.CoralSettings;

class CoralSettingsTest {
    @Test
    void readsOptions() {
        assertThat(CoralSettings.parse("Performance=Low, Usb.AlwaysDfu=False"))
                .isEqualTo(Map.of("Performance", "Low", "Usb.AlwaysDfu", "False"));
        assertThat(CoralSettings.parse("")).isEmpty();
    }

    @Test
    void refusesTheRest() {
        assertThatThrownBy(() -> CoralSettings.parse("Performance"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected NAME=VALUE, found \"Performance\"");
        assertThatThrownBy(() -> new CoralSettings(Map.of(), 11)).isInstanceOf(BadInputException.class);
    }

    @Test
    void readsTheRuntimeVersion() {
        assertThat(EdgeTpuLibrary.runtimeVersion("BuildLabel(COMPILER=9.3), RuntimeVersion(14)"))
                .hasValue(14);
        assertThat(EdgeTpuLibrary.runtimeVersion("something else")).isEmpty();
    }
}
