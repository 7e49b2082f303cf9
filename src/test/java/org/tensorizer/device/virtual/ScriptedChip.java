package org.tensorizer.device.virtual;

import java.nio.ByteBuffer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.Wire.Tag;

/**
 * A chip whose programs are short scripts: {@code I} and {@code P} read input and parameters, {@code O} gives as many bytes,
 * each the sum of the last input's byte and the last parameters' first byte, {@code E} ends, {@code X} is not understood.
 * The letter is followed by a length of 32 bits.
 */
public final class ScriptedChip implements Core {
    private byte[] input = {};
    private byte parameter;

    /** A bus of virtual devices with such chips. */
    public static VirtualBus bus(VirtualSettings settings) {
        return new VirtualBus(settings, ScriptedChip::new);
    }

    /** A program: letters and lengths in turn. */
    public static byte[] program(Object... steps) {
        ByteBuffer program = ByteBuffer.allocate(steps.length / 2 * 5);
        for (int i = 0; i < steps.length; i += 2) {
            program.put((byte) (char) (Character) steps[i]).putInt((Integer) steps[i + 1]);
        }
        return program.array();
    }

    @Override
    public void clear() {
        input = new byte[0];
        parameter = 0;
    }

    @Override
    public boolean execute(byte[] chunk, Port port) {
        ByteBuffer steps = ByteBuffer.wrap(chunk);
        while (steps.remaining() >= 5) {
            char step = (char) steps.get();
            int length = steps.getInt();
            switch (step) {
                case 'I' -> input = read(port, Tag.INPUT, length);
                case 'P' -> parameter = read(port, Tag.PARAMETERS, length)[0];
                case 'O' -> port.write(output(length));
                case 'E' -> {
                    return true;
                }
                default -> throw new BadInputException("step " + (int) step + " at " + (steps.position() - 5));
            }
        }
        return false;
    }

    private static byte[] read(Port port, Tag tag, int length) {
        byte[] bytes = new byte[length];
        port.read(tag, bytes, 0, length);
        return bytes;
    }

    private byte[] output(int length) {
        byte[] output = new byte[length];
        for (int i = 0; i < length; i++) {
            output[i] = (byte) ((input.length == 0 ? 0 : input[i % input.length]) + parameter);
        }
        return output;
    }
}
