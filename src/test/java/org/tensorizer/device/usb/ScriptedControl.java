package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tensorizer.device.usb.Wire.Dfu;

/** Control requests to a device in memory: registers that remember, descriptors, firmware. */
final class ScriptedControl {
    /** Called for each read of a register. */
    Consumer<Register> readHook = register -> {};

    boolean stuck;
    boolean answersWithOtherIds;
    int release = Wire.VIRTUAL_RELEASE;

    /** Byte of the firmware that comes back changed; -1: none. */
    int forgets = -1;

    byte[] flashed = {};

    private final List<String> mistakes;
    private final Map<Integer, Long> registers = new HashMap<>();
    private int state = Dfu.STATE_IDLE;

    /** @param mistakes takes what the host does wrong */
    ScriptedControl(List<String> mistakes) {
        this.mistakes = mistakes;
    }

    void reset() {
        registers.clear();
        registers.put(Register.SCU_CTRL_2.address(), 2L << 18);
        registers.put(Register.SCU_CTRL_3.address(), 0xa00000L);
    }

    void set(Register register, long value) {
        registers.put(register.address(), value);
    }

    int chunkBytes() {
        return (int) (registers.getOrDefault(Register.OUTFEED_CHUNK_LENGTH.address(), 128L) * Wire.CHUNK_UNIT);
    }

    int answer(ControlRequest request, ByteBuffer data, boolean claimed, UsbPort port) {
        ByteBuffer little = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (request.request() == ControlRequest.GET_DESCRIPTOR && (request.type() & 0x60) == 0) {
            return descriptor(request, little, port);
        }
        if ((request.type() & ~ControlRequest.DEVICE_TO_HOST) == Dfu.CLASS_REQUEST) {
            return dfu(request, little);
        }
        Register register = Register.at(Register.address(request)).orElseThrow();
        if (!claimed) {
            mistakes.add(register + " without the interface");
        }
        if (request.isIn()) {
            readHook.accept(register);
            long value = registers.getOrDefault(register.address(), 0L);
            if (register.bits() == 64) {
                little.putLong(little.position(), value);
            } else {
                little.putInt(little.position(), (int) value);
            }
        } else {
            write(
                    register,
                    register.bits() == 64
                            ? little.getLong(little.position())
                            : Integer.toUnsignedLong(little.getInt(little.position())));
        }
        return register.bits() / 8;
    }

    private void write(Register register, long value) {
        long stored = value;
        if (register == Register.SCU_CTRL_3) {
            boolean sleeps = (value >>> 22 & 3) == 3 && !stuck;
            stored = value & ~0x300 | (sleeps ? 0x200 : 0);
            if (sleeps) {
                registers.keySet().removeIf(address -> address >= Register.FIRST_OF_CORE);
            }
        }
        registers.put(register.address(), stored);
    }

    private int descriptor(ControlRequest request, ByteBuffer data, UsbPort port) {
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        if (request.value() >>> 8 == ControlRequest.DEVICE_DESCRIPTOR) {
            bytes.put((byte) 18).put((byte) 1).putShort((short) 0x310).putInt(0x09000000);
            int product = answersWithOtherIds ? 1 : port.product();
            bytes.putShort((short) port.vendor()).putShort((short) product).putShort((short) release);
            bytes.position(18);
        } else {
            bytes.put(new byte[] {9, 2, 27, 0, 1, 1, 0, (byte) 0x80, 0});
            bytes.put(new byte[] {9, 4, 0, 0, 0, (byte) 0xfe, 1, 2, 0});
            bytes.put(new byte[] {9, 0x21, 0xd, 0, 0, 0, 1, 1, 1});
        }
        bytes.flip();
        int length = Math.min(bytes.remaining(), request.length());
        data.put(data.position(), bytes, 0, length);
        return length;
    }

    private int dfu(ControlRequest request, ByteBuffer data) {
        switch (request.request()) {
            case Dfu.DNLOAD -> {
                byte[] block = new byte[request.length()];
                data.get(data.position(), block);
                int before = request.value() == 0 ? 0 : flashed.length;
                flashed = Arrays.copyOf(flashed, before + block.length);
                System.arraycopy(block, 0, flashed, before, block.length);
                state = block.length == 0 ? Dfu.STATE_IDLE : Dfu.STATE_DNLOAD_IDLE;
                return block.length;
            }
            case Dfu.GETSTATUS -> {
                data.put(data.position() + 4, (byte) state);
                return Dfu.STATUS_BYTES;
            }
            case Dfu.UPLOAD -> {
                int from = Math.min(flashed.length, request.value() * 256);
                int length = Math.min(request.length(), flashed.length - from);
                data.put(data.position(), flashed, from, length);
                if (forgets >= from && forgets < from + length) {
                    data.put(data.position() + forgets - from, (byte) (flashed[forgets] + 1));
                }
                return length;
            }
            default -> throw new UsbException(UsbStatus.STALL, request.toString());
        }
    }
}
