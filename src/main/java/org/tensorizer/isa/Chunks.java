package org.tensorizer.isa;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tensorizer.model.Relocation;

/**
 * The instructions of a program on their way into chunks: numbers those of the tiles, knows where a program may be cut and
 * where the runtime writes addresses, frames each chunk and fills in its length.
 */
final class Chunks {
    private static final int IDLE_BUNDLES_AT_THE_END = 4;

    /** START, a fence; HALT, idle bundles, END. */
    private static final int FRAME_BUNDLES = 4 + IDLE_BUNDLES_AT_THE_END;

    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Address> addresses = new ArrayList<>();
    private final BitSet pauses = new BitSet();
    private final List<Incoming> incoming = new ArrayList<>();

    /** Where the runtime writes half an address: number of the instruction. */
    private record Address(int instruction, Relocation.Kind kind, Relocation.Half half, String name) {}

    /** A descriptor of what comes from the host: number of its last instruction but one. */
    private record Incoming(int instruction, boolean isInput, int offset, int bytes) {}

    void add(Instruction instruction) {
        instructions.add(instruction);
    }

    /** The program may be cut in front of the next instruction. */
    void pause() {
        pauses.set(instructions.size());
    }

    /** The next instruction takes half an address. */
    void address(Relocation.Kind kind, Relocation.Half half, String name) {
        addresses.add(new Address(instructions.size(), kind, half, name));
    }

    /** The last instruction completes a descriptor of what comes from the host. */
    void incoming(boolean isInput, int offset, int bytes) {
        incoming.add(new Incoming(instructions.size() - 1, isInput, offset, bytes));
    }

    /** The program as one chunk. */
    Program one() {
        return assemble(List.of(new Chunk(0, instructions.size(), false))).get(0);
    }

    /** @throws IllegalStateException some stretch is longer than so many bundles */
    List<Program> cut(int most) {
        List<Chunk> chunks = new ArrayList<>();
        int from = 0;
        int end = 0;
        int bundles = 0;
        for (int i = 0; i < instructions.size(); i++) {
            if (mayCut(i)) {
                end = i;
            }
            bundles += instructions.get(i).bundles();
            if (bundles + FRAME_BUNDLES > most) {
                if (end == from) {
                    throw new IllegalStateException("a stretch of more than " + most + " bundles without a fence");
                }
                chunks.add(new Chunk(from, end, from > 0 && !isFence(from)));
                from = end;
                bundles = bundles(from, i + 1);
            }
        }
        chunks.add(new Chunk(from, instructions.size(), from > 0 && !isFence(from)));
        return assemble(chunks);
    }

    int longestStretch() {
        int longest = 0;
        int bundles = 0;
        for (int i = 0; i < instructions.size(); i++) {
            bundles = (mayCut(i) ? 0 : bundles) + instructions.get(i).bundles();
            longest = Math.max(longest, bundles);
        }
        return longest + FRAME_BUNDLES;
    }

    private boolean mayCut(int index) {
        return pauses.get(index) || isFence(index);
    }

    private boolean isFence(int index) {
        Instruction instruction = instructions.get(index);
        return instruction.opcode() == Opcode.TILE_FENCE
                && instruction.get(TileFence.UNITS) == TileFence.ALL_UNITS
                && instruction.get(TileFence.TILES) == Chip.ALL_TILES;
    }

    private int bundles(int from, int to) {
        int bundles = 0;
        for (Instruction instruction : instructions.subList(from, to)) {
            bundles += instruction.bundles();
        }
        return bundles;
    }

    /**
     * A chunk of the program.
     *
     * @param from first instruction
     * @param to behind the last
     * @param fenced whether a fence is put in front
     */
    private record Chunk(int from, int to, boolean fenced) {}

    private List<Program> assemble(List<Chunk> chunks) {
        List<Program> programs = new ArrayList<>();
        long sequence = 0;
        for (Chunk chunk : chunks) {
            List<Instruction> all = new ArrayList<>();
            all.add(Instruction.of(Opcode.START));
            if (chunk.fenced) {
                all.add(ProgramBuilder.fenceOf(0, TileFence.ALL_UNITS));
            }
            int head = all.size();
            all.addAll(instructions.subList(chunk.from, chunk.to));
            all.add(Instruction.of(Opcode.HALT).set(Frame.HALT_CONSTANT, 4));
            for (int i = 0; i < IDLE_BUNDLES_AT_THE_END; i++) {
                all.add(Instruction.of(Opcode.SCALAR));
            }
            all.add(Instruction.of(Opcode.END).set(Frame.END_CONSTANT));
            for (Instruction instruction : all) {
                if (instruction.opcode().isTileOp()) {
                    instruction.number(sequence++);
                }
            }
            programs.add(program(all, head, chunk));
        }
        return programs;
    }

    /** @param head instructions in front of those of the chunk */
    private Program program(List<Instruction> all, int head, Chunk chunk) {
        int[] bundle = new int[all.size() + 1];
        for (int i = 0; i < all.size(); i++) {
            bundle[i + 1] = bundle[i] + all.get(i).bundles();
        }
        int bundles = bundle[all.size()];
        all.get(0).set(Frame.BODY_BITS, (bundles - 2L) * Opcode.BUNDLE_BITS);
        byte[] bytes = new byte[bundles * Opcode.BUNDLE_BYTES];
        for (int i = 0; i < all.size(); i++) {
            all.get(i).write(bytes, bundle[i] * Opcode.BUNDLE_BYTES);
        }
        List<Relocation> relocations = new ArrayList<>();
        for (Address address : addresses) {
            if (address.instruction >= chunk.from && address.instruction < chunk.to) {
                int at = address.instruction - chunk.from + head;
                int bit = bundle[at] * Opcode.BUNDLE_BITS + Scalar.IMMEDIATE.bit();
                relocations.add(new Relocation(address.kind, 0, address.name, address.half, bit));
            }
        }
        List<Program.Fetch> fetches = incoming.stream()
                .filter(each -> each.instruction >= chunk.from && each.instruction < chunk.to)
                .map(each -> new Program.Fetch(
                        bundle[each.instruction - chunk.from + head] * Opcode.BUNDLE_BITS,
                        each.isInput,
                        each.offset,
                        each.bytes))
                .toList();
        return new Program(bytes, relocations, fetches);
    }
}
