package org.tensorizer.device.emulator;

import java.util.Locale;
import org.tensorizer.dense.Instruction;
import org.tensorizer.dense.InstructionSet;
import org.tensorizer.dense.InstructionStream;
import org.tensorizer.dense.Opcode;

/** One instruction of a stream and where it stands, so that a refusal can name it. */
final class Encoded {
    private final String stream;
    private final int offset;
    private final Instruction instruction;

    private Encoded(String stream, int offset, Instruction instruction) {
        this.stream = stream;
        this.offset = offset;
        this.instruction = instruction;
    }

    static Encoded of(InstructionStream stream, int index) {
        return new Encoded(stream.name(), stream.offset(index), stream.get(index));
    }

    Opcode opcode() {
        return instruction.opcode();
    }

    /** Bit of the stream where the instruction starts. */
    int bit() {
        return offset * 8;
    }

    /** Tile mask, 0 for instructions without one. */
    int tiles() {
        return instruction.tiles();
    }

    /** A field that fits an int, sign-extended if it is signed. */
    int get(String field) {
        return (int) instruction.get(InstructionSet.field(opcode(), field));
    }

    /** A field of 32 bits as the float32 it holds. */
    float getFloat(String field) {
        return Float.intBitsToFloat(get(field));
    }

    /** Refuses bits that are set and that nobody knows, and constants that no known program has. */
    void requireKnownBits() {
        if (InstructionSet.variant(instruction).isEmpty()) {
            throw refused("its undecoded bits differ from every known program: " + instruction);
        }
    }

    /** Refuses the program if two fields that say the same differ. */
    void requireEqual(String what, long expected, long found) {
        if (expected != found) {
            throw refused(what + ": expected " + expected + ", found " + found);
        }
    }

    void require(boolean met, String problem, Object... arguments) {
        if (!met) {
            throw refused(String.format(Locale.ROOT, problem, arguments));
        }
    }

    UnsupportedProgramException refused(String problem) {
        return new UnsupportedProgramException(this + ": " + problem);
    }

    /** Such as {@code model, EXECUTION_ONLY: byte 2640 (bundle 165): WIDE}. */
    @Override
    public String toString() {
        return stream + ": byte " + offset + " (bundle " + offset / Opcode.BUNDLE_BYTES + "): " + opcode();
    }
}
