package org.tensorizer.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.isa.Chip;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompilerLog;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import org.tensorizer.template.EdgeTpuCompiler;
import org.tensorizer.template.TemplateVerification;
import org.tensorizer.tools.LibraryRules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compile",
        description = "Compiles a quantized .tflite for the Edge TPU, without Google's compiler; or runs that one.",
        footer = {
            "",
            "Covered on images, in any order and with branches: CONV_2D, DEPTHWISE_CONV_2D, PAD in front of them, MAX_POOL_2D,"
                    + " ADD and MUL of two images, CONCATENATION of channels, LOGISTIC, TANH, QUANTIZE, RESIZE_BILINEAR and"
                    + " RESIZE_NEAREST_NEIGHBOR to twice the size. Behind the last image: the mean over it, FULLY_CONNECTED,"
                    + " LOGISTIC or TANH behind that, SOFTMAX. Or fully connected layers alone. The longest run of such"
                    + " operators goes to the chip; what stands in front of it or behind it stays on the host, with the"
                    + " reason.",
            "",
            "Every output is executed before it is written, on an emulated Edge TPU behind the project's own driver, and"
                    + " compared with TFLite on the source; its container is held to what libedgetpu takes for granted.",
            "",
            "With --google edgetpu_compiler is looked for on PATH, or named with -Dtensorizer.compiler=FILE. It exists for"
                    + " Linux on x86-64 only and is archived.",
            "",
            "Example: tensorizer compile mobilenet.tflite -o mobilenet_edgetpu.tflite --page plan.html"
        })
