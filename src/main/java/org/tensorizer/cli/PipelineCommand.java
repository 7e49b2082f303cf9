package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Region;
import org.tensorizer.picture.Comparison;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.Png;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.EdgeTpuCompiler;
import org.tensorizer.template.SourceModelWriter;
import org.tensorizer.template.TemplateVerification;
import org.tensorizer.template.WorkFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "pipeline",
        description = "All in one: makes a template, has edgetpu_compiler check it where installed, patches it, runs"
                + " original and patched model, compares with exact arithmetic, writes a report.",
        footer = {
            "",
            "In DIR: source.tflite, template_edgetpu.tflite, patched_edgetpu.tflite, patch.json, original.png, patched.png, report.html,"
                    + " summary.json; source_edgetpu.tflite, if edgetpu_compiler is there. All or none.",
            "",
            "Ends with status 1 if an output differs from the prediction. Example:",
            "  tensorizer pipeline --size 256 --mode shift+1 --out run1"
        })
final class PipelineCommand extends FactsCommand {
    private static final String COMPILED = "source_edgetpu.tflite";
    private static final List<String> FILES = List.of(
            "source.tflite",
            "template_edgetpu.tflite",
            "patched_edgetpu.tflite",
            "patch.json",
            "original.png",
            "patched.png",
            "report.html",
            "summary.json");

    @Option(names = "--size", paramLabel = "N", description = "Inputs and outputs of the int8 template. Default: 256.")
    private int size = 256;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "Patch for the weights, as for patch. Default: shift+1.")
    private String mode = "shift+1";

    @Option(names = "--input", paramLabel = "INPUT", description = "As for run. Default: ramp.")
    private String input = "ramp";

    @Mixin
    private Options.OnDevice device;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for all files.")
    private Path folder;

    @Mixin
    private Options.Overwrite overwrite;

    @Override
    public Integer call() throws IOException {
        atLeast(1, "--size", size);
        org.tensorizer.patch.Pattern pattern = WeightsOption.pattern(mode);
        DenseShape shape = DenseShape.square(size, ParameterFormat.PER_TENSOR);
        ShapeStatus.of(shape).require();
        DenseSpec layer = DenseSpec.of(shape)
                .type(TensorType.INT8)
                .weights(WeightsOption.weights("identity", shape))
                .build();
        Files.createDirectories(folder);
        FILES.forEach(name -> overwrite.check(folder.resolve(name)));
        AtomicFiles files = overwrite.files();
        byte[] source = SourceModelWriter.write(layer);
        files.add(folder.resolve("source.tflite"), source);
        byte[] compiled = CompiledModelWriter.write(layer);
        files.add(folder.resolve("template_edgetpu.tflite"), compiled);
        DenseTemplate template = DenseTemplate.of(
                TfliteModel.parse(folder.resolve("template_edgetpu.tflite").toString(), compiled));
        PatchedModel patched = template.patch(Patch.of(Region.weights(), pattern));
        files.add(folder.resolve("patched_edgetpu.tflite"), patched.bytes());
        files.add(folder.resolve("patch.json"), patched.record().toJson());

        Facts facts = new Facts()
                .put("template", TemplateFacts.of(template))
                .put("compiler", compiler(source, files))
                .put("patch", mode + " over the weights")
                .put("payload_bytes_changed", patched.record().payloadBytesChanged());
        boolean asPredicted;
        try (Device opened = device.open()) {
            facts.device(opened).put("input", input);
            boolean original = run(opened, template, "original", facts, files);
            DenseTemplate shifted = DenseTemplate.of(patched.model("patched_edgetpu.tflite"));
            boolean changed = run(opened, shifted, "patched", facts, files);
            asPredicted = original && changed;
        }
        facts.put("verdict", asPredicted ? "supported: every output as predicted" : "refuted");
        files.add(folder.resolve("report.html"), html(facts));
        files.add(folder.resolve("summary.json"), facts.toJson());
        files.write();
        print(facts.put("out", folder));
        return asPredicted ? OK : REFUTED;
    }

    private Facts compiler(byte[] source, AtomicFiles files) throws IOException {
        Optional<EdgeTpuCompiler> found = EdgeTpuCompiler.find();
        if (found.isEmpty()) {
            return new Facts()
                    .put(
                            "found",
                            "not installed: the template is Tensorizer's own, nothing was compared with the compiler's");
        }
        try (WorkFolder work = WorkFolder.create()) {
            Path copy = Files.write(work.resolve("source.tflite"), source);
            Path results = work.resolve("out");
            EdgeTpuCompiler.Compilation compilation = found.get().compile(copy, results, Duration.ofMinutes(3));
            byte[] compiled = Files.readAllBytes(compilation.model());
            files.add(folder.resolve(COMPILED), compiled);
            return TemplateFacts.of(compilation)
                    .put("compiled", folder.resolve(COMPILED))
                    .put(
                            "program_same",
                            TemplateVerification.of(TfliteModel.parse(COMPILED, compiled))
                                    .isProgramSame());
        }
    }

    private boolean run(Device opened, DenseTemplate template, String name, Facts facts, AtomicFiles files) {
        byte[] observed;
        byte[] given;
        try (Session session = opened.open(template.model())) {
            given = InputPattern.one(input, session.inputs()).get(0);
            observed = session.run(given);
        }
        byte[] expected = template.expected(given);
        Comparison comparison = new Comparison(Grid.row(expected, true), Grid.row(observed, true));
        files.add(folder.resolve(name + ".png"), Png.bytes(comparison.draw()));
        facts.put(
                name,
                new Facts()
                        .put("outputs", observed.length)
                        .put("outputs_that_differ", comparison.differing())
                        .put("expected", signed(expected))
                        .put("observed", signed(observed)));
        return Arrays.equals(expected, observed);
    }

    private static List<Integer> signed(byte[] bytes) {
        return IntStream.range(0, bytes.length).mapToObj(i -> (int) bytes[i]).toList();
    }

    private String html(Facts facts) {
        return "<!doctype html><meta charset=utf-8><title>Tensorizer pipeline</title>"
                + "<style>body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
                + "img{max-width:100%}pre{overflow:auto;background:#f4f4f4;padding:1rem}</style><h1>Template, patch, run</h1>"
                + "<p>"
                + escaped(facts.entries().get("verdict") + ", evidence: "
                        + facts.entries().get("evidence"))
                + ".</p><h2>Original</h2><img alt='expected, observed, difference' src=original.png>"
                + "<h2>Patched</h2><img alt='expected, observed, difference' src=patched.png><h2>Facts</h2><pre>"
                + escaped(Facts.Text.of(facts)) + "</pre>\n";
    }
}
