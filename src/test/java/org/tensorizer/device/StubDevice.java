package org.tensorizer.device;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.SubGraph;

/**
 * A device without a chip, for tests of what stands around devices. A model holds any bytes, see {@link #model}; its answer
 * to an input of four bytes is four bytes that depend on both. Models and inputs that begin with a letter of trouble make
 * it: {@code H} hangs, {@code C} crashes, {@code B} is bad input.
 */
public class StubDevice implements Device {
    private final String name;
    private final Provenance provenance;
    private boolean closed;

    public StubDevice(String name, Provenance provenance) {
        this.name = name;
        this.provenance = provenance;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    /** The smallest TFLite model that holds these bytes, as its description: what a stub takes for a model. */
    public static TfliteModel model(String name, byte... content) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int description = builder.createString(new String(content, StandardCharsets.ISO_8859_1));
        SubGraph.startSubGraph(builder);
        int graphs = Model.createSubgraphsVector(builder, new int[] {SubGraph.endSubGraph(builder)});
        Model.startModel(builder);
        Model.addVersion(builder, 3);
        Model.addDescription(builder, description);
        Model.addSubgraphs(builder, graphs);
        Model.finishModelBuffer(builder, Model.endModel(builder));
        return TfliteModel.parse(name, builder.sizedByteArray());
    }

    /** The bytes that {@link #model} was given. */
    public static byte[] content(TfliteModel model) {
        return model.description().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What the model says to the input. */
    public byte[] answer(byte[] model, byte[] input) {
        CRC32 crc = new CRC32();
        crc.update(model);
        crc.update(input);
        int value = (int) crc.getValue();
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }

    private void trouble(byte[] bytes) {
        switch (bytes.length == 0 ? 0 : bytes[0]) {
            case 'H' -> throw new DeviceFault(DeviceFault.Kind.HUNG, name, "no answer in 1 s");
            case 'C' ->
                throw new DeviceFault(
                        DeviceFault.Kind.CRASHED, name, "died", List.of("transfer on tag 2 failed", "Abort."), null);
            case 'B' -> throw new BadInputException("bad on purpose");
            default -> {}
        }
    }

    @Override
    public Session open(TfliteModel file) {
        byte[] model = content(file);
        trouble(model);
        return new Session() {
            @Override
            public List<TensorSpec> inputs() {
                return List.of(new TensorSpec("in", "INT8", List.of(1, 4), 0.1f, -3, 4));
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of(new TensorSpec("out", "INT8", List.of(1, 4), 0.30000001f, 5, 4));
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                trouble(inputs.get(0));
                return List.of(answer(model, inputs.get(0)));
            }

            @Override
            public void close() {}
        };
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return name;
    }
}
