package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.device.usb.UsbPort.Speed;

/**
 * A Coral that answers at once and computes nothing: after parameters an event, after an input an output of zeros and an
 * event. What is measured on it is the driver alone.
 */
final class ImmediateBus implements UsbBus {
    private static final UsbPort PORT = new UsbPort(1, "1", 2, Wire.VENDOR, Wire.PRODUCT, Speed.SUPER);
    private static final int CHUNK = 1024;

    private final int outputBytes;
    private final Map<Integer, Long> registers = new HashMap<>();
    private final Map<Integer, Deque<ImmediateTransfer>> reads = new HashMap<>();
    private long announced;
    private int tag;

    ImmediateBus(int outputBytes) {
        this.outputBytes = outputBytes;
        registers.put(Register.SCU_CTRL_3.address(), 0xa00000L);
        for (int endpoint : new int[] {Wire.OUTPUT_IN, Wire.EVENT_IN, Wire.INTERRUPT_IN, Wire.BULK_OUT}) {
            reads.put(endpoint, new ArrayDeque<>());
        }
    }

    @Override
    public List<UsbPort> devices() {
        return List.of(PORT);
    }

    @Override
    public UsbTransport open(UsbPort port) {
        return new Transport();
    }

    @Override
    public void close() {}

    private void take(ByteBuffer data) {
        if (announced == 0) {
            ByteBuffer header = data.order(ByteOrder.LITTLE_ENDIAN);
            announced = header.getInt(header.position()) & 0xffffffffL;
            tag = header.get(header.position() + 4);
            return;
        }
        announced -= data.remaining();
        if (announced == 0 && tag == Wire.Tag.INPUT.ordinal()) {
            for (int left = outputBytes; left > 0; left -= CHUNK) {
                reads.get(Wire.OUTPUT_IN).removeFirst().complete(Math.min(left, CHUNK));
            }
        }
        if (announced == 0 && tag != Wire.Tag.INSTRUCTIONS.ordinal()) {
            ImmediateTransfer event = reads.get(Wire.EVENT_IN).removeFirst();
            event.data.put(12, (byte) Wire.Tag.SCALAR_CORE_INTERRUPT_0.ordinal());
            event.complete(Wire.Event.BYTES);
        }
    }

    private final class Transport implements UsbTransport {
        @Override
        public UsbPort port() {
            return PORT;
        }

        @Override
        public void claim(int number) {}

        @Override
        public void release(int number) {}

        @Override
        public int control(ControlRequest request, ByteBuffer data, int timeoutMillis) {
            ByteBuffer little = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            if (request.request() == ControlRequest.GET_DESCRIPTOR && request.type() == ControlRequest.DEVICE_TO_HOST) {
                little.putShort(8, (short) Wire.VENDOR).putShort(10, (short) Wire.PRODUCT);
                little.putShort(12, (short) Wire.VIRTUAL_RELEASE);
                return 18;
            }
            int address = Register.address(request);
            boolean wide = request.length() == Long.BYTES;
            if (request.isIn()) {
                long value = registers.getOrDefault(address, 0L);
                if (wide) {
                    little.putLong(0, value);
                } else {
                    little.putInt(0, (int) value);
                }
            } else {
                long value = wide ? little.getLong(0) : little.getInt(0) & 0xffffffffL;
                if (address == Register.SCU_CTRL_3.address()) {
                    boolean asleep = (value >>> 22 & 3) == 3;
                    value = value & ~0x300L | (asleep ? 0x200 : 0);
                    registers.keySet().removeIf(each -> asleep && each >= Register.FIRST_OF_CORE);
                }
                registers.put(address, value);
            }
            return request.length();
        }

        @Override
        public UsbTransport.Transfer transfer(int endpoint) {
            return new ImmediateTransfer(endpoint);
        }

        @Override
        public void reset() {}

        @Override
        public void close() {
            reads.values().forEach(Deque::clear);
        }
    }

    private final class ImmediateTransfer implements UsbTransport.Transfer {
        private final int endpoint;
        private ByteBuffer data;
        private Completion completion;

        private ImmediateTransfer(int endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void submit(ByteBuffer bytes, Completion done) {
            data = bytes;
            completion = done;
            if (endpoint == Wire.BULK_OUT) {
                take(bytes);
                complete(bytes.remaining());
            } else {
                reads.get(endpoint).addLast(this);
            }
        }

        private void complete(int length) {
            Completion done = completion;
            completion = null;
            done.completed(UsbStatus.COMPLETED, length);
        }

        @Override
        public void cancel() {}
    }
}
