package org.tensorizer.cli;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.base.Printable;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.Elements;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.TopK;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Runs a model on a device and shows its outputs; several inputs run one after the other in one"
                + " session.",
        footer = {
            "",
            "Inputs: " + InputPattern.NAMES + ". " + InputPattern.MEANING,
            "",
            "Example: tensorizer run dense_edgetpu.tflite --input ramp --input impulse:3 --dequantize"
        })
final class RunCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", description = "A .tflite, compiled or not.")
    private Path file;

    @Option(names = "--input", paramLabel = "INPUT", description = "What goes in. Default: ramp.")
    private List<String> inputs = new ArrayList<>();

    @Mixin
    private Options.OnDevice device;

    @Mixin
    private Options.Lift lift;

    @Option(names = "--top", paramLabel = "K", description = "Show the K highest outputs, last maximum first.")
    private int top = 5;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Names of the classes, one a line: shown beside the highest outputs.")
    private Path labels;

    @Option(names = "--dequantize", description = "Also show (q - zero point) * scale.")
    private boolean dequantize;

    @Option(names = "--npy", paramLabel = "FILE", description = "Write the outputs, one row an input.")
    private Path npy;

    @Mixin
    private Options.Overwrite overwrite;

    @Override
    public Integer call() {
        atLeast(0, "--top", top);
        if (npy != null) {
            overwrite.check(npy, file);
        }
        List<String> classes = labels == null ? List.of() : lines(labels);
        TfliteModel model = lift.of(TfliteModel.read(file));
        List<String> names = inputs.isEmpty() ? List.of("ramp") : inputs;
        List<Facts> runs = new ArrayList<>();
        List<byte[]> rows = new ArrayList<>();
        Facts facts = new Facts().put("file", file).put("model_sha256", model.sha256());
        try (Device opened = device.open(model.isCompiled());
                Session session = opened.open(model)) {
            facts.device(opened);
            for (String name : names) {
                List<List<byte[]>> inferences = InputPattern.rows(name, session.inputs());
                for (int row = 0; row < inferences.size(); row++) {
                    List<byte[]> output = session.run(inferences.get(row));
                    rows.add(output.get(0));
                    Facts run = new Facts().put("input", name).put("row", inferences.size() == 1 ? null : row);
                    runs.add(run.put("outputs", outputs(session.outputs(), output, classes)));
                }
            }
            writeNpy(session.outputs().get(0), rows);
        }
        print(facts.put("runs", runs));
        return OK;
    }

    private static List<String> lines(Path file) {
        List<String> lines = new String(InputFile.read(file), StandardCharsets.UTF_8)
                .lines()
                .map(Printable::line)
                .toList();
        if (lines.isEmpty()) {
            throw new BadInputException(file + ": expected the name of a class in each line, found nothing");
        }
        return lines;
    }

    private List<Facts> outputs(List<TensorSpec> tensors, List<byte[]> outputs, List<String> classes) {
        return IntStream.range(0, outputs.size())
                .mapToObj(i -> output(tensors.get(i), outputs.get(i), i == 0 ? classes : List.of()))
                .toList();
    }

    private Facts output(TensorSpec tensor, byte[] bytes, List<String> classes) {
        Facts facts = new Facts()
                .put("tensor", tensor.name())
                .put("type", tensor.type())
                .put("shape", tensor.shape())
                .put("sha256", Sha256.of(bytes));
        Elements values = Elements.of(tensor.type(), bytes);
        facts.put("values", values);
        if (!classes.isEmpty() && classes.size() != values.size()) {
            throw new BadInputException(labels + ": expected " + values.size() + " lines, one for each value of output "
                    + tensor.name() + ", found " + classes.size());
        }
        List<TopK> highest = TopK.of(values, top);
        if (!highest.isEmpty()) {
            facts.put("argmax", highest.get(0).index());
        }
        if (dequantize) {
            facts.list("dequantized", values, value -> real(tensor, value));
        }
        return facts.list(
                "top",
                highest,
                each -> new Facts()
                        .put("index", each.index())
                        .put("label", classes.isEmpty() ? null : classes.get(each.index()))
                        .put("value", each.value())
                        .put("dequantized", real(tensor, each.value())));
    }

    /** The number that an element stands for; a tensor without quantization holds it as it is. */
    private static Number real(TensorSpec tensor, Number value) {
        return tensor.scale() == 0 ? value : (Number) ((value.floatValue() - tensor.zeroPoint()) * tensor.scale());
    }

    private void writeNpy(TensorSpec tensor, List<byte[]> rows) {
        if (npy == null) {
            return;
        }
        Npy.Type type = Npy.Type.named(tensor.type())
                .orElseThrow(() -> new BadInputException(
                        "--npy: outputs of type " + tensor.type() + " have no form in NumPy's format"));
        ByteBuffer data = ByteBuffer.allocate(rows.size() * tensor.byteSize());
        rows.forEach(data::put);
        Npy array = new Npy(type, List.of(rows.size(), tensor.byteSize() / type.bytes()), data.array());
        overwrite.files(file).add(npy, array.toBytes()).write();
    }
}
