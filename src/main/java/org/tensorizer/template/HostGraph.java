package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.List;
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
        GraphExcerpt.Copies copies = new GraphExcerpt.Copies(source, writer);
        copies.put(inputTensor, in);
        for (int i = 0; i < out.size(); i++) {
            copies.put(outputTensors.get(i), out.get(i));
        }
        before.forEach(copies::operator);
        writer.custom(Operator.EDGE_TPU, gap.vector(b, TfliteWriter.ALIGNMENT), in, out);
        behind.forEach(copies::operator);
        return source == null
                ? writer.model(List.of(in), out, description, 0)
                : writer.model(copies.tensors(source.inputs()), copies.tensors(source.outputs()), description, 0);
    }

    private static int edge(TfliteWriter writer, Assembly.Edge edge) {
        return writer.tensor(
                edge.name(),
                edge.domain().type(),
                edge.shape(),
                TfliteWriter.Scaling.of(edge.scale(), edge.domain().zeroPoint()),
                null);
    }
}
