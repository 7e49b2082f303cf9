package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.isa.Branch;
import org.tensorizer.isa.Frame;
import org.tensorizer.isa.FunctionTable;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionFormatException;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.ScalarFence;
import org.tensorizer.isa.TileFence;
import org.tensorizer.isa.TileInstruction;

/** The instructions of a program, all chunks in a row, framed and numbered as a program must be. */
final class ProgramText {
    /** Idle bundles between HALT and END. */
    private static final int IDLE = 4;

    /** Bundles of the largest chunk, which may lack idle ones. */
    private static final int FULL = 16386;

    private final List<InstructionSite> sites = new ArrayList<>();
    private final Map<Long, Integer> byBundle = new HashMap<>();
    private final int chunks;

    private ProgramText(int chunks) {
        this.chunks = chunks;
    }

    /** @throws UnsupportedProgramException framing or numbers are not those of a program */
    static ProgramText read(String name, List<byte[]> chunks) {
        ProgramText text = new ProgramText(chunks.size());
        int sequence = 0;
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            InstructionStream stream;
            try {
                stream = InstructionStream.frame(name + ": chunk " + chunk, chunks.get(chunk));
            } catch (InstructionFormatException e) {
                throw new UnsupportedProgramException(e.getMessage(), e);
            }
            int first = text.sites.size();
            for (int k = 0; k < stream.size(); k++) {
                text.byBundle.put((long) chunk << 32 | stream.bundle(k), text.sites.size());
                text.sites.add(new InstructionSite(name, text.sites.size(), chunk, stream.bundle(k), stream.get(k)));
            }
            requireFrame(name, chunk, text.sites.subList(first, text.sites.size()), stream.bundle(stream.size()));
            for (InstructionSite site : text.sites.subList(first, text.sites.size())) {
                requireConstants(site);
                if (site.opcode().isTileOp()) {
                    requireNumber(site, sequence++);
                }
            }
        }
        if (chunks.isEmpty()) {
            throw new UnsupportedProgramException(name + ": no instructions");
        }
        return text;
    }

    private static void requireFrame(String name, int chunk, List<InstructionSite> sites, int bundles) {
        if (sites.isEmpty()) {
            throw new UnsupportedProgramException(name + ": chunk " + chunk + " is empty");
        }
        InstructionSite start = sites.get(0);
        start.require(start.opcode() == Opcode.START, "expected START");
        long bits = (bundles - 2L) * Opcode.BUNDLE_BITS;
        start.require(
                start.instruction().get(Frame.BODY_BITS) == bits,
                "START says %d bits, the chunk has %d",
                start.instruction().get(Frame.BODY_BITS),
                bits);
        int halt = sites.size() - 1;
        while (halt > 0 && sites.get(halt).opcode() != Opcode.HALT) {
            halt--;
        }
        InstructionSite end = sites.get(sites.size() - 1);
        int idle = sites.size() - 2 - halt;
        boolean enough = idle == IDLE || bundles == FULL && idle >= 0 && idle < IDLE;
        end.require(halt > 0 && end.opcode() == Opcode.END && enough, "expected HALT, %d idle bundles, END", IDLE);
        Instruction nothing = Instruction.of(Opcode.SCALAR);
        for (InstructionSite site : sites.subList(halt + 1, sites.size() - 1)) {
            site.require(site.instruction().equals(nothing), "expected an idle bundle between HALT and END");
        }
        for (InstructionSite site : sites.subList(1, sites.size() - 1)) {
            site.require(site.opcode() != Opcode.START && site.opcode() != Opcode.END, "inside a chunk");
        }
    }

    /** Bits that no program uses otherwise: only the combinations of known programs. */
    private static void requireConstants(InstructionSite site) {
        Instruction i = site.instruction();
        boolean known = switch (site.opcode()) {
            case END -> i.getInt(Frame.END_CONSTANT) == 1;
            case HALT -> List.of(0, 1, 4).contains(i.getInt(Frame.HALT_CONSTANT));
            case OUTFEED -> i.getInt(Outfeed.CONSTANT) == 63;
            case FUNCTION_TABLE -> i.getInt(FunctionTable.CONSTANT) == 3;
            case BRANCH -> i.isSet(Branch.CONSTANT);
            case SCALAR_FENCE ->
                i.getInt(ScalarFence.REPORT) == (i.isSet(ScalarFence.REPORTERS) ? 1 : 0)
                        && List.of(0, 0xffff).contains(i.getInt(ScalarFence.REPORTERS));
            default -> true;
        };
        site.require(known, "constant bits that no known program has");
    }

    private static void requireNumber(InstructionSite site, int number) {
        var field = site.opcode() == Opcode.TILE_FENCE ? TileFence.SEQUENCE : TileInstruction.SEQUENCE;
        long expected = number & field.max();
        site.require(
                site.instruction().get(field) == expected,
                "sequence number %d, expected %d",
                site.instruction().get(field),
                expected);
    }

    int size() {
        return sites.size();
    }

    InstructionSite get(int index) {
        return sites.get(index);
    }

    List<InstructionSite> sites() {
        return sites;
    }

    /** Whether an instruction is in the last chunk. */
    boolean isInLastChunk(InstructionSite site) {
        return site.chunk() == chunks - 1;
    }

    /** Index of the instruction a branch goes to. */
    int target(InstructionSite branch, int bundles) {
        Integer index = byBundle.get((long) branch.chunk() << 32 | branch.bundle() + bundles);
        branch.require(index != null, "branch by %d bundles into the middle of an instruction", bundles);
        return index;
    }
}
