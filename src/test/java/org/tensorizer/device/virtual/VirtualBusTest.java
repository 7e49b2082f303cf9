package org.tensorizer.device.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.UsbException;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Tag;
import org.tensorizer.device.virtual.TestHost.Begun;
import org.tensorizer.device.virtual.TestHost.Ended;

@Timeout(60)
class VirtualBusTest {
    private final List<String> log = new CopyOnWriteArrayList<>();
    private VirtualBus bus;
    private TestHost host;

    @BeforeEach
    void open() {
        bus = ScriptedChip.bus(TestSettings.devices(2).withLog(log::add));
        host = new TestHost(bus).run();
    }

    @AfterEach
    void close() {
        host.close();
        bus.close();
    }

    @Test
    void anInferenceGoesThroughHeaderInputOutputAndEvent() {
        assertThat(host.infer(new byte[] {1, 2, 3}, 6)).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(bus.inferences()).isEqualTo(1);
    }

    @Test
    void parametersStayAcrossPrograms() {
        Begun event = host.read(Wire.EVENT_IN, 16);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('P', 2, 'E', 0));
        host.send(Tag.PARAMETERS, new byte[] {100, 0});
        assertThat(event.await().status()).isEqualTo(UsbStatus.COMPLETED);
        assertThat(host.infer(new byte[] {1}, 1)).containsExactly(101);
        assertThat(host.infer(new byte[] {2}, 1)).containsExactly(102);
        assertThat(bus.inferences()).isEqualTo(2);
    }

    @Test
    void whereTransfersBeginAndEndPlaysNoPart() {
        Random random = new Random(7);
        byte[] input = new byte[5000];
        random.nextBytes(input);
        ByteBuffer wire = ByteBuffer.allocate(20_000);
        byte[] program = ScriptedChip.program('I', 2000, 'I', 3000, 'O', 3000, 'E', 0);
        wire.put(TestHost.header(1, 2500)).put(input, 0, 2500);
        wire.put(TestHost.header(0, program.length)).put(program);
        wire.put(TestHost.header(1, 0));
        wire.put(TestHost.header(1, 2500)).put(input, 2500, 2500).flip();
        for (int round = 0; round < 200; round++) {
            List<Begun> reads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                reads.add(host.read(Wire.OUTPUT_IN, 1024));
            }
            Begun event = host.read(Wire.EVENT_IN, 16);
            for (int at = 0; at < wire.limit(); ) {
                int part = Math.min(wire.limit() - at, 1 + random.nextInt(random.nextBoolean() ? 12 : 3000));
                host.write(Arrays.copyOfRange(wire.array(), at, at + part)).await();
                at += part;
            }
            ByteBuffer output = ByteBuffer.allocate(3000);
            reads.forEach(read -> output.put(read.await().bytes()));
            assertThat(output.array()).isEqualTo(Arrays.copyOfRange(input, 2000, 5000));
            assertThat(event.await().status()).isEqualTo(UsbStatus.COMPLETED);
        }
    }

    @Test
    void outputComesInChunksOfTheLengthThatIsSet() {
        host.set(Register.OUTFEED_CHUNK_LENGTH, 0x20);
        Begun first = host.read(Wire.OUTPUT_IN, 1024);
        Begun second = host.read(Wire.OUTPUT_IN, 1024);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('O', 400, 'E', 0));
        assertThat(first.await().bytes()).hasSize(256);
        assertThat(second.await().bytes()).hasSize(144);
    }

    @Test
    void aReadThatIsShorterThanAPacketLosesTheRestOfIt() {
        Begun read = host.read(Wire.OUTPUT_IN, 100);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('O', 1500, 'E', 0));
        assertThat(read.await().status()).isEqualTo(UsbStatus.OVERFLOW);
        assertThat(read.await().bytes()).hasSize(100);
        assertThat(host.read(Wire.OUTPUT_IN, 1024).await().bytes()).hasSize(476);
    }

    @Test
    void aProgramOfSeveralChunksIsOneProgram() {
        Begun event = host.read(Wire.EVENT_IN, 16);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('O', 10));
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('O', 20));
        assertThat(event.end()).isNotDone();
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('E', 0));
        event.await();
        assertThat(bus.inferences()).isEqualTo(1);
        assertThat(host.read(Wire.OUTPUT_IN, 1024).await().bytes()).hasSize(10);
        assertThat(host.read(Wire.OUTPUT_IN, 1024).await().bytes()).hasSize(20);
    }

    @Test
    void whatTheChipDoesNotUnderstandHangsAndTheLogSaysWhy() {
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('X', 0));
        Begun event = host.begin(Wire.EVENT_IN, ByteBuffer.allocateDirect(16), 200);
        assertThat(event.await().status()).isEqualTo(UsbStatus.CANCELLED);
        assertThat(log).singleElement().asString().contains("device 1: program 1 hangs", "step 88 at 0");
        host.transport.reset();
        host.transport.claim(0);
        assertThat(host.run().infer(new byte[] {5}, 1)).containsExactly(5);
    }

    @Test
    void anUnknownTagIsDroppedAndSaid() {
        host.write(TestHost.header(9, 3)).await();
        host.write(new byte[3]).await();
        assertThat(host.infer(new byte[] {5}, 1)).containsExactly(5);
        assertThat(log).singleElement().asString().contains("tag 9");
    }

    @Test
    void nothingRunsBeforeTheScalarCoreMay() {
        host.set(Register.SCALAR_CORE_RUN_CONTROL, 0);
        Begun event = host.read(Wire.EVENT_IN, 16);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('E', 0));
        assertThat(event.end()).isNotDone();
        host.run();
        assertThat(event.await().status()).isEqualTo(UsbStatus.COMPLETED);
    }

    @Test
    void sleepClearsTheCoreAndWhatWasOnItsWay() {
        Begun event = host.read(Wire.EVENT_IN, 16);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('P', 1, 'E', 0));
        host.send(Tag.PARAMETERS, new byte[] {100});
        event.await();
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('I', 5, 'O', 1, 'E', 0));
        host.set(Register.SCU_CTRL_3, 0xe00000);
        assertThat(host.get(Register.SCU_CTRL_3)).isEqualTo(0xe00200);
        assertThat(host.get(Register.SCALAR_CORE_RUN_CONTROL)).isZero();
        host.set(Register.SCU_CTRL_3, 0x50a00200);
        assertThat(host.get(Register.SCU_CTRL_3)).isEqualTo(0x50a00000);
        assertThat(host.run().infer(new byte[] {5}, 1)).containsExactly(5);
    }

    /** The next program's input must not go to the one that was waiting, however late the chip's thread wakes up. */
    @Test
    void whatComesAfterSleepIsForTheNextProgram() {
        for (int round = 0; round < 300; round++) {
            host.send(Tag.INSTRUCTIONS, ScriptedChip.program('I', 5, 'O', 1, 'E', 0));
            if (round % 2 == 0) {
                host.write(TestHost.header(1, 5)).await();
            }
            host.set(Register.SCU_CTRL_3, 0xe00000);
            host.set(Register.SCU_CTRL_3, 0xa00000);
            assertThat(host.run().infer(new byte[] {(byte) round}, 1)).containsExactly(round);
        }
    }

    @Test
    void registersRememberAndOtherAddressesStall() {
        host.set(Register.DEEP_SLEEP, 0x1e02);
        assertThat(host.get(Register.DEEP_SLEEP)).isEqualTo(0x1e02);
        assertThat(host.get(Register.SCU_CTRL_2)).isEqualTo(0x80000);
        for (int address : new int[] {0, 0x17ffc, 0x1b000, 0x3fff8, 0x50000, 0x40001, 0xffff0000}) {
            assertThatThrownBy(() -> host.control(0xc0, 0, address & 0xffff, address >>> 16, 8))
                    .isInstanceOf(UsbException.class)
                    .hasMessageContaining("stall");
        }
        assertThatThrownBy(() -> host.control(0xc0, 0, 0x8788, 4, 4)).hasMessageContaining("stall");
        assertThatThrownBy(() -> host.control(0xc0, 2, 0x8788, 4, 8)).hasMessageContaining("stall");
    }

    @Test
    void aResetTakesBackTransfersClaimAndMemory() {
        Begun read = host.read(Wire.OUTPUT_IN, 1024);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('I', 5, 'O', 1, 'E', 0));
        UsbPort before = host.transport.port();
        host.transport.reset();
        assertThat(read.await().status()).isEqualTo(UsbStatus.CANCELLED);
        assertThat(bus.devices()).contains(before);
        try (TestHost other = new TestHost(bus)) {
            assertThat(other.run().infer(new byte[] {5}, 1)).containsExactly(5);
        }
    }

    @Test
    void aDeviceHasOneHolderAndDevicesAreApart() {
        assertThatThrownBy(() -> new TestHost(bus))
                .isInstanceOf(UsbException.class)
                .hasMessageContaining(UsbStatus.BUSY.toString());
        try (TestHost second = new TestHost(bus, bus.devices().get(1))) {
            host.send(Tag.INSTRUCTIONS, ScriptedChip.program('X', 0));
            assertThat(second.run().infer(new byte[] {5}, 1)).containsExactly(5);
        }
    }

    @Test
    void transfersOfOneEndpointEndInOrderAndCancelledOnesGetNothing() {
        Begun first = host.read(Wire.OUTPUT_IN, 1024);
        Begun second = host.read(Wire.OUTPUT_IN, 1024);
        first.transfer().cancel();
        assertThat(first.await()).extracting(Ended::status).isEqualTo(UsbStatus.CANCELLED);
        first.transfer().cancel(); // too late, and nothing happens
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('O', 1, 'E', 0));
        assertThat(second.await().bytes()).hasSize(1);
        host.transport.close();
        assertThatThrownBy(() -> second.transfer().submit(ByteBuffer.allocateDirect(1), (status, length) -> {}))
                .isInstanceOf(UsbException.class);
    }

    @Test
    void aTransferMayBeSubmittedAgainFromItsCompletion() {
        int[] left = {2000};
        ByteBuffer room = ByteBuffer.allocateDirect(1024);
        var transfer = host.transport.transfer(Wire.EVENT_IN);
        var done = new CountDownLatch(1);
        transfer.submit(room, new UsbTransport.Transfer.Completion() {
            @Override
            public void completed(UsbStatus status, int length) {
                if (--left[0] == 0) {
                    done.countDown();
                } else {
                    transfer.submit(room, this);
                }
            }
        });
        for (int i = 0; i < 2000; i++) {
            host.send(Tag.INSTRUCTIONS, ScriptedChip.program('E', 0));
        }
        assertThat(done).satisfies(latch -> latch.await());
    }

    @Test
    void tooMuchWaitsInTransfersAndGoesOnWhenTheChipTakesIt() {
        byte[] mebibyte = new byte[1 << 20];
        int parts = (int) (OutEndpoint.CAPACITY / mebibyte.length);
        host.write(TestHost.header(1, (parts + 2L) * mebibyte.length)).await();
        List<Begun> writes = new ArrayList<>();
        for (int i = 0; i < parts + 2; i++) {
            writes.add(host.write(mebibyte));
        }
        assertThat(writes.get(parts).end()).isNotDone();
        writes.get(parts + 1).transfer().cancel();
        assertThat(writes.get(parts + 1).await().status()).isEqualTo(UsbStatus.CANCELLED);
        host.set(Register.GCBB_CREDIT0, 0xf); // drops what waits
        assertThat(writes.get(parts).await().status()).isEqualTo(UsbStatus.COMPLETED);
    }

    @Test
    void haltedEndpointsStallUntilTheHaltIsCleared() {
        host.control(0x02, 3, 0, Wire.EVENT_IN, 0);
        assertThat(host.read(Wire.EVENT_IN, 16).await().status()).isEqualTo(UsbStatus.STALL);
        assertThat(host.control(0x82, 0, 0, Wire.EVENT_IN, 2)).containsExactly(1, 0);
        host.control(0x02, 1, 0, Wire.EVENT_IN, 0);
        assertThat(host.infer(new byte[] {5}, 1)).containsExactly(5);
        assertThat(host.read(0x84, 16).await().status()).isEqualTo(UsbStatus.STALL);
        assertThatThrownBy(() -> host.control(0x02, 3, 0, 0x84, 0)).hasMessageContaining("stall");
    }

    @Test
    void closingTheBusEndsEverything() {
        Begun read = host.read(Wire.OUTPUT_IN, 1024);
        host.send(Tag.INSTRUCTIONS, ScriptedChip.program('I', 5));
        bus.close();
        assertThat(read.await().status()).isEqualTo(UsbStatus.NO_DEVICE);
        assertThatThrownBy(() -> host.read(Wire.OUTPUT_IN, 1024))
                .isInstanceOf(UsbException.class)
                .hasMessageContaining(UsbStatus.NO_DEVICE.toString());
        assertThat(bus.devices()).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("virtual Coral"));
    }
}
