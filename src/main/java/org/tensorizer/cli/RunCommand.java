package org.tensorizer.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.Device;
import org.tensorizer.device.Elements;
import org.tensorizer.tools.TopK;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Runs a model on a device and shows its outputs; several inputs run one after the other in one"
                + " session.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Inputs: " + InputPattern.NAMES + ". They are raw values of the tensor's own type: ramp counts up from the"
                    + " lowest value and wraps, mod251 is byte i %% 251.",
            "",
            "Example: tensorizer run dense_edgetpu.tflite --input ramp --input impulse:3 --dequantize"
        })
final class RunCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", description = "A .tflite, compiled or not.")
    private Path file;

    @Option(names = "--input", paramLabel = "INPUT", description = "What goes in. Default: ramp.")
    private List<String> inputs = new ArrayList<>();

    @Mixin
    private DeviceOption device;

    @Option(names = "--top", paramLabel = "K", description = "Show the K highest outputs, last maximum first.")
    private int top = 5;

    @Option(names = "--dequantize", description = "Also show (q - zero point) * scale.")
    private boolean dequantize;

    @Option(names = "--npy", paramLabel = "FILE", description = "Write the outputs, one row an input.")
    private Path npy;

    @Option(names = "--overwrite", description = "Replace the NPY file if it exists.")
    private boolean overwrite;

    @Override
    public Integer call() {
        if (top < 0) {
            throw new BadInputException("--top " + top + ": expected 0 or more");
        }
        Existing existing = overwrite ? Existing.REPLACE : Existing.REFUSE;
        if (npy != null) {
            AtomicFiles.check(npy, existing, file);
        }
        byte[] model = InputFile.read(file);
        boolean compiled = TfliteModel.parse(file.toString(), model).isCompiled();
        List<String> names = inputs.isEmpty() ? List.of("ramp") : inputs;
        List<Facts> runs = new ArrayList<>();
        List<byte[]> rows = new ArrayList<>();
        Facts facts = new Facts().put("file", file.toString()).put("model_sha256", Sha256.of(model));
        try (Device opened = device.open(compiled);
                Session session = opened.open(file.toString(), model)) {
            facts.put("device", opened.name())
                    .put("evidence", opened.provenance().toString());
            for (String name : names) {
                List<byte[]> input = session.inputs().stream()
                        .map(tensor -> InputPattern.bytes(name, tensor))
                        .toList();
                List<byte[]> output = session.run(input);
                rows.add(output.get(0));
                runs.add(run(name, session.outputs(), output));
            }
            writeNpy(session.outputs().get(0), rows, existing);
        }
        print(facts.put("runs", runs));
        return ExitCode.OK;
    }

    private Facts run(String name, List<TensorSpec> tensors, List<byte[]> outputs) {
        List<Facts> all = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            all.add(output(tensors.get(i), outputs.get(i)));
        }
        return new Facts().put("input", name).put("outputs", all);
    }

    private Facts output(TensorSpec tensor, byte[] bytes) {
        Facts facts = new Facts()
                .put("tensor", tensor.name())
                .put("type", tensor.type())
                .put("shape", tensor.shape())
                .put("sha256", Sha256.of(bytes));
        Elements values = Elements.of(tensor.type(), bytes);
        facts.put("values", values);
        List<TopK> highest = TopK.of(values, top);
        if (!highest.isEmpty()) {
            facts.put("argmax", highest.get(0).index());
        }
        if (dequantize) {
            facts.put("dequantized", values.stream().map(value -> real(tensor, value)).toList());
        }
        return facts.put(
                "top",
                highest.stream()
                        .map(each -> new Facts()
                                .put("index", each.index())
                                .put("value", each.value())
                                .put("dequantized", real(tensor, each.value())))
                        .toList());
    }

    /** The number that an element stands for; a tensor without quantization holds it as it is. */
    private static Number real(TensorSpec tensor, Number value) {
        return tensor.scale() == 0 ? value : (Number) ((value.floatValue() - tensor.zeroPoint()) * tensor.scale());
    }

    private void writeNpy(TensorSpec tensor, List<byte[]> rows, Existing existing) {
        if (npy == null) {
            return;
        }
        ByteBuffer data = ByteBuffer.allocate(rows.size() * tensor.byteSize());
        rows.forEach(data::put);
        Npy.Type type = switch (tensor.type()) {
            case "INT8" -> Npy.Type.INT8;
            case "UINT8" -> Npy.Type.UINT8;
            case "FLOAT32" -> Npy.Type.FLOAT32;
            default ->
                throw new BadInputException("--npy: outputs of type " + tensor.type() + " have no NPY"
                        + " form here, expected INT8, UINT8 or FLOAT32");
        };
        Npy array = new Npy(type, List.of(rows.size(), tensor.byteSize() / type.bytes()), data.array());
        AtomicFiles.write(npy, array.toBytes(), existing, file);
    }
}