final class CompileCommand extends FactsCommand {
    @Parameters(paramLabel = "SOURCE", description = "An uncompiled, fully quantized .tflite.")
    private Path source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "The compiled model. Default: SOURCE with _edgetpu before its extension.")
    private Path output;

    @Option(
            names = "--whole",
            description = "All or nothing: refuse if more than QUANTIZEs at the ends stays on the host.")
    private boolean whole;

    @Option(names = "--no-check", description = "Write without executing: no emulator, no TFLite.")
    private boolean unchecked;

    @Option(names = "--inputs", paramLabel = "N", description = "Random inputs of the check. Default: 2.")
    private int inputs = 2;

    @Option(names = "--page", paramLabel = "HTML", description = "Also draw the memory plan as a page.")
    private Path page;

    @Mixin
    private Options.Overwrite overwrite;

    @Option(
            names = "--google",
            description = "Run edgetpu_compiler, and compare its program of a Dense layer with ours.")
    private boolean google;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "With --google: folder of its output. Default: this one.")
    private Path folder = Path.of("");

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "With --google: kill it after this. Default: 180.")
    private int timeout = 180;

    @Override
    public Integer call() {
        return google ? runGoogle() : compile();
    }

    private Integer compile() {
        atLeast(1, "--inputs", inputs);
        Path target = output == null ? beside(source) : output;
        overwrite.check(target, source);
        if (page != null) {
            overwrite.check(page, source);
        }
        TfliteModel model = TfliteModel.read(source);
        CompiledNetwork network = whole ? NetworkCompiler.compileWhole(model) : NetworkCompiler.compile(model);
        Facts facts = new Facts().put("source", source).put("output", target);
        facts.putAll(facts(network));
        Optional<PlanSummary> plan = network.program().map(PlanSummary::of);
        if (json) {
            plan.ifPresent(each -> facts.put("plan", plan(each)));
        }
        if (page != null && plan.isEmpty()) {
            throw new BadInputException(
                    source + ": fully connected layers alone have no plan of images to draw: leave out --page");
        }
        List<String> broken = LibraryRules.broken(TfliteModel.parse("compiled", network.file()));
        if (!broken.isEmpty()) {
            print(facts.put("output", "not written: libedgetpu would not run it as it is")
                    .put("broken_rules", broken));
            return REFUTED;
        }
        if (!unchecked) {
            CompileCheck.Verdict check = CompileCheck.run(network, model, inputs, progress("inferences of the check"));
            facts.put("check", check.facts());
            if (!check.agrees()) {
                print(facts.put("output", "not written: the compiled model does not answer as its source"));
                return REFUTED;
            }
        }
        AtomicFiles files = overwrite.files(source).add(target, network.file());
        if (page != null) {
            files.add(page, PlanPage.of(source.getFileName().toString(), plan.orElseThrow()));
        }
        files.write();
        print(facts);
        return OK;
    }

    private static Path beside(Path source) {
        String name = source.getFileName().toString();
        String stem = name.endsWith(".tflite") ? name.substring(0, name.length() - ".tflite".length()) : name;
        return source.resolveSibling(stem + "_edgetpu.tflite");
    }

    private Integer runGoogle() {
        TfliteModel.read(source);
        EdgeTpuCompiler.Compilation compilation =
                EdgeTpuCompiler.require().compile(source, folder, Duration.ofSeconds(timeout));
        Facts facts = new Facts().put("source", source);
        facts.putAll(TemplateFacts.of(compilation));
        boolean same = true;
        CompilerLog log = compilation.facts();
        if (!log.operators().isEmpty() && log.operators().stream().noneMatch(CompilerLog.OperatorMapping::mapped)) {
            facts.put(
                    "note",
                    "the compiler mapped no operator to the Edge TPU: the file runs on the processor alone, as the source");
        }
        try {
            TemplateVerification verification = TemplateVerification.of(TfliteModel.read(compilation.model()));
            same = verification.isProgramSame();
            facts.put("against_ours", TemplateFacts.of(verification));
        } catch (NotDenseException reason) {
            facts.put("against_ours", "not compared: " + reason.getMessage());
        }
        print(facts);
        return same ? OK : REFUTED;
    }

    /** In the words of edgetpu_compiler's log where it has any. */
    private static Facts facts(CompiledNetwork network) {
        Facts facts = new Facts()
                .put("bytes", network.file().length)
                .put("operators_mapped", network.mapped())
                .put("operators_total", network.operators().size())
                .list("operators", network.operators(), CompileCommand::operator);
        EdgeTpuPackage compiled = TfliteModel.parse("compiled", network.file()).onlyPackage();
        Executable execution = compiled.executionOnly();
        facts.put("narrow_memory_used_bytes", execution.usedNarrowMemoryBytesPerTile())
                .put("narrow_memory_bytes", Chip.NARROW_BYTES)
                .put("instruction_bytes", execution.instructionBytes());
        network.program()
                .map(NetworkProgram::extrapolated)
                .filter(forms -> !forms.isEmpty())
                .ifPresent(forms -> facts.put("extrapolated", forms));
        network.program()
                .map(PlanSummary::of)
                .ifPresentOrElse(plan -> memory(facts, plan), () -> memory(facts, compiled.parameterCaching()));
        return facts;
    }

    /** Of fully connected layers alone. */
    private static void memory(Facts facts, Executable caching) {
        int bytes = caching.parameters().length();
        facts.put("on_chip_parameters_bytes", bytes)
                .put("on_chip_remaining_bytes", Chip.TILES * Chip.WIDE_ROWS * Chip.ROW_BYTES - bytes)
                .put("off_chip_parameters_bytes", 0);
    }

    private static Facts operator(CompiledNetwork.Placed placed) {
        return new Facts()
                .put("index", placed.operator().index())
                .put("operator", placed.operator().name())
                .put("status", placed.mapped() ? "Mapped to Edge TPU" : "stays on the host")
                .put("reason", placed.reason().isEmpty() ? null : placed.reason());
    }

    private static void memory(Facts facts, PlanSummary plan) {
        facts.put("on_chip_parameters_bytes", plan.parameterBytes())
                .put("on_chip_remaining_bytes", plan.remainingBytes())
                .put("off_chip_parameters_bytes", plan.hostBytes())
                .put("estimated_op_cycles", plan.cycles())
                .put("estimate", "a calculation: op steps of the busiest tile, nothing was measured");
    }

    /** Images over time in narrow memory, rows of wide memory, parameters per tile. */
    private static Facts plan(PlanSummary plan) {
        return new Facts()
                .list("images", plan.images(), CompileCommand::extent)
                .list("steps", plan.steps(), CompileCommand::work)
                .put("wide_memory_rows", Chip.WIDE_ROWS)
                .put("wide_memory_floor", plan.floor())
                .put("parameter_rows", plan.tiles());
    }

    private static Facts extent(PlanSummary.Extent extent) {
        return new Facts()
                .put("what", extent.what())
                .put("first_byte", extent.first())
                .put("bytes", extent.bytes())
                .put("from_step", extent.from())
                .put("to_step", extent.to());
    }

    private static Facts work(PlanSummary.Work work) {
        return new Facts()
                .put("what", work.what())
                .put("form", work.form().isEmpty() ? null : work.form())
                .put("wide_memory_floor", work.floor())
                .put("parameters", work.parameters().isEmpty() ? null : pieces(work.parameters()))
                .put("op_cycles", work.cycles());
    }

    private static String pieces(List<Piece> pieces) {
        return pieces.stream()
                .map(piece ->
                        "tile " + piece.tile() + " rows " + piece.row() + " to " + (piece.row() + piece.rows() - 1))
                .collect(Collectors.joining(", "));
    }
}
