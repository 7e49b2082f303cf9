package org.tensorizer.template;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorizer.dense.ChainProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Partition;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.layout.DenseHeader;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.TfliteModel;

/**
 * Writes a complete compiled .tflite of a Dense layer, or of a chain of them, without edgetpu_compiler: programs, payload, and every field of the
 * container that libedgetpu needs or the compiler writes. The model's description says that Tensorizer wrote it and how
 * far its program was compared with the compiler's.
 *
 * <p>Deterministic: the same {@link DenseSpec}, token included, gives the same bytes. Thread-safe.
 */
public final class CompiledModelWriter {
    private static final String SIGNATURE = ", written by Tensorizer without edgetpu_compiler; program ";

    private CompiledModelWriter() {}

    /** Whether a model says that it was written here: comparing it with what we write shows nothing. */
    public static boolean wrote(TfliteModel model) {
        return model.description().contains(SIGNATURE);
    }

    /** @return a whole .tflite */
    public static byte[] write(DenseSpec spec) {
        return write(new ChainSpec(List.of(spec)));
    }

    /** @return a whole .tflite of several layers in one program */
    public static byte[] write(ChainSpec chain) {
        ChainProgram program = chain.program();
        Assembly assembly = new Assembly(
                description(chain),
                List.of(program.executionOnly()),
                program.parameterCaching(),
                input(chain.first()),
                List.of(output(chain.last())),
                program.narrowBytesPerTile(),
                program.payloadBytes(),
                new byte[0],
                chain.first().token());
        return new CompiledContainer(assembly, HostGraph.around(assembly))
                .write(payload -> fill(chain, program, payload));
    }

    private static Assembly.Edge input(DenseSpec layer) {
        Quantization q = layer.quantization();
        return Assembly.Edge.input(layer.inputName(), layer.shape().inputs(), q.inputScale(), layer.inputDomain());
    }

    private static Assembly.Edge output(DenseSpec layer) {
        Quantization q = layer.quantization();
        return Assembly.Edge.output(
                layer.outputName(),
                layer.shape().outputs(),
                Partition.of(layer.shape().outputs()).tileChannels(),
                q.outputScale(),
                layer.outputDomain());
    }

    private static String description(ChainSpec chain) {
        ShapeStatus status = chain.status();
        String layers = chain.shapes().stream().map(DenseShape::toString).collect(Collectors.joining("; "));
        return description(layers, status.level().word() + ": " + status.reason());
    }

    /**
     * What a model written here says of itself.
     *
     * @param what it is
     * @param status how far its program was compared with the compiler's
     */
    public static String description(String what, String status) {
        return what + SIGNATURE + status;
    }

    private static void fill(ChainSpec chain, ChainProgram program, ByteBuffer payload) {
        for (int i = 0; i < chain.layers().size(); i++) {
            int at = payload.arrayOffset() + program.payloadOffset(i);
            write(chain.layers().get(i), payload.array(), at);
        }
    }

    /** Brings the numbers of a layer into the order of the payload, whose first byte is at an index of the array. */
    private static void write(DenseSpec spec, byte[] file, int at) {
        DenseLayout layout = DenseLayout.of(spec.shape());
        DenseHeader header = layout.header();
        layout.clear(file, at);
        if (header.hasScales()) {
            header.setScales(file, at, spec.quantization().channelScales(spec.weightScales()));
        }
        if (header.hasBias()) {
            header.setBiases(file, at, spec.bias());
        }
        layout.pack(spec.weightsInPlace(), file, at);
    }
}
