package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import org.tensorizer.device.DeviceFault;

class VerdictTest {
    private static final DeviceFault FAULT = new DeviceFault(DeviceFault.Kind.HUNG, "usb:0", "no answer in 5 s");

    @Test
    void eachEndHasItsVerdict() {
        assertThat(Verdict.of(null)).isEqualTo(Verdict.SUPPORTED);
        assertThat(Verdict.of(new AssertionError("differs"))).isEqualTo(Verdict.REFUTED);
        assertThat(Verdict.of(FAULT)).isEqualTo(Verdict.DEVICE_FAULT);
        assertThat(Verdict.of(new TestAbortedException("no Coral"))).isEqualTo(Verdict.NOT_APPLICABLE);
        assertThat(Verdict.of(new NullPointerException())).isEqualTo(Verdict.NO_VERDICT);
    }

    @Test
    void anAnswerThatIsAnotherWhenAskedAgainIsUnstable() {
        assertThat(Verdict.of(new Verdict.UnstableAnswer(new AssertionError("differs"), "agrees")))
                .isEqualTo(Verdict.UNSTABLE);
        assertThat(Verdict.of(new DeviceFault(DeviceFault.Kind.UNSTABLE, "usb:0", "two answers")))
                .isEqualTo(Verdict.UNSTABLE);
    }

    @Test
    void aHypothesisHasTheVerdictThatWeighsMost() {
        assertThat(Verdict.ofAll(List.of(Verdict.SUPPORTED, Verdict.REFUTED, Verdict.DEVICE_FAULT)))
                .isEqualTo(Verdict.REFUTED);
        assertThat(Verdict.ofAll(List.of(Verdict.NOT_APPLICABLE, Verdict.SUPPORTED)))
                .isEqualTo(Verdict.SUPPORTED);
        assertThat(Verdict.ofAll(List.of())).isEqualTo(Verdict.NOT_APPLICABLE);
    }

    @Test
    void aFaultBehindAnAssertionIsAFault() {
        assertThat(Verdict.of(new AssertionError("differs", FAULT))).isEqualTo(Verdict.DEVICE_FAULT);
        AssertionError several = new AssertionError("several");
        several.addSuppressed(FAULT);
        assertThat(Verdict.of(several)).isEqualTo(Verdict.DEVICE_FAULT);
    }

    @Test
    void aCircleOfCausesEnds() {
        Exception a = new Exception("a");
        a.initCause(new Exception("b", a));
        assertThat(Verdict.of(a)).isEqualTo(Verdict.NO_VERDICT);
    }
}
