package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchRecord;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Region;
import org.tensorizer.patch.TokenPolicy;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.NotDenseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "patch",
        description = "Writes a copy of a compiled model with other payload bytes. Only the bytes asked for and the"
                + " parameter-caching tokens change, which is checked before anything is written.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Modes: " + PatternOption.MODES + ".",
            "",
            "Examples:",
            "  tensorizer patch dense_edgetpu.tflite -o zero.tflite --mode zero",
            "  tensorizer patch dense_edgetpu.tflite -o cell.tflite --mode byte:255 --where cell:5,9",
            "  tensorizer patch mobilenet_edgetpu.tflite -o tap.tflite --layer 4 --row 7 --kernel 0,0 --mode byte:255",
            "  tensorizer patch dense_edgetpu.tflite -o both.tflite --mode constant:0 --where weights"
                    + " --mode single-hot:0,0,127 --where cell:0,0"
        })
final class PatchCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", description = "A compiled .tflite.")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "The patched model.")
    private Path output;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "What to write, see below. Several modes are written one after the other.")
    private List<String> modes = new ArrayList<>();

    @Mixin
    private LayerOption layer;

    @Option(
            names = "--where",
            paramLabel = "REGION",
            description = "payload, weights, header, row:OUT, column:IN, cell:OUT,IN or range:A-B (offsets in the"
                    + " payload), one for each mode. Default: the payload; the weights for a matrix.")
    private List<String> regions = new ArrayList<>();

    @Option(names = "--package", paramLabel = "N", description = "Which package, where there are several.")
    private Integer packageIndex;

    @Option(names = "--executable", paramLabel = "N", description = "Which executable. Default: PARAMETER_CACHING.")
    private Integer executable;

    @Mixin
    private Options.Overwrite overwrite;

    @Option(
            names = "--keep-token",
            description = "Keep the parameter-caching token. A chip that still holds weights under it keeps them.")
    private boolean keepToken;

    @Option(names = "--metadata-out", paramLabel = "FILE", description = "Write the record of the patch as JSON.")
    private Path metadata;

    @Option(names = "--dry-run", description = "Say what would change and write nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        if (output == null && !dryRun) {
            throw new BadInputException("patch: expected -o OUT, or --dry-run");
        }
        TfliteModel model = TfliteModel.read(file);
        if (layer.isGiven()) {
            return patchLayer(model);
        }
        if (modes.isEmpty()) {
            throw new BadInputException("patch: expected --mode, or --layer with --weights");
        }
        PatchedModel patched = PatchedModel.of(target(model), patch());
        PatchRecord record = patched.record();
        if (!dryRun) {
            AtomicFiles files = overwrite.files(file).add(output, patched.bytes());
            if (metadata != null) {
                files.add(metadata, record.toJson());
            }
            files.write();
        }
        print(facts(record).put("left_alone", leftAlone(model, patched.record())));
        return OK;
    }

    private int patchLayer(TfliteModel model) {
        if (!regions.isEmpty() || executable != null || packageIndex != null || metadata != null) {
            throw new BadInputException("patch: --layer goes with --row, --kernel and --channels, not with --where,"
                    + " --executable, --package or --metadata-out");
        }
        Facts facts = new Facts()
                .put("input", file.toString())
                .put("output", dryRun ? "(dry run, nothing written)" : output.toString());
        byte[] patched = layer.patch(model, modes, keepToken, facts);
        if (!dryRun) {
            overwrite.files(file).add(output, patched).write();
        }
        print(facts.put("output_sha256", Sha256.of(patched)));
        return OK;
    }

    private PatchTarget target(TfliteModel model) {
        if (executable != null) {
            return withLayout(model, PatchTarget.of(model, packageIndex == null ? 0 : packageIndex, executable));
        }
        return withLayout(model, packageIndex == null ? PatchTarget.of(model) : PatchTarget.of(model, packageIndex));
    }

    /** The layout of a Dense model; any other is patched by bytes alone. */
    private static PatchTarget withLayout(TfliteModel model, PatchTarget target) {
        try {
            DenseTemplate template = DenseTemplate.of(model);
            return target.payload().equals(template.payload()) ? target.withLayout(template.layout()) : target;
        } catch (NotDenseException e) {
            return target;
        }
    }

    private Patch patch() {
        if (!regions.isEmpty() && regions.size() != modes.size()) {
            throw new BadInputException(
                    "patch: " + modes.size() + " --mode and " + regions.size() + " --where: expected one for each");
        }
        Patch patch = null;
        for (int i = 0; i < modes.size(); i++) {
            org.tensorizer.patch.Pattern pattern = PatternOption.parse(modes.get(i));
            Patch step = regions.isEmpty() ? Patch.of(pattern) : Patch.of(Region.parse(regions.get(i)), pattern);
            patch = patch == null
                    ? step
                    : patch.then(
                            step.steps().get(0).region(), step.steps().get(0).pattern());
        }
        return patch.withToken(keepToken ? new TokenPolicy.Keep() : new TokenPolicy.Fresh());
    }

    /** What somebody might think was patched too, and the option for it. */
    private List<String> leftAlone(TfliteModel model, PatchRecord record) {
        List<String> alone = new ArrayList<>();
        for (EdgeTpuPackage each : model.packages()) {
            boolean same = each.index() == record.packageIndex();
            for (Executable part : each.executables()) {
                boolean patched = same && part.index() == record.executableIndex();
                if (!patched && !part.parameters().isEmpty()) {
                    alone.add("parameters of executable " + part.index() + " (" + part.type() + ") of package "
                            + each.index() + ", " + part.parameters().length() + " bytes: "
                            + (same ? "" : "--package " + each.index() + " ")
                            + "--executable " + part.index() + " patches them");
                }
            }
            if (!same && !keepToken && shareToken(each, model.packages().get(record.packageIndex()))) {
                alone.add(
                        "the token of package " + each.index() + ", which was that of package " + record.packageIndex()
                                + " as in models compiled together: the chip no longer keeps their parameters side by side;"
                                + " --keep-token leaves both as they were");
            }
        }
        return alone;
    }

    private static boolean shareToken(EdgeTpuPackage one, EdgeTpuPackage other) {
        return one.executables().stream()
                .anyMatch(a -> a.token() != 0 && other.executables().stream().anyMatch(b -> b.token() == a.token()));
    }

    private Facts facts(PatchRecord record) {
        return new Facts()
                .put("input", file.toString())
                .put("output", dryRun ? null : output.toString())
                .put("written", !dryRun)
                .put("layer", record.layout().orElse("unknown layout: patched by bytes"))
                .put("payload", record.payload())
                .list(
                        "steps",
                        record.steps(),
                        step -> new Facts()
                                .put("region", step.region())
                                .put("pattern", step.pattern())
                                .put("bytes", step.bytes()))
                .put("payload_bytes_changed", record.payloadBytesChanged())
                .put("bytes_compared_outside", record.bytesCompared())
                .put("token", record.tokenPolicy())
                .put("input_sha256", record.inputSha256())
                .put("output_sha256", record.outputSha256())
                .list(
                        "executables",
                        record.executables(),
                        part -> new Facts()
                                .put("index", part.index())
                                .put("type", part.type())
                                .put(
                                        "token_before",
                                        part.tokenBefore()
                                                .map(ModelFacts::token)
                                                .orElse("absent"))
                                .put(
                                        "token_after",
                                        part.tokenAfter().map(ModelFacts::token).orElse("absent"))
                                .put("changed", !part.sha256Before().equals(part.sha256After())));
    }
}
