package org.tensorizer.device.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Tag;
import org.tensorizer.device.virtual.TestHost.Begun;
import org.tensorizer.device.virtual.TestHost.Ended;

@Timeout(60)
class FaultTest {
    private static final int SOON = 300;

    private final List<String> log = new CopyOnWriteArrayList<>();

    private VirtualBus bus(String... faults) {
        return ScriptedChip.bus(VirtualSettings.DEFAULT
                .withFaults(List.of(faults).stream().map(Fault::parse).toList())
                .withLog(log::add));
    }

    private interface Trial {
        void run(TestHost host);
    }

    /** A fault at the second program: the first and, after a reset, the third are sound. */
    private void atTheSecond(String kind, Trial trial) {
        try (VirtualBus bus = bus(kind + ":2");
                TestHost host = new TestHost(bus).run()) {
            assertThat(host.infer(new byte[] {5}, 20)).hasSize(20);
            trial.run(host);
            assertThat(log).singleElement().asString().startsWith("device 1: fault on request at program 2: ");
            host.transport.reset();
            host.transport.claim(0);
            assertThat(host.run().infer(new byte[] {5}, 20)).hasSize(20);
        }
    }

    private static void start(TestHost host) {
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('I', 1, 'O', 20, 'E', 0));
        host.send(Tag.INPUT, new byte[] {5});
    }

    private static Begun readSoon(TestHost host, int endpoint) {
        return host.begin(endpoint, ByteBuffer.allocateDirect(1024), SOON);
    }

    @Test
    void stall() {
        atTheSecond("stall", host -> {
            start(host);
            assertThat(host.read(Wire.OUTPUT_IN, 1024).await().status()).isEqualTo(UsbStatus.STALL);
            assertThat(host.read(Wire.OUTPUT_IN, 1024).await().status()).isEqualTo(UsbStatus.STALL);
        });
    }

    @Test
    void timeout() {
        atTheSecond("timeout", host -> {
            start(host);
            assertThat(readSoon(host, Wire.OUTPUT_IN).await().status()).isEqualTo(UsbStatus.CANCELLED);
            assertThat(readSoon(host, Wire.EVENT_IN).await().status()).isEqualTo(UsbStatus.CANCELLED);
        });
    }

    @Test
    void shortOutput() {
        atTheSecond("short-output", host -> {
            start(host);
            assertThat(host.read(Wire.OUTPUT_IN, 1024).await().bytes()).hasSize(12);
            assertThat(host.read(Wire.EVENT_IN, 16).await().bytes()).hasSize(16);
        });
    }

    @Test
    void lostEvent() {
        atTheSecond("lost-event", host -> {
            start(host);
            assertThat(host.read(Wire.OUTPUT_IN, 1024).await().bytes()).hasSize(20);
            assertThat(readSoon(host, Wire.EVENT_IN).await().status()).isEqualTo(UsbStatus.CANCELLED);
        });
    }

    @Test
    void duplicateEvent() {
        atTheSecond("duplicate-event", host -> {
            start(host);
            assertThat(host.read(Wire.EVENT_IN, 16).await().bytes()).hasSize(16);
            assertThat(host.read(Wire.EVENT_IN, 16).await().bytes()).hasSize(16);
        });
    }

    @Test
    void wrongTag() {
        atTheSecond("wrong-tag", host -> {
            start(host);
            byte[] event = host.read(Wire.EVENT_IN, 16).await().bytes();
            assertThat(Wire.Event.read(ByteBuffer.wrap(event), 0))
                    .isEqualTo(new Wire.Event(Tag.SCALAR_CORE_INTERRUPT_3));
        });
    }

    @Test
    void fatalInterrupt() {
        atTheSecond("fatal-interrupt", host -> {
            start(host);
            assertThat(host.read(Wire.INTERRUPT_IN, 4).await().bytes()).containsExactly(1, 0, 0, 0);
            assertThat(host.get(Register.HIB_ERROR_STATUS)).isEqualTo(8);
            assertThat(readSoon(host, Wire.EVENT_IN).await().status()).isEqualTo(UsbStatus.CANCELLED);
        });
    }

    @Test
    void unplug() throws InterruptedException {
        try (VirtualBus bus = bus("unplug:2");
                TestHost host = new TestHost(bus).run()) {
            host.infer(new byte[] {5}, 20);
            Begun first = host.read(Wire.OUTPUT_IN, 1024);
            Begun second = host.read(Wire.OUTPUT_IN, 1024);
            start(host);
            assertThat(List.of(first.await(), second.await()))
                    .extracting(Ended::status)
                    .containsOnly(UsbStatus.NO_DEVICE);
            assertThatThrownBy(() -> start(host)).isInstanceOf(UsbException.class);
            while (bus.devices().isEmpty()) { // a second
                Thread.sleep(20);
            }
            try (TestHost again = new TestHost(bus)) {
                assertThat(again.run().infer(new byte[] {5}, 20)).hasSize(20);
            }
            assertThatThrownBy(() -> start(host)).isInstanceOf(UsbException.class);
        }
    }

    @Test
    void stuckPower() {
        try (VirtualBus bus = bus("stuck-power");
                TestHost host = new TestHost(bus)) {
            host.set(Register.SCU_CTRL_3, 0xe00000);
            assertThat(host.get(Register.SCU_CTRL_3)).isEqualTo(0xe00000);
            host.transport.reset();
            host.set(Register.SCU_CTRL_3, 0xe00000);
            assertThat(host.get(Register.SCU_CTRL_3)).isEqualTo(0xe00200);
        }
    }

    @Test
    void busy() {
        try (VirtualBus bus = bus("busy")) {
            assertThatThrownBy(() -> new TestHost(bus)).hasMessageContaining(UsbStatus.BUSY.toString());
            new TestHost(bus).close();
        }
    }

    @Test
    void slowLink() {
        atTheSecond("slow-link", host -> {
            assertThat(host.infer(new byte[] {5}, 20)).hasSize(20);
        });
    }

    @Test
    void aSlowLinkCarriesAMegabyteASecond() {
        Pace pace = new Pace(Speed.SUPER, false);
        assertThat(pace.through(1000)).isZero();
        pace.slowDown();
        long first = pace.through(1000);
        assertThat(pace.through(100_000) - first).isBetween(100_000_000L, 101_000_000L);
    }

    @Test
    void aPaceKeepsTransfersApartByTheirBytes() {
        Pace pace = new Pace(Speed.SUPER, true);
        long first = pace.through(4 << 20);
        assertThat(pace.through(4 << 20) - first).isBetween(10_000_000L, 11_000_000L);
        Pace high = new Pace(Speed.HIGH, true);
        first = high.through(4 << 20);
        assertThat(high.through(4 << 20) - first).isBetween(104_000_000L, 106_000_000L);
    }

    @Test
    void aPaceGivesTheChipItsCycles() {
        long start = System.nanoTime();
        assertThat(new Pace(Speed.SUPER, true).executed(500_000_000) - start).isGreaterThanOrEqualTo(1_000_000_000L);
        assertThat(new Pace(Speed.SUPER, false).executed(500_000_000)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void everyKindHasAWordThatIsUnderstood(Fault.Kind kind) {
        assertThat(Fault.parse(kind.word())).isEqualTo(new Fault(kind, 1));
        assertThat(Fault.parse(kind.word() + ":7"))
                .isEqualTo(new Fault(kind, 7))
                .hasToString(kind.word() + ":7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fire", "stall:", "stall:0", "stall:-1", "stall:x", "STALL", "stall:1:2", "lost_event"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Fault.parse(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("fault");
    }
}
