package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;

class FailuresTest {
    @ParameterizedTest
    @EnumSource
    void faultsKeepTheirKindMessageAndLog(DeviceFault.Kind kind) {
        DeviceFault fault = new DeviceFault(kind, "usb:0", "expected 256 bytes, found 128", List.of("line"), null);
        DeviceFault there = (DeviceFault) Message.Failed.of(fault).exception("usb:0", List.of());
        assertThat(there).hasMessage("usb:0: expected 256 bytes, found 128");
        assertThat(there.kind()).isEqualTo(kind);
        assertThat(there.log()).containsExactly("line");
    }

    @Test
    void badInputStaysBadInput() {
        assertThat(Message.Failed.of(new BadInputException("byte 3")).exception("cpu", List.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessage("byte 3");
        assertThat(Message.Failed.of(new IllegalArgumentException("size")).exception("cpu", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anythingElseIsTheWorkersFault() {
        assertThat(Message.Failed.of(new StackOverflowError()).exception("cpu", List.of()))
                .isInstanceOf(DeviceFault.class)
                .hasMessageContaining("the worker failed: java.lang.StackOverflowError");
    }
}
