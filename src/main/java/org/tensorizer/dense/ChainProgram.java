package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.ShapeStatus.Level;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;

/**
 * Several Dense layers one behind the other (an MLP) as one program: one PARAMETER_CACHING stream for all parameters and
 * one EXECUTION_ONLY stream, in which the outputs of each layer are gathered on the tiles of the next. A chain of one
 * layer is {@link DenseProgram}, byte for byte.
 *
 * <p><b>Placement is ours</b> and differs from the compiler's, which no rule is known for: the parameters of the layers
 * stand one behind the other from row 0 of wide memory; the inputs of every layer are gathered from word 0 of narrow
 * memory, its outputs stand behind whichever is longer, its own inputs or the inputs of the next layer, so that the next
 * gather never overwrites a slice that is still to be sent. Where a layer has at least as many inputs as outputs that is
 * the compiler's place for the outputs, too. That the chip does not care about the placement is a guess.
 *
 * <p>Source: gathers between layers as in two compiled MLPs (500-256-256-6 and 784-64-10); the stream as a whole was
 * compared with nothing and runs on the emulator. Immutable, thread-safe.
 */
public final class ChainProgram {
    /**
     * Bytes of the largest instruction chunk seen; larger programs are cut, which nobody has assembled. No chunk of this
     * length sends as many packets as the counter of SYNC holds.
     */
    private static final int MAX_CHUNK_BYTES = 262_176;

    /** Reader, store, send and staging of one slice of a gather. */
    private static final int BUNDLES_PER_SENDER = Opcode.WIDE_TO_NARROW.bundles()
            + Opcode.RING_BUS_CONSUMER_0.bundles()
            + Opcode.RING_BUS_PRODUCER.bundles()
            + Opcode.NARROW_TO_WIDE.bundles();

    /** At most: header reader, two tensor ops, fences. */
    private static final int BUNDLES_PER_LAYER =
            Opcode.WIDE_TO_NARROW.bundles() + 2 * Opcode.MULTIPLY_ACCUMULATE.bundles() + 20;

    /** At most: everything before the first gather and behind the last layer. */
    private static final int BUNDLES_AROUND = 420;

    private final List<PlacedLayer> layers;
    private final List<Quantization> quantizations;

    private ChainProgram(List<PlacedLayer> layers, List<Quantization> quantizations) {
        this.layers = layers;
        this.quantizations = quantizations;
    }

    /**
     * Places the layers.
     *
     * @param shapes first layer first; the outputs of one are the inputs of the next
     * @param quantizations one for each layer; the output of one is quantized as the input of the next
     * @throws BadInputException the layers do not follow each other, or there is no program for them
     */
    public static ChainProgram of(List<DenseShape> shapes, List<Quantization> quantizations) {
        status(shapes).require();
        if (quantizations.size() != shapes.size()) {
            throw new BadInputException(
                    quantizations.size() + " quantizations for " + shapes.size() + " layers, expected one for each");
        }
        for (int i = 1; i < shapes.size(); i++) {
            checkQuantization(i, quantizations.get(i - 1), quantizations.get(i));
        }
        return new ChainProgram(place(shapes), List.copyOf(quantizations));
    }

    /** What a chain rests on: never firm for several layers. */
    public static ShapeStatus status(List<DenseShape> shapes) {
        String refusal = refusal(shapes);
        if (refusal != null) {
            return new ShapeStatus(Level.REFUSED, refusal);
        }
        if (shapes.size() == 1) {
            return ShapeStatus.of(shapes.get(0));
        }
        return new ShapeStatus(
                Level.LIKELY,
                "chain of " + shapes.size() + " layers: gathers between layers as in 500-256-256-6 and 784-64-10 inside"
                        + " real networks; the placement of the layers in tile memory is ours");
    }

    private static String refusal(List<DenseShape> shapes) {
        if (shapes.isEmpty()) {
            return "a chain needs at least one layer";
        }
        for (int i = 0; i < shapes.size(); i++) {
            ShapeStatus status = ShapeStatus.of(shapes.get(i));
            if (status.isRefused()) {
                return "layer " + i + ": " + status.reason();
            }
            if (i > 0 && shapes.get(i).inputs() != shapes.get(i - 1).outputs()) {
                return "layer " + i + " has " + shapes.get(i).inputs() + " inputs, the layer before has "
                        + shapes.get(i - 1).outputs() + " outputs";
            }
        }
        List<PlacedLayer> layers = place(shapes);
        int rows = layers.get(layers.size() - 1).endRow();
        int free = shapes.get(0).inputPartition().parameterRows();
        if (rows > free) {
            return "the layers need " + rows + " rows of a tile's memory, " + free
                    + " are free; the compiler streams such weights, which nobody has assembled";
        }
        return refusalOfLength(shapes);
    }

    private static String refusalOfLength(List<DenseShape> shapes) {
        int bundles = BUNDLES_AROUND;
        for (DenseShape shape : shapes) {
            bundles += BUNDLES_PER_SENDER * shape.inputPartition().tiles() + BUNDLES_PER_LAYER;
        }
        if (bundles * Opcode.BUNDLE_BYTES > MAX_CHUNK_BYTES) {
            return "the program of " + shapes.size() + " layers is longer than the longest chunk ever seen, "
                    + MAX_CHUNK_BYTES + " bytes; programs of several chunks were never assembled";
        }
        return null;
    }

    private static void checkQuantization(int layer, Quantization before, Quantization here) {
        if (before.outputScale() != here.inputScale() || before.outputZeroPoint() != here.inputZeroPoint()) {
            throw new BadInputException("layer " + layer + " takes inputs of scale " + here.inputScale()
                    + ", zero point " + here.inputZeroPoint() + "; the layer before gives scale "
                    + before.outputScale() + ", zero point " + before.outputZeroPoint());
        }
    }

    private static List<PlacedLayer> place(List<DenseShape> shapes) {
        List<PlacedLayer> layers = new ArrayList<>();
        int row = 0;
        for (int i = 0; i < shapes.size(); i++) {
            DenseShape shape = shapes.get(i);
            int inputs = PlacedLayer.words(shape.inputs());
            int next = i + 1 < shapes.size() ? PlacedLayer.words(shape.outputs()) : 0;
            layers.add(new PlacedLayer(shape, row, Math.max(inputs, next)));
            row += shape.rowsPerTile();
        }
        return List.copyOf(layers);
    }

    /** Brings the payloads of all layers onto the chip: one stream, layer by layer. */
    public Program parameterCaching() {
        return ParameterProgram.of(layers);
    }

    /** One inference through all layers. */
    public Program executionOnly() {
        return ExecutionProgram.of(layers, quantizations);
    }

    /** Bytes of the payload: those of the layers, one behind the other. */
    public int payloadBytes() {
        return payloadOffset(layers.size());
    }

    /** Where the payload of a layer starts in the payload of the chain. */
    public int payloadOffset(int layer) {
        return layers.subList(0, layer).stream()
                .mapToInt(before -> before.shape().payloadBytes())
                .sum();
    }

    /** Narrow memory of a tile that the executable declares. */
    public int narrowBytesPerTile() {
        int bytes = DenseProgram.narrowBytesPerTile(layers.get(0).shape());
        for (PlacedLayer layer : layers) {
            int end = DenseShape.INPUTS_PER_ROW * layer.outputWord()
                    + layer.outputs().tileChannels();
            bytes = Math.max(bytes, end);
        }
        return bytes;
    }
}
