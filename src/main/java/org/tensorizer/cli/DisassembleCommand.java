package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Disassembler;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "disassemble",
        description = "Prints instruction chunks as text: offset, opcode, tiles, sequence number, named fields,"
                + " relocations, raw bits of what is not known.",
        footer = {
            "",
            "Examples:",
            "  tensorizer disassemble dense_edgetpu.tflite --executable 0",
            "  tensorizer disassemble dense_256_edgetpu.tflite --diff dense_512_edgetpu.tflite"
        })
final class DisassembleCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", description = "A compiled .tflite, a serialized package or executable.")
    private Path file;

    @Option(names = "--executable", paramLabel = "N", description = "Only the executable with this index.")
    private Integer executable;

    @Option(
            names = "--diff",
            paramLabel = "OTHER",
            description = "Compare with the same executables of another model, field by field. Ends with status 1 if"
                    + " they differ.")
    private Path other;

    @Override
    public Integer call() {
        ModelFile model = ModelFile.read(file);
        return other == null ? disassemble(model) : diff(model, ModelFile.read(other));
    }

    private int disassemble(ModelFile model) {
        List<Facts> all = new ArrayList<>();
        for (Executable each : model.chosen(executable)) {
            for (InstructionChunk chunk : each.chunks()) {
                InstructionStream stream = model.frame(each, chunk);
                if (json) {
                    all.add(new Facts()
                            .put("executable", each.index())
                            .put("type", each.type())
                            .put("chunk", chunk.index())
                            .put("range", chunk.range())
                            .put(
                                    "instructions",
                                    IntStream.range(0, stream.size())
                                            .mapToObj(i -> instruction(stream, i))
                                            .toList())
                            .list("relocations", chunk.relocations(), ModelFacts::relocation));
                } else {
                    String text = Disassembler.text(stream, chunk.relocations());
                    out().println("; " + model.chunkName(each, chunk) + ", bytes " + chunk.range());
                    out().println(text.stripTrailing());
                    out().println();
                }
            }
        }
        if (json) {
            print(new Facts().put("file", file).put("chunks", all));
        }
        return OK;
    }

    /** Fields that hold 0 are left out; what no field describes stands in the numbers of its bits. */
    private static Facts instruction(InstructionStream stream, int index) {
        Instruction instruction = stream.get(index);
        Facts fields = new Facts();
        for (Field field : instruction.opcode().fields()) {
            if (field.kind() == Field.Kind.FLOAT) {
                fields.put(field.name(), instruction.get(field) == 0 ? null : instruction.getFloat(field));
            } else {
                fields.put(field.name(), instruction.get(field) == 0 ? null : instruction.get(field));
            }
        }
        return new Facts()
                .put("bundle", stream.bundle(index))
                .put("opcode", instruction.opcode().code())
                .put("unit", instruction.opcode().unit())
                .put("fields", fields)
                .put("undecoded_bits", instruction.undecodedBits())
                .put("hex", HexFormat.of().formatHex(instruction.toBytes()));
    }

    private int diff(ModelFile left, ModelFile right) {
        List<Executable> a = left.chosen(executable);
        List<Executable> b = right.chosen(executable);
        if (a.size() != b.size()) {
            throw new BadInputException(file + " has " + a.size() + " executables, " + other + " has " + b.size()
                    + ": choose one with --executable");
        }
        boolean identical = true;
        List<Facts> all = new ArrayList<>();
        for (int e = 0; e < a.size(); e++) {
            int chunks = Math.max(a.get(e).chunks().size(), b.get(e).chunks().size());
            for (int c = 0; c < chunks; c++) {
                StreamDiff diff = StreamDiff.of(frame(left, a.get(e), c), frame(right, b.get(e), c));
                identical &= diff.isIdentical();
                if (json) {
                    all.add(TemplateFacts.of(diff)
                            .put("executable", a.get(e).index())
                            .put("chunk", c));
                } else {
                    out().println(diff.toString());
                }
            }
        }
        if (json) {
            print(new Facts()
                    .put("a", file)
                    .put("b", other)
                    .put("identical", identical)
                    .put("chunks", all));
        }
        return identical ? OK : REFUTED;
    }

    private static InstructionStream frame(ModelFile model, Executable executable, int chunk) {
        return chunk < executable.chunks().size()
                ? model.frame(executable, executable.chunks().get(chunk))
                : InstructionStream.of(model.file() + " has no chunk " + chunk, List.of());
    }
}
