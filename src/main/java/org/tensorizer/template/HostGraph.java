package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;

/**
 * The TFLite graph around the custom op of a compiled model: nothing but its input and outputs, or operators of the source
 * that stay on the host, before and behind it, with their tensors and constants.
 *
 * @param source whose operators stay, null where the custom op is alone
 * @param inputTensor tensor of the source that the custom op takes
 * @param outputTensors those it gives, in the order of the assembly's outputs
 * @param before operators that stay in front of it, in order
 * @param behind operators that stay behind it
 */
public record HostGraph(
        Assembly assembly,
        TfliteModel source,
        int inputTensor,
        List<Integer> outputTensors,
        List<Operator> before,
        List<Operator> behind) {
    /** The custom op alone. */
    public static HostGraph around(Assembly assembly) {
        return new HostGraph(
                assembly,
                null,
                0,
                IntStream.rangeClosed(1, assembly.outputs().size()).boxed().toList(),
                List.of(),
                List.of());
    }

    /** @return the root table of the model; the gap takes the custom options */
    int write(FlatBufferBuilder b, String description, NestedFlatBuffer.Gap gap) {
        TfliteWriter writer = new TfliteWriter(b);
        int in = edge(writer, assembly.input());
        List<Integer> out =
                assembly.outputs().stream().map(edge -> edge(writer, edge)).toList();
        Tensors tensors = new Tensors(writer);
        tensors.numbers.put(inputTensor, in);
        for (int i = 0; i < out.size(); i++) {
            tensors.numbers.put(outputTensors.get(i), out.get(i));
        }
        before.forEach(tensors::copyWith);
        writer.custom(Operator.EDGE_TPU, gap.vector(b, TfliteWriter.ALIGNMENT), in, out);
        behind.forEach(tensors::copyWith);
        return source == null
                ? writer.model(List.of(in), out, description, 0)
                : writer.model(tensors.here(source.inputs()), tensors.here(source.outputs()), description, 0);
    }

    private static int edge(TfliteWriter writer, Assembly.Edge edge) {
        return writer.tensor(
                edge.name(),
                edge.domain().type(),
                edge.shape(),
                TfliteWriter.Scaling.of(edge.scale(), edge.domain().zeroPoint()),
                null);
    }

    /** Numbers the source's tensors as they are used. */
    private final class Tensors {
        private final TfliteWriter writer;
        private final Map<Integer, Integer> numbers = new HashMap<>();

        Tensors(TfliteWriter writer) {
            this.writer = writer;
        }

        void copyWith(Operator operator) {
            writer.copied(source, operator, here(operator.inputs()), here(operator.outputs()));
        }

        List<Integer> here(List<Integer> indices) {
            return indices.stream().map(index -> index < 0 ? -1 : here(index)).toList();
        }

        private int here(int index) {
            return numbers.computeIfAbsent(
                    index, i -> writer.copied(source, source.tensors().get(i)));
        }
    }
}
