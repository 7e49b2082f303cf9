package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;

class DeviceChoiceTest {
    @Test
    void understandsEverySupportedForm() {
        assertThat(DeviceChoice.parse("auto").kind()).isEqualTo(DeviceKind.AUTO);
        assertThat(DeviceChoice.parse("emulator")).isEqualTo(DeviceChoice.EMULATOR);
        assertThat(DeviceChoice.parse("cpu")).isEqualTo(DeviceChoice.CPU);
        assertThat(DeviceChoice.parse("coral")).isEqualTo(new DeviceChoice(DeviceKind.CORAL, "0"));
        assertThat(DeviceChoice.parse("coral:3")).isEqualTo(new DeviceChoice(DeviceKind.CORAL, "3"));
        assertThat(DeviceChoice.parse("pci:1")).isEqualTo(new DeviceChoice(DeviceKind.PCI, "1"));
        assertThat(DeviceChoice.parse("/dev/apex_0").kind()).isEqualTo(DeviceKind.PATH);
        assertThat(DeviceChoice.parse("replay:a b.jsonl")).isEqualTo(new DeviceChoice(DeviceKind.REPLAY, "a b.jsonl"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"auto", "emulator", "cpu", "coral:0", "pci:2", "/sys/bus/usb/devices/2-1", "replay:x.jsonl"})
    void printsWhatItParses(String text) {
        assertThat(DeviceChoice.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tpu",
                "coral:",
                "coral:-1",
                "coral:x",
                "coral:01",
                "coral:99999",
                "CORAL",
                "coral1",
                "replay:",
                "/",
                "replay",
                "cpu:0",
                "auto:",
                "emulators"
            })
    void refusesTheRestAndListsWhatThereIs(String text) {
        assertThatThrownBy(() -> DeviceChoice.parse(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining(DeviceKind.FORMS);
    }

    @ParameterizedTest
    @EnumSource(DeviceKind.class)
    void theListNamesEveryKind(DeviceKind kind) {
        assertThat(DeviceKind.FORMS).contains(kind.form());
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
        assertThat(texts("coral:0, coral:1,pci")).containsExactly("coral:0", "coral:1", "pci:0");
        assertThat(texts("replay:a,b.jsonl")).containsExactly("replay:a,b.jsonl");
        assertThat(texts("emulator, replay:a,b.jsonl")).containsExactly("emulator", "replay:a,b.jsonl");
        assertThatThrownBy(() -> DeviceChoice.parseAll("coral,coral:0")).hasMessageContaining("twice");
        assertThatThrownBy(() -> DeviceChoice.parseAll("coral,")).isInstanceOf(BadInputException.class);
    }

    private static List<String> texts(String devices) {
        return DeviceChoice.parseAll(devices).stream()
                .map(DeviceChoice::toString)
                .toList();
    }
}
