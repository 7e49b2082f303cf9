package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer;
import org.tensorizer.model.TfliteModel;

/**
 * A network compiled here against a compiled file of the same network: instruction by instruction with the parameters in
 * the tiles in which that file keeps them, then payload, narrow memory and layers. The scalar core's bundles, which have
 * several forms of one meaning, and sequence numbers, which follow from the rest, are left out. Immutable.
 *
 * @param programs EXECUTION_ONLY, then PARAMETER_CACHING
 * @param payloadBytes of the other file
 * @param payloadDiffering of them; missing and surplus ones too
 * @param others one sentence for each of narrow memory and layers that is not the same
 */
public record ProgramComparison(List<Counted> programs, int payloadBytes, int payloadDiffering, List<String> others) {
    /**
     * One program.
     *
     * @param same instructions of the other file that ours has in the same order, equal in every field
     * @param theirs instructions of the other file
     * @param ours our instructions
     * @param differences how often each kind of difference comes: {@code unit field}, {@code unit only there}, {@code unit
     *     only here}
     */
    public record Counted(ExecutableType type, int same, int theirs, int ours, Map<String, Integer> differences) {
        public Counted {
            differences = Map.copyOf(differences);
        }

        @Override
        public String toString() {
            return same + " of " + theirs + (differences.isEmpty() ? "" : " " + new TreeMap<>(differences));
        }
    }

    public ProgramComparison {
        programs = List.copyOf(programs);
        others = List.copyOf(others);
    }

    /**
     * Compares.
     *
     * @param theirs compiled elsewhere
     * @throws BadInputException fully connected layers alone, or the other file stores parameters of other sizes
     */
    public static ProgramComparison of(CompiledNetwork network, TfliteModel theirs) {
        NetworkProgram program = network.program()
                .orElseThrow(
                        () -> new BadInputException("fully connected layers alone, which have their own programs"));
        Executable execution = theirs.onlyPackage().executionOnly();
        Executable caching = theirs.onlyPackage().parameterCaching();
        NetworkProgram placed = program.placedAs(tiles(stream(theirs, caching)));
        TfliteModel ours = TfliteModel.parse("compiled here", network.file());
        List<Counted> programs = List.of(
                counted(execution.type(), stream(theirs, execution), instructions(placed.executionOnly())),
                counted(caching.type(), stream(theirs, caching), instructions(List.of(placed.parameterCaching()))));
        byte[] expected = theirs.copy(caching.parameters());
        byte[] found = ours.copy(ours.onlyPackage().parameterCaching().parameters());
        int differing = Math.abs(expected.length - found.length);
        for (int i = 0; i < Math.min(expected.length, found.length); i++) {
            differing += expected[i] == found[i] ? 0 : 1;
        }
        return new ProgramComparison(
                programs, expected.length, differing, others(ours.onlyPackage().executionOnly(), execution));
    }

    /** Whether all is the same. */
    public boolean isSame() {
        return otherInstructions() == 0 && payloadDiffering == 0 && others.isEmpty();
    }

    /** Tile instructions of both programs of the other file. */
    public int instructions() {
        return programs.stream().mapToInt(Counted::theirs).sum();
    }

    /** Those of them that ours has not, and those that ours has and it has not. */
    public int otherInstructions() {
        return programs.stream()
                .mapToInt(program -> Math.max(program.theirs(), program.ours()) - program.same())
                .sum();
    }

    private static InstructionStream stream(TfliteModel model, Executable executable) {
        List<Instruction> all = new ArrayList<>();
        executable
                .chunks()
                .forEach(chunk -> all.addAll(InstructionStream.frame(model.name(), model.bytes(), chunk.range())
                        .instructions()));
        return InstructionStream.of(executable.type() + " of " + model.name(), all);
    }

    /** Without the scalar core's bundles, all sequence numbers 0. */
    private static InstructionStream tiles(InstructionStream stream) {
        List<Instruction> tiles = new ArrayList<>();
        for (Instruction instruction : stream.instructions()) {
            Opcode opcode = instruction.opcode();
            if (opcode != Opcode.SCALAR && opcode.code() < Opcode.START.code()) {
                Instruction copy = instruction.copy();
                if (opcode.isTileOp()) {
                    copy.number(0);
                }
                tiles.add(copy);
            }
        }
        return InstructionStream.of(stream.name(), tiles);
    }

    private static InstructionStream instructions(List<Program> chunks) {
        List<Instruction> all = new ArrayList<>();
        chunks.forEach(chunk -> all.addAll(
                InstructionStream.frame("compiled here", chunk.bytes()).instructions()));
        return InstructionStream.of("compiled here", all);
    }

    private static Counted counted(ExecutableType type, InstructionStream theirs, InstructionStream ours) {
        InstructionStream there = tiles(theirs);
        InstructionStream here = tiles(ours);
        Map<String, Integer> differences = new TreeMap<>();
        int same = there.size();
        for (StreamDiff.Entry entry : StreamDiff.of(there, here).entries()) {
            if (entry instanceof StreamDiff.Changed changed) {
                same--;
                changed.changes()
                        .forEach(change ->
                                differences.merge(changed.opcode().unit() + " " + change.name(), 1, Integer::sum));
            } else if (entry instanceof StreamDiff.Removed removed) {
                same--;
                differences.merge(removed.instruction().opcode().unit() + " only there", 1, Integer::sum);
            } else if (entry instanceof StreamDiff.Inserted inserted) {
                differences.merge(inserted.instruction().opcode().unit() + " only here", 1, Integer::sum);
            }
        }
        return new Counted(type, same, there.size(), here.size(), differences);
    }

    private static List<String> others(Executable ours, Executable theirs) {
        List<String> others = new ArrayList<>();
        if (ours.usedNarrowMemoryBytesPerTile() != theirs.usedNarrowMemoryBytesPerTile()) {
            others.add("narrow memory: " + ours.usedNarrowMemoryBytesPerTile() + " bytes, there "
                    + theirs.usedNarrowMemoryBytesPerTile());
        }
        layers("input", ours.inputLayers(), theirs.inputLayers(), others);
        layers("output", ours.outputLayers(), theirs.outputLayers(), others);
        return others;
    }

    /** All of a layer but its name. */
    private static void layers(String what, List<Layer> ours, List<Layer> theirs, List<String> others) {
        List<Object> here = ours.stream().map(ProgramComparison::facts).toList();
        List<Object> there = theirs.stream().map(ProgramComparison::facts).toList();
        if (!here.equals(there)) {
            others.add(what + " layers: " + here + ", there " + there);
        }
    }

    private static Object facts(Layer layer) {
        return List.of(
                layer.sizeBytes(),
                layer.y(),
                layer.x(),
                layer.z(),
                layer.zeroPoint(),
                layer.scale(),
                layer.type(),
                layer.shape(),
                layer.layout().map(Object::toString).orElse("no layout"));
    }
}
