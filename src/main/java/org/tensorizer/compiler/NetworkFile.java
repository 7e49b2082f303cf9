package org.tensorizer.compiler;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.tensorizer.base.Sha256;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.ResultCode;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Program;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.Assembly;
import org.tensorizer.template.CompiledContainer;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.HostGraph;

/** The compiled .tflite of a network: its programs and payload in their container, with the layout of the outputs. */
final class NetworkFile {
    private final NetworkProgram program;
    private final List<ConvolutionPayload.Numbers> numbers;
    private final Tensor input;
    private final List<Tensor> outputs;

    /**
     * @param input tensor of the source that enters the chip
     * @param outputs those that leave it: images, then what the head gives
     */
    NetworkFile(NetworkProgram program, List<ConvolutionPayload.Numbers> numbers, Tensor input, List<Tensor> outputs) {
        this.program = program;
        this.numbers = numbers;
        this.input = input;
        this.outputs = outputs;
    }

    byte[] write(TfliteModel source, List<Operator> before, List<Operator> behind) {
        List<Assembly.Edge> edges = outputEdges();
        List<Program> execution =
                program.executionOnly(edges.stream().map(Assembly.Edge::name).toList());
        Program caching = program.parameterCaching();
        byte[] payload = new byte[program.payloadBytes()];
        program.writePayload(numbers, payload, 0);
        Assembly assembly = new Assembly(
                CompiledModelWriter.description(
                        program.describe(), "likely: written by rules that compiled programs were compared with"),
                execution,
                caching,
                inputEdge(),
                edges,
                program.narrowBytes(),
                payload.length,
                program.hostParameters(numbers),
                token(execution, caching, payload));
        HostGraph graph = before.isEmpty() && behind.isEmpty() && outputs.size() == 1 || source == null
                ? HostGraph.around(assembly)
                : new HostGraph(
                        assembly,
                        source,
                        input.index(),
                        outputs.stream().map(Tensor::index).toList(),
                        before,
                        behind);
        return new CompiledContainer(assembly, graph).write(place -> place.put(payload));
    }

    /** Another one for every program and every payload, or the chip would keep the parameters of another model. */
    private static long token(List<Program> execution, Program caching, byte[] payload) {
        MessageDigest digest = Sha256.digest();
        execution.forEach(chunk -> digest.update(chunk.bytes()));
        digest.update(caching.bytes());
        digest.update(payload);
        return ByteBuffer.wrap(digest.digest()).getLong() >>> 1 | 1;
    }

    private static String name(Tensor tensor, String otherwise) {
        return tensor.name().isEmpty() ? otherwise : tensor.name();
    }

    private Assembly.Edge inputEdge() {
        Image image = program.chain().images().get(0);
        return new Assembly.Edge(
                name(input, "input"),
                input.shape(),
                image.height(),
                image.width(),
                image.channels(),
                program.chain().input().bytes(),
                input.scale(),
                input.domain(),
                Optional.empty());
    }

    private List<Assembly.Edge> outputEdges() {
        List<Assembly.Edge> edges = new ArrayList<>();
        for (int number : program.chain().results()) {
            Image image = program.chain().images().get(number);
            edges.add(edge(
                    edges.size(),
                    image.height(),
                    image.width(),
                    image.channels(),
                    ResultCode.bytes(image),
                    layout(image)));
        }
        program.head().ifPresent(head -> edges.add(vectorEdge(edges.size(), head)));
        return edges;
    }

    private Assembly.Edge vectorEdge(int index, HeadPlan head) {
        List<Integer> offsets = new ArrayList<>();
        int offset = 0;
        for (int tile = 0; tile < Chip.TILES; tile++) {
            boolean used = tile < head.resultWords().size();
            offsets.add(used ? offset : 0);
            offset += used ? HeadPlan.tileBytes(head.resultWords().get(tile)) : 0;
        }
        List<Integer> zero = List.of(0);
        OutputLayout layout = new OutputLayout(
                zero, zero, offsets, zero, zero, List.of(4 * head.resultWords().get(0)));
        return edge(index, 1, 1, head.resultChannels(), head.resultBytes(), layout);
    }

    private Assembly.Edge edge(int index, int y, int x, int z, int bytes, OutputLayout layout) {
        Tensor output = outputs.get(index);
        boolean shared = outputs.stream()
                        .filter(other -> other.name().equals(output.name()))
                        .count()
                > 1;
        return new Assembly.Edge(
                name(output, "output") + (shared ? "_" + index : ""),
                output.shape(),
                y,
                x,
                z,
                bytes,
                output.scale(),
                output.domain(),
                Optional.of(layout));
    }

    /** Where the device puts pixel (y, x): tile, row of its part, byte in the row. */
    private static OutputLayout layout(Image image) {
        int pixel = 4 * image.pixelWords();
        List<Integer> offsets = new ArrayList<>();
        int offset = 0;
        for (int tile = 0; tile < Chip.TILES; tile++) {
            offsets.add(offset);
            offset += ResultCode.tileBytes(image, tile);
        }
        return new OutputLayout(
                each(image.height(), y -> Chip.GRID * image.rowOf(y)),
                each(image.width(), image::columnOf),
                offsets,
                each(image.width(), x -> pixel * (x - image.firstColumn(image.columnOf(x)))),
                each(image.height(), y -> y - image.firstRow(Chip.GRID * image.rowOf(y))),
                each(image.width(), x -> pixel * image.columns(image.columnOf(x))));
    }

    private static List<Integer> each(int count, IntUnaryOperator of) {
        return IntStream.range(0, count).map(of).boxed().toList();
    }
}
