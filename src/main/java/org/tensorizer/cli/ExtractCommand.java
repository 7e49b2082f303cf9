package org.tensorizer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.template.ChainSpec;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import org.tensorizer.template.SourceModel;
import org.tensorizer.template.SourceModelWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "extract",
        description =
                "Writes what a compiled model is made of as files, with a metadata.json that tells about them. Deletes"
                        + " nothing.",
        footer = {
            "",
            "parts: packages, executables, instruction chunks and payloads, byte for byte as they stand in the file.",
            "weights: of each layer W[out][in] as int8, its weight scales and its biases, for NumPy.",
            "source: the uncompiled .tflite that `template from` compiles to this model again.",
            "Weights of other layers are W[out][ky][kx][in], their scales multipliers from accumulator to output. The"
                    + " source is for Dense layers, one or a chain; lift writes that of any network. Weight scales per"
                    + " tensor, and the scales between layers, are not in a compiled model: they are ones that lead to"
                    + " the same program.",
            "",
            "Example: tensorizer extract model_edgetpu.tflite --as weights --out parts"
        })
final class ExtractCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", description = "A compiled .tflite.")
    private Path file;

    /** What is written. */
    private enum Form {
        PARTS,
        WEIGHTS,
        SOURCE
    }

    @Option(names = "--as", paramLabel = "FORM", description = "parts, weights or source. Default: parts.")
    private Form form = Form.PARTS;

    @Option(
            names = "--layer",
            paramLabel = "N",
            description = "Weights, scales and biases of this layer of any network, numbered as by explain.")
    private Integer layer;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to, made if missing.")
    private Path folder;

    @Mixin
    private Options.Overwrite overwrite;

    @Override
    public Integer call() throws IOException {
        byte[] bytes = InputFile.read(file);
        TfliteModel model = TfliteModel.parse(file.toString(), bytes);
        if (!model.isCompiled()) {
            throw new BadInputException(file + ": nothing to extract, the model is not compiled for the Edge TPU");
        }
        Facts facts = new Facts()
                .put("source", file)
                .put("source_sha256", Sha256.of(bytes))
                .put("out", folder);
        Map<String, byte[]> contents = new LinkedHashMap<>();
        Map<String, ByteRange> ranges = form == Form.PARTS && layer == null ? parts(model) : Map.of();
        if (layer != null) {
            Network network = Network.of(model);
            LayerOperator chosen = network.layer(layer);
            arrays(network, chosen, layer, contents);
            facts.put("layer", layer + ": " + chosen)
                    .put("weight_zero_point", network.weightZero(chosen) - Quantization.WEIGHT_ZERO_POINT)
                    .put("range", network.range(chosen).toString());
        } else if (form == Form.PARTS) {
            ranges.forEach((name, range) -> contents.put(name, Arrays.copyOfRange(bytes, range.start(), range.end())));
        } else {
            layers(model, facts, contents);
        }
        Files.createDirectories(folder);
        AtomicFiles files = overwrite.files(file);
        contents.forEach((name, content) -> files.add(folder.resolve(name), content));
        facts.list(
                "files",
                contents.entrySet(),
                each -> new Facts()
                        .put("file", each.getKey())
                        .put("range", ranges.get(each.getKey()))
                        .put("bytes", each.getValue().length)
                        .put("sha256", Sha256.of(each.getValue())));
        Facts metadata = new Facts().putAll(facts).put("model", InspectCommand.facts(model));
        files.add(folder.resolve("metadata.json"), metadata.toJson()).write();
        print(facts);
        return OK;
    }

    /** Weights, biases and multipliers of one layer, for NumPy. */
    private static void arrays(Network network, LayerOperator chosen, int number, Map<String, byte[]> contents) {
        PayloadLayout layout = chosen.layout();
        byte[] weights = TensorDomain.turned(network.weights(chosen));
        boolean depthwise = chosen.kind() == LayerOperator.Kind.DEPTHWISE_CONV_2D;
        List<Integer> shape = depthwise
                ? List.of(layout.outputs(), layout.height(), layout.width())
                : List.of(layout.outputs(), layout.height(), layout.width(), layout.inputs());
        String prefix = "layer" + number + "_";
        contents.put(prefix + "weights.npy", new Npy(Npy.Type.INT8, shape, weights).toBytes());
        contents.put(
                prefix + "bias.npy",
                Npy.of(network.biases(chosen), layout.outputs()).toBytes());
        contents.put(
                prefix + "multipliers.npy",
                Npy.of(network.multipliers(chosen), layout.outputs()).toBytes());
    }

    /** All layers of a network that is no chain of Dense layers. */
    private void network(TfliteModel model, NotDenseException reason, Facts facts, Map<String, byte[]> contents) {
        if (form == Form.SOURCE) {
            throw new BadInputException(reason.getMessage() + "; lift writes the plain model of any network", reason);
        }
        Network network = Network.of(model);
        List<Facts> layers = new ArrayList<>();
        for (LayerOperator each : network.layers()) {
            arrays(network, each, layers.size(), contents);
            layers.add(ModelFacts.layer(each)
                    .put("weight_zero_point_unsigned", network.weightZero(each))
                    .put("range", network.range(each)));
        }
        facts.put("layers", layers);
    }

    private void layers(TfliteModel model, Facts facts, Map<String, byte[]> contents) {
        ChainSpec chain;
        try {
            chain = ChainSpec.read(model);
        } catch (NotDenseException e) {
            network(model, e, facts, contents);
            return;
        }
        long token = chain.layers().get(0).token();
        byte[] source = SourceModelWriter.write(chain);
        byte[] again = CompiledModelWriter.write(
                SourceModel.of(TfliteModel.parse("source", source)).chain(token));
        List<Facts> layers = new ArrayList<>();
        for (DenseSpec layer : chain.layers()) {
            String prefix = "layer" + layers.size() + "_";
            layers.add(ModelFacts.dense(layer.shape())
                    .put("input_scale", layer.quantization().inputScale())
                    .put("input_zero_point_unsigned", layer.quantization().inputZeroPoint())
                    .put("output_scale", layer.quantization().outputScale())
                    .put("output_zero_point_unsigned", layer.quantization().outputZeroPoint())
                    .put("weight_zero_point_unsigned", layer.quantization().weightZeroPoint()));
            if (form == Form.WEIGHTS) {
                arrays(layer).forEach((name, array) -> contents.put(prefix + name + ".npy", array.toBytes()));
            }
        }
        if (form == Form.SOURCE) {
            String name = file.getFileName().toString().replaceFirst("(_edgetpu)?\\.tflite$", "");
            contents.put(name + ".tflite", source);
        }
        facts.put("layers", layers)
                .put("token", ModelFacts.token(token))
                .put("compiled_again", comparison(model, TfliteModel.parse("again", again)));
    }

    /** How the source, compiled here, compares with the model it was taken from. */
    private static String comparison(TfliteModel model, TfliteModel again) {
        if (model.bytes().equals(again.bytes())) {
            return "identical";
        }
        boolean same = true;
        for (Executable mine : again.onlyPackage().executables()) {
            for (Executable theirs : model.onlyPackage().executables()) {
                same &= mine.type() != theirs.type()
                        || again.bytes(mine.chunks().get(0).range())
                                        .equals(model.bytes(
                                                theirs.chunks().get(0).range()))
                                && again.bytes(mine.parameters()).equals(model.bytes(theirs.parameters()));
            }
        }
        return same ? "same programs and payload in another container" : "other programs or payload";
    }

    private static Map<String, Npy> arrays(DenseSpec layer) {
        DenseShape shape = layer.shape();
        float[] scales = shape.format().isPerChannel()
                ? layer.weightScales()
                : new float[] {layer.quantization().weightScale()};
        Map<String, Npy> arrays = new LinkedHashMap<>();
        arrays.put("weights", new Npy(Npy.Type.INT8, List.of(shape.outputs(), shape.inputs()), layer.weights()));
        arrays.put("scales", Npy.of(scales, scales.length));
        if (shape.format().hasBias()) {
            arrays.put("bias", Npy.of(layer.bias(), shape.outputs()));
        }
        return arrays;
    }

    private static Map<String, ByteRange> parts(TfliteModel model) {
        Map<String, ByteRange> parts = new LinkedHashMap<>();
        for (EdgeTpuPackage edgeTpu : model.packages()) {
            String prefix = "package" + edgeTpu.index();
            parts.put(prefix + ".bin", edgeTpu.range());
            for (Executable executable : edgeTpu.executables()) {
                String name = prefix + "_executable" + executable.index();
                parts.put(name + ".bin", executable.range());
                for (InstructionChunk chunk : executable.chunks()) {
                    parts.put(name + "_chunk" + chunk.index() + ".bin", chunk.range());
                }
                if (!executable.parameters().isEmpty()) {
                    parts.put(name + "_parameters.bin", executable.parameters());
                }
            }
        }
        return parts;
    }
}
