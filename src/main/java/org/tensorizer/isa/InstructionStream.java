package org.tensorizer.isa;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;

/**
 * A chunk cut into its instructions. Framing needs nothing but opcodes, so that it works on every chunk of every known
 * model; {@link #checkClosed()} additionally holds a chunk to what a complete program promises.
 *
 * <p>Immutable as a list; the instructions in it can be changed. Thread-safe as long as nobody does.
 */
public final class InstructionStream {
    /** What a chunk ends with. */
    private static final List<Opcode> CLOSE =
            List.of(Opcode.HALT, Opcode.SCALAR, Opcode.SCALAR, Opcode.SCALAR, Opcode.SCALAR, Opcode.END);

    private final String name;
    private final List<Instruction> instructions;
    private final int[] bundles;

    private InstructionStream(String name, List<Instruction> instructions) {
        this.name = Printable.line(name);
        this.instructions = List.copyOf(instructions);
        bundles = new int[instructions.size() + 1];
        for (int i = 0; i < instructions.size(); i++) {
            bundles[i + 1] = bundles[i] + instructions.get(i).bundles();
        }
    }

    /**
     * Cuts a chunk into instructions.
     *
     * @param name of the chunk, for messages
     * @param bytes holds the chunk, little-endian whatever the buffer's order is; the buffer is not changed
     * @param chunk where in the buffer, absolute
     * @throws InstructionFormatException no whole number of bundles, an unknown opcode, the last instruction cut off
     */
    public static InstructionStream frame(String name, ByteBuffer bytes, ByteRange chunk) {
        if (chunk.end() > bytes.limit()) {
            throw new InstructionFormatException(
                    name, 0, "chunk " + chunk + " leaves the buffer of " + bytes.limit() + " bytes");
        }
        if (chunk.length() % Opcode.BUNDLE_BYTES != 0) {
            throw new InstructionFormatException(
                    name,
                    chunk.length() - chunk.length() % Opcode.BUNDLE_BYTES,
                    "chunk of " + chunk.length() + " bytes, expected whole bundles of " + Opcode.BUNDLE_BYTES);
        }
        List<Instruction> instructions = new ArrayList<>();
        int at = chunk.start();
        while (at < chunk.end()) {
            Opcode opcode = opcode(name, bytes, chunk, at);
            instructions.add(Instruction.read(opcode, bytes, at));
            at += opcode.bytes();
        }
        return new InstructionStream(name, instructions);
    }

    /** Cuts a whole array into instructions. */
    public static InstructionStream frame(String name, byte[] bytes) {
        return frame(name, ByteBuffer.wrap(bytes), new ByteRange(0, bytes.length));
    }

    /** A stream of instructions that are there already, for example changed ones. */
    public static InstructionStream of(String name, List<Instruction> instructions) {
        return new InstructionStream(name, instructions);
    }

    private static Opcode opcode(String name, ByteBuffer bytes, ByteRange chunk, int at) {
        int first = (bytes.get(at) & 0xff) | (bytes.get(at + 1) & 0xff) << 8;
        int offset = at - chunk.start();
        Opcode opcode = Opcode.ofFirstBits(first)
                .orElseThrow(() -> new InstructionFormatException(
                        name,
                        offset,
                        "unknown opcode 0x%02x in %s"
                                .formatted(first >>> 6 & 63, hex(bytes, at, Opcode.BUNDLE_BYTES))));
        if (at + opcode.bytes() > chunk.end()) {
            throw new InstructionFormatException(
                    name,
                    offset,
                    opcode + " needs " + opcode.bytes() + " bytes, the chunk ends after " + (chunk.end() - at) + ": "
                            + hex(bytes, at, Opcode.BUNDLE_BYTES));
        }
        return opcode;
    }

    private static String hex(ByteBuffer bytes, int at, int length) {
        byte[] part = new byte[length];
        bytes.get(at, part);
        return HexFormat.ofDelimiter(" ").formatHex(part);
    }

    public String name() {
        return name;
    }

    public List<Instruction> instructions() {
        return instructions;
    }

    public int size() {
        return instructions.size();
    }

    public Instruction get(int index) {
        return instructions.get(index);
    }

    /** Bundle where an instruction starts; for {@code index == size()} the length of the chunk in bundles. */
    public int bundle(int index) {
        return bundles[index];
    }

    /** Byte offset where an instruction starts; for {@code index == size()} the length of the chunk. */
    public int offset(int index) {
        return bundles[index] * Opcode.BUNDLE_BYTES;
    }

    /** Index of the instruction that covers a bundle, negative if the chunk ends before it. */
    public int indexAtBundle(int bundle) {
        int index = Arrays.binarySearch(bundles, bundle);
        index = index < 0 ? -index - 2 : index;
        return index >= size() ? -1 : index;
    }

    /** The bytes of the chunk, the same that were framed. */
    public byte[] toBytes() {
        byte[] bytes = new byte[offset(size())];
        for (int i = 0; i < size(); i++) {
            get(i).write(bytes, offset(i));
        }
        return bytes;
    }

    /**
     * Holds the chunk to what a complete program promises: START with the right length, the fixed end, sequence numbers
     * that count up from 0 (modulo their width). Tile masks are not looked at: compiled networks hold empty ones. Later chunks of a program number on from
     * the chunk before and fail here.
     *
     * @return this
     * @throws InstructionFormatException names the first instruction that breaks a promise
     */
    public InstructionStream checkClosed() {
        return checkClosed(0);
    }

    /** The same for a later chunk, whose tile instructions are numbered from {@code firstSequence} on. */
    public InstructionStream checkClosed(long firstSequence) {
        checkStart();
        int close = size() - CLOSE.size();
        for (int i = 0; i < CLOSE.size(); i++) {
            if (close < 1 || get(close + i).opcode() != CLOSE.get(i)) {
                throw fault(
                        Math.max(0, close) + i,
                        "expected the chunk to end with HALT, four SCALAR, END; found "
                                + (close < 1
                                        ? size() + " instructions"
                                        : get(close + i).opcode()));
            }
        }
        long sequence = firstSequence;
        for (int i = 1; i < size(); i++) {
            Instruction instruction = get(i);
            if (instruction.opcode() == Opcode.START || instruction.opcode() == Opcode.END && i != size() - 1) {
                throw fault(i, instruction.opcode() + " inside the chunk");
            }
            if (instruction.opcode().isTileOp()) {
                checkTileOp(i, instruction, sequence++);
            }
        }
        return this;
    }

    private void checkStart() {
        if (size() == 0 || get(0).opcode() != Opcode.START) {
            throw fault(0, "expected START, found " + (size() == 0 ? "an empty chunk" : get(0).opcode()));
        }
        long expected = (bundle(size()) - 2L) * Opcode.BUNDLE_BITS;
        long found = get(0).get(Frame.BODY_BITS);
        if (found != expected) {
            throw fault(0, "START says " + found + " bits between START and END, the chunk has " + expected);
        }
    }

    private void checkTileOp(int index, Instruction instruction, long sequence) {
        Field field = instruction.sequence();
        long expected = sequence & field.max();
        if (instruction.get(field) != expected) {
            throw fault(
                    index,
                    instruction.opcode() + " has sequence number " + instruction.get(field) + ", expected " + expected);
        }
    }

    private InstructionFormatException fault(int index, String problem) {
        return new InstructionFormatException(name, offset(Math.min(index, size())), problem);
    }
}
