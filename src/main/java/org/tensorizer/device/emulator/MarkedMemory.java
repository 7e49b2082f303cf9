package org.tensorizer.device.emulator;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.tensorizer.isa.Chip;

/** Memories that hold marks in place of bytes, and the moves between them. */
final class MarkedMemory {
    private static final byte DEFINED = 1;
    private static final byte WRITTEN = 2;
    private static final byte CONSTANT = 4;
    static final byte BOTH = DEFINED | WRITTEN;
    static final int WORD_DEFINED = 0x01010101;
    static final int WORD_WRITTEN = 0x02020202;

    private final byte[][] narrow = new byte[Chip.TILES][];
    private final byte[] arena;
    private final byte[] mesh;

    /** Values of constants, where the memory of the same name has the mark. */
    private final byte[][] narrowValues = new byte[Chip.TILES][];

    private final byte[] arenaValues;
    private final byte[] meshValues;
    private final byte[] output;
    private final Map<RowBytes, long[]> rowMasks = new IdentityHashMap<>();

    MarkedMemory(LinkedProgram program) {
        for (int tile = 0; tile < narrow.length; tile++) {
            narrow[tile] = new byte[program.narrowBytes(tile)];
            narrowValues[tile] = new byte[program.narrowBytes(tile)];
        }
        arena = new byte[program.arenaBytes()];
        arenaValues = new byte[arena.length];
        mesh = new byte[program.meshBytes()];
        meshValues = new byte[mesh.length];
        output = new byte[program.outputBytes()];
    }

    /** Marks of the narrow memory of a tile. */
    byte[] narrow(int tile) {
        return narrow[tile];
    }

    /** Marks of the output stream. */
    byte[] output() {
        return output;
    }

    /** An operation has ended: rows may change. */
    void forgetRows() {
        rowMasks.clear();
    }

    /** All bytes of a row of the arena are defined. */
    void define(RowBytes row) {
        Arrays.fill(arena, row.offset(), row.offset() + row.length(), DEFINED);
    }

    /** Whether a byte of a row of the arena is surely that constant. */
    boolean isConstant(RowBytes row, int at, int value) {
        return (arena[row.offset() + at] & CONSTANT) != 0 && (arenaValues[row.offset() + at] & 0xff) == value;
    }

    /** Does what a step does that is no operation. */
    void move(LinkedStep step) {
        if (step instanceof LinkedStep.ToNarrow move) {
            int[] words = move.move().words().addresses(move.half());
            for (int k = move.from(), at = move.at(); k < move.to(); k++) {
                for (int b = 0; b < 4; b++, at++) {
                    narrow[move.tile()][4 * words[k] + b] = isDefined(move.row(), at) ? BOTH : WRITTEN;
                }
            }
        } else if (step instanceof LinkedStep.ToWide move) {
            toWide(move);
        } else if (step instanceof LinkedStep.MeshSend move) {
            int[] words = move.move().source().addresses(move.half());
            for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
                int marks = Words.get(narrow[move.tile()], 4 * words[k]);
                move.move()
                        .site()
                        .require(
                                (marks & WORD_WRITTEN) == WORD_WRITTEN,
                                "tile %d reads word %d of narrow memory, which nobody wrote",
                                move.tile(),
                                words[k]);
                Words.put(mesh, at, marks);
                Words.put(meshValues, at, Words.get(narrowValues[move.tile()], 4 * words[k]));
            }
        } else if (step instanceof LinkedStep.MeshReceive move) {
            int[] words = move.move().destination().addresses(move.half());
            for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
                Words.put(narrow[move.tile()], 4 * words[k], Words.get(mesh, at));
                Words.put(narrowValues[move.tile()], 4 * words[k], Words.get(meshValues, at));
            }
        } else if (step instanceof LinkedStep.MeshFill fill) {
            int[] words = fill.move().destination().addresses(fill.half());
            for (int k = fill.from(); k < fill.to(); k++) {
                Words.put(narrow[fill.tile()], 4 * words[k], (BOTH | CONSTANT) * WORD_DEFINED);
                Words.put(narrowValues[fill.tile()], 4 * words[k], fill.move().constant());
            }
        } else if (step instanceof LinkedStep.Output out) {
            for (int b = 0; b < out.bytes(); b++) {
                output[out.at() + b] = isDefined(out.row(), b) ? DEFINED : 0;
            }
        } else if (step instanceof LinkedStep.Assemble assemble) {
            int at = assemble.row().offset();
            for (RowBytes part : assemble.parts()) {
                for (int b = 0; b < part.length(); b++) {
                    arena[at++] = isDefined(part, b) ? DEFINED : 0;
                }
            }
        } else if (step instanceof LinkedStep.FromScalar from) {
            Arrays.fill(
                    arena, from.row().offset(), from.row().offset() + from.row().length(), DEFINED);
        } else if (step instanceof LinkedStep.Compute compute) {
            for (LinkedStep.ScalarInstruction instruction : compute.instructions()) {
                if (instruction.pushedTo() >= 0) {
                    Arrays.fill(output, instruction.pushedTo(), instruction.pushedTo() + Chip.WORD_BYTES, DEFINED);
                }
            }
        }
    }

    private void toWide(LinkedStep.ToWide move) {
        int[] words = move.move().words().addresses(move.half());
        byte[] from = narrow[move.tile()];
        int end = 4 * (move.to() - move.from());
        for (int at = 0; at < move.row().length(); at++) {
            int origin = move.move().origin(at);
            boolean there = origin < end;
            int source = there ? 4 * words[move.from() + origin / 4] + origin % 4 : 0;
            arena[move.row().offset() + at] = there ? from[source] : 0;
            arenaValues[move.row().offset() + at] = narrowValues[move.tile()][source];
        }
    }

    boolean isDefined(RowBytes row, int at) {
        return at >= 0
                && at < row.length()
                && (row.source() != RowBytes.Source.ARENA || (arena[row.offset() + at] & DEFINED) != 0);
    }

    static long firstLanes(int lanes) {
        return lanes >= Chip.LANES ? -1 : (1L << lanes) - 1;
    }

    /** Lanes whose bytes from {@code from} on are all defined. */
    long lanesOf(RowBytes row, int from, int bytes) {
        if (row.source() != RowBytes.Source.ARENA) {
            return row.length() < from + bytes ? 0 : firstLanes((row.length() - from - bytes) / Chip.WORD_BYTES + 1);
        }
        long[] known = rowMasks.computeIfAbsent(row, key -> new long[4 * 5 + 4]);
        int kind = 5 * from + bytes;
        if (known[kind] == 0) {
            long mask = 0;
            for (int lane = 0; lane < Chip.LANES; lane++) {
                boolean all = true;
                for (int b = 0; b < bytes; b++) {
                    all &= isDefined(row, Chip.WORD_BYTES * lane + from + b);
                }
                mask |= all ? 1L << lane : 0;
            }
            known[kind] = mask;
        }
        return known[kind];
    }

    boolean areDefined(RowBytes row, int bytes) {
        return row.source() != RowBytes.Source.ARENA || areDefined(arena, row.offset(), bytes);
    }

    static boolean areDefined(byte[] memory, int at, int bytes) {
        for (int b = 0; b < bytes; b++) {
            if ((memory[at + b] & DEFINED) == 0) {
                return false;
            }
        }
        return true;
    }
}
