package org.tensorizer.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceChoice.Bus;

class DeviceChoiceTest {
    @Test
    void understandsEverySupportedForm() {
        assertThat(DeviceChoice.parse("auto")).isEqualTo(new DeviceChoice.Auto());
        assertThat(DeviceChoice.parse("emulator")).isEqualTo(new DeviceChoice.Emulator());
        assertThat(DeviceChoice.parse("cpu")).isEqualTo(new DeviceChoice.Cpu());
        assertThat(DeviceChoice.parse("usb")).isEqualTo(new DeviceChoice.Coral(Bus.USB, 0));
        assertThat(DeviceChoice.parse("usb:3")).isEqualTo(new DeviceChoice.Coral(Bus.USB, 3));
        assertThat(DeviceChoice.parse("pci:1")).isEqualTo(new DeviceChoice.Coral(Bus.PCI, 1));
        assertThat(DeviceChoice.parse("/dev/apex_0")).isEqualTo(new DeviceChoice.CoralAt("/dev/apex_0"));
        assertThat(DeviceChoice.parse("replay:a b.jsonl")).isEqualTo(new DeviceChoice.Replay(Path.of("a b.jsonl")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "emulator", "cpu", "usb:0", "pci:2", "/sys/bus/usb/devices/2-1", "replay:x.jsonl"})
    void printsWhatItParses(String text) {
        assertThat(DeviceChoice.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "tpu", "usb:", "usb:-1", "usb:x", "usb:99999", "USB", "replay:", "/", "replay", "cpu:0"})
    void refusesTheRestAndListsWhatThereIs(String text) {
        assertThatThrownBy(() -> DeviceChoice.parse(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("usb[:N]")
                .hasMessageContaining("replay:FILE");
    }

    /** Java refuses it with an exception of its own. */
    @Test
    void refusesWhatCannotBeAPath() {
        assertThatThrownBy(() -> DeviceChoice.parse("replay:a\0b"))
                .isInstanceOf(BadInputException.class)
                .hasMessage("'a\\u0000b': expected a path: Nul character not allowed");
    }

    @Test
    void severalAreSeparatedByCommas() {
        assertThat(DeviceChoice.parseAll("usb:0, usb:1,pci"))
                .extracting(DeviceChoice::toString)
                .containsExactly("usb:0", "usb:1", "pci:0");
        assertThat(DeviceChoice.parseAll("replay:a,b.jsonl")).hasSize(1);
        assertThatThrownBy(() -> DeviceChoice.parseAll("usb,usb:0")).hasMessageContaining("twice");
        assertThatThrownBy(() -> DeviceChoice.parseAll("usb,")).isInstanceOf(BadInputException.class);
    }
}
