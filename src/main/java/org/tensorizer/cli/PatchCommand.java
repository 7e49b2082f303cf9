package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Npy;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchRecord;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.patch.TokenPolicy;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "patch",
        description = "Writes a copy of a compiled model with other payload bytes. Only the bytes asked for and the"
                + " parameter-caching tokens change, which is checked before anything is written.",
        footer = {
            "",
            "Modes: " + WeightsOption.MODES + ".",
            "",
            "Examples:",
            "  tensorizer patch dense_edgetpu.tflite -o zero.tflite --mode zero",
            "  tensorizer patch dense_edgetpu.tflite -o cell.tflite --mode byte:255 --where cell:5,9",
            "  tensorizer patch conv_edgetpu.tflite -o moved.tflite --mode identity:0,1",
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
            description = "payload, weights, header, row:OUT, column:IN, kernel:KY,KX, channels:A-B, cell:OUT,IN,"
                    + " cell:OUT,KY,KX,IN or range:A-B (offsets in the payload), one for each mode; row, kernel and"
                    + " channels joined by +. Default: the payload; the weights for a matrix or with --layer.")
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
        if (modes.isEmpty() && !layer.hasWeights()) {
            throw new BadInputException("patch: expected --mode or --weights");
        }
        Patch patch = patch();
        PatchTarget target = target(model, patch);
        if (layer.hasWeights()) {
            List<Patch.Step> steps = new ArrayList<>(patch.steps());
            steps.add(0, new Patch.Step(Region.weights(), layer.matrix(target)));
            patch = new Patch(steps, patch.token());
        }
        PatchedModel patched = PatchedModel.of(target, patch);
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

    private PatchTarget target(TfliteModel model, Patch patch) {
        if (layer.isGiven()) {
            if (executable != null || packageIndex != null) {
                throw new BadInputException("patch: --layer finds the executable by itself, expected no --executable or"
                        + " --package beside it");
            }
            return layer.target(model);
        }
        PatchTarget target = packageIndex == null && executable == null
                ? PatchTarget.of(model)
                : executable == null
                        ? PatchTarget.of(model, packageIndex)
                        : PatchTarget.of(model, packageIndex == null ? 0 : packageIndex, executable);
        try {
            DenseTemplate template = DenseTemplate.of(model);
            return target.payload().equals(template.payload()) ? template.target() : target;
        } catch (NotDenseException e) {
            boolean asked = layer.speaksOfWeights() || patch.steps().stream().anyMatch(Patch.Step::needsLayer);
            return asked && executable == null && packageIndex == null ? layer.target(model) : target;
        }
    }

    private Patch patch() {
        if (!regions.isEmpty() && regions.size() != modes.size()) {
            throw new BadInputException(
                    "patch: " + modes.size() + " --mode and " + regions.size() + " --where: expected one for each");
        }
        List<Patch.Step> steps = new ArrayList<>();
        for (int i = 0; i < modes.size(); i++) {
            org.tensorizer.patch.Pattern pattern = WeightsOption.pattern(modes.get(i));
            Region region = regions.isEmpty() ? layer.region(pattern) : Region.parse(regions.get(i));
            steps.add(new Patch.Step(region, pattern));
        }
        return new Patch(steps, keepToken ? TokenPolicy.KEEP : TokenPolicy.FRESH);
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
                .put("input", file)
                .put("output", dryRun ? null : output)
                .put("written", !dryRun)
                .put("layer", record.layout().orElse("unknown: patched by bytes"))
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

    /** {@code --layer} of {@code patch}: weights of one layer of any network, found from its program. */
    private static final class LayerOption {
        @Option(
                names = "--layer",
                paramLabel = "N",
                description = "Patch weights of this layer of any network, numbered as by explain.")
        private Integer layer;

        @Option(names = "--row", paramLabel = "OUT", description = "Only this output channel.")
        private Integer row;

        @Option(names = "--kernel", paramLabel = "Y,X", description = "Only this tap of the kernel.")
        private String kernel;

        @Option(names = "--channels", paramLabel = "A:B", description = "Only input channels A to B - 1.")
        private String channels;

        @Option(
                names = "--weights",
                paramLabel = "FILE.npy",
                description =
                        "Before all modes: all weights, int8 [out, ky, kx, in], of a depthwise layer [channel, ky, kx].")
        private Path weights;

        /** The layer that was asked for, or the only one. */
        PatchTarget target(TfliteModel model) {
            Network network = Network.of(model);
            List<LayerOperator> layers = network.layers();
            if (layer == null && layers.size() != 1) {
                throw new BadInputException(model.name() + ": " + layers.size() + " layers, choose one with --layer N");
            }
            return network.target(network.layer(layer == null ? 0 : layer));
        }

        /** Whether a layer of several was chosen. */
        boolean isGiven() {
            return layer != null;
        }

        /** Whether options speak of weights. */
        boolean speaksOfWeights() {
            return row != null || kernel != null || channels != null || weights != null;
        }

        /** Where a mode goes for which nothing else was said. */
        Region region(Pattern pattern) {
            if (row == null && kernel == null && channels == null) {
                return layer == null ? pattern.defaultRegion() : Region.weights();
            }
            int[] tap = kernel == null ? new int[] {-1, -1} : Options.numbers("--kernel", kernel, ",");
            int[] range = channels == null ? new int[] {-1, -1} : Options.numbers("--channels", channels, ":");
            if (row != null && row < 0) {
                throw new BadInputException("--row " + row + ": expected an output channel, from 0 on");
            }
            return new Region.Part(row == null ? -1 : row, tap[0], tap[1], range[0], range[1]);
        }

        boolean hasWeights() {
            return weights != null;
        }

        /** The weights of a file. */
        Pattern matrix(PatchTarget target) {
            PayloadLayout layout = target.layer().orElseThrow().layout();
            Npy array = WeightsOption.int8(weights);
            List<Integer> kernels = List.of(layout.outputs(), layout.height(), layout.width(), layout.inputs());
            boolean fits = array.shape().equals(kernels)
                    || layout.inputs() == 1 && array.shape().equals(kernels.subList(0, 3))
                    || layout.taps() == 1 && array.shape().equals(List.of(layout.outputs(), layout.inputs()));
            if (!fits) {
                throw new BadInputException(weights + ": expected shape "
                        + (layout.inputs() == 1 ? kernels.subList(0, 3) : kernels) + ", found " + array.shape());
            }
            return Pattern.matrix(array.data());
        }
    }
}
