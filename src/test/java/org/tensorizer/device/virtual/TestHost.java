package org.tensorizer.device.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.Register;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbPort;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.usb.Wire;
import org.tensorizer.device.usb.Wire.Tag;

/** What a test does with a device: plain calls on a transport. */
final class TestHost implements AutoCloseable {
    private static final int TIMEOUT = 20_000;

    final UsbTransport transport;

    TestHost(UsbBus bus) {
        this(bus, bus.devices().get(0));
    }

    TestHost(UsbBus bus, UsbPort port) {
        transport = bus.open(port);
        transport.claim(Wire.INTERFACE);
    }

    /** A transfer that was begun. */
    record Begun(UsbTransport.Transfer transfer, CompletableFuture<Ended> end) {
        Ended await() {
            try {
                return end.get(TIMEOUT, TimeUnit.MILLISECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("transfer did not end", e);
            }
        }
    }

    /** How it ended. */
    record Ended(UsbStatus status, byte[] bytes) {}

    Begun read(int endpoint, int length) {
        return begin(endpoint, ByteBuffer.allocateDirect(length), 0);
    }

    Begun write(byte[] bytes) {
        return begin(Wire.BULK_OUT, direct(bytes), 0);
    }

    /** @param timeout in milliseconds, after which it is cancelled; 0: none */
    Begun begin(int endpoint, ByteBuffer buffer, int timeout) {
        CompletableFuture<Ended> end = new CompletableFuture<>();
        UsbTransport.Transfer transfer = transport.transfer(endpoint);
        transfer.submit(buffer, (status, length) -> {
            byte[] bytes = new byte[length];
            buffer.get(0, bytes);
            end.complete(new Ended(status, bytes));
        });
        if (timeout > 0) {
            CompletableFuture.delayedExecutor(timeout, TimeUnit.MILLISECONDS).execute(transfer::cancel);
        }
        return new Begun(transfer, end);
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** Header and bytes, each in a transfer of its own as libedgetpu sends them. */
    void send(Tag tag, byte[] bytes) {
        assertThat(write(header(tag.ordinal(), bytes.length)).await().status()).isEqualTo(UsbStatus.COMPLETED);
        assertThat(write(bytes).await().status()).isEqualTo(UsbStatus.COMPLETED);
    }

    static byte[] header(int tag, long length) {
        ByteBuffer header = ByteBuffer.allocate(Wire.Header.BYTES);
        new Wire.Header(length, tag).write(header);
        return header.array();
    }

    /** Lets the scalar core run, and nothing else. */
    TestHost run() {
        set(Register.SCALAR_CORE_RUN_CONTROL, 1);
        return this;
    }

    void set(Register register, long value) {
        transport.control(
                register.write(),
                ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value),
                TIMEOUT);
    }

    long get(Register register) {
        ByteBuffer value = ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(transport.control(register.read(), value, TIMEOUT)).isEqualTo(register.bits() / 8);
        return value.getLong(0);
    }

    byte[] control(int type, int request, int value, int index, int length, byte... sent) {
        ByteBuffer data = ByteBuffer.allocateDirect(Math.max(length, sent.length))
                .put(sent)
                .rewind();
        int got = transport.control(new ControlRequest(type, request, value, index, length), data, TIMEOUT);
        byte[] bytes = new byte[got];
        data.get(0, bytes);
        return bytes;
    }

    /** One inference of a {@link ScriptedChip}: the output, if it comes as one chunk, and the event. */
    byte[] infer(byte[] input, int output) {
        Begun answer = read(Wire.OUTPUT_IN, 1024);
        Begun event = read(Wire.EVENT_IN, Wire.Event.BYTES);
        send(Tag.INSTRUCTIONS, ScriptedChip.program('I', input.length, 'O', output, 'E', 0));
        send(Tag.INPUT, input);
        assertThat(Wire.Event.read(ByteBuffer.wrap(event.await().bytes()), 0))
                .isEqualTo(new Wire.Event(Tag.SCALAR_CORE_INTERRUPT_0));
        return answer.await().bytes();
    }

    @Override
    public void close() {
        transport.close();
    }
}
