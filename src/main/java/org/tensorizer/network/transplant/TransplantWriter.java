package org.tensorizer.network.transplant;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Opcode;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.Executable;
import org.tensorizer.model.StoredQuantization;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.rules.Quantized;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.Place;
import org.tensorizer.network.trace.Trace;

/** Writes the numbers of a matched source into a copy of a compiled model. Used once. */
final class TransplantWriter {
    private final Transplant transplant;
    private final Network network;
    private final SourceGraph source;
    private final byte[] bytes;
    private final ByteBuffer words;
    private final BitSet written;
    private final List<String> notes = new ArrayList<>();

    TransplantWriter(Transplant transplant) {
        this.transplant = transplant;
        this.network = transplant.network();
        this.source = transplant.source();
        this.bytes = network.model().copy();
        this.words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.written = new BitSet(bytes.length);
    }

    Transplanted write(long token) {
        if (token == 0) {
            throw new IllegalArgumentException("token 0, which means none");
        }
        notes.addAll(transplant.notes());
        int payload = payload();
        int fields = program();
        numerics();
        tensors();
        tokens(token);
        return Transplanted.of(transplant, bytes, written, token, payload, fields, notes);
    }

    private void mark(int start, int length) {
        written.set(start, start + length);
    }

    /** @return bytes of the payload that belong to layers */
    private int payload() {
        int total = 0;
        for (Transplant.Row row : transplant.table()) {
            SourceLayer numbers = source.layer(row.operator());
            PayloadLayout layout = row.layer().layout();
            int at = row.file().start();
            layout.write(numbers.weights(), numbers.weightZero(), numbers.biases(), numbers.multipliers(), bytes, at);
            mark(at, layout.size());
            total += layout.size();
        }
        for (Map.Entry<GraphOperator.Softmax, Integer> each :
                transplant.softmaxInputs().entrySet()) {
            total += softmaxRows(each.getKey(), source.quantized(each.getValue()));
        }
        return total;
    }

    /**
     * Scales of a softmax's exponent: that of its argument, and in lanes without a logit the largest float32 times it.
     * Source: measured on every public classifier whose number of classes is no multiple of four.
     */
    private int softmaxRows(GraphOperator.Softmax softmax, Quantized input) {
        float before = Float.intBitsToFloat(softmax.exponentScale());
        float after = input.softmaxScale();
        int real = Float.floatToRawIntBits(before);
        int absent = Float.floatToRawIntBits(Float.MAX_VALUE * before);
        int count = 0;
        for (int row : softmax.scaleOffsets()) {
            for (int lane = 0; lane < 4; lane++) {
                int at = network.fileOffset(row) + 4 * lane;
                int found = words.getInt(at);
                if (found != real && found != absent) {
                    throw new BadInputException(network.model().name() + ": byte " + at + ": scale "
                            + Float.intBitsToFloat(found) + " in a row of the softmax, expected " + before);
                }
                words.putInt(at, Float.floatToRawIntBits(found == real ? after : Float.MAX_VALUE * after));
                mark(at, Float.BYTES);
                count += Float.BYTES;
            }
        }
        return count;
    }

    /** @return instructions whose numbers changed */
    private int program() {
        Executable program = network.program();
        int changed = 0;
        for (int chunk = 0; chunk < program.chunks().size(); chunk++) {
            ByteRange range = program.chunks().get(chunk).range();
            InstructionStream stream =
                    InstructionStream.frame(network.model().name() + " chunk " + chunk, ByteBuffer.wrap(bytes), range);
            int bundle = 0;
            for (Instruction instruction : stream.instructions()) {
                Place place = new Place(chunk, bundle);
                if (set(place, instruction)) {
                    byte[] now = instruction.toBytes();
                    int at = range.start() + bundle * Opcode.BUNDLE_BYTES;
                    if (!Arrays.equals(now, 0, now.length, bytes, at, at + now.length)) {
                        changed++;
                    }
                    System.arraycopy(now, 0, bytes, at, now.length);
                    mark(at, now.length);
                }
                bundle += instruction.bundles();
            }
        }
        return changed;
    }

    private boolean set(Place place, Instruction instruction) {
        OpFields fields = transplant.fields().get(place);
        if (fields != null && instruction.opcode() != Opcode.RESIZE) {
            OpInstruction.setFields(instruction, fields);
            return true;
        }
        for (Map.Entry<Integer, Integer> fill : transplant.fills().entrySet()) {
            Trace.Fill old = network.trace().fills().get(fill.getKey());
            if (old.place().equals(place)) {
                instruction.set(MeshBus.CONSTANT, fill.getValue() & 0xffffffffL);
                return true;
            }
        }
        return false;
    }

    /** The source tensor with the bytes of the input or output that is meant, if it was matched. */
    private OptionalInt sourceTensor(Predicate<Network.Edge> meant) {
        return transplant.edges().entrySet().stream()
                .filter(each -> meant.test(each.getKey()))
                .mapToInt(Map.Entry::getValue)
                .findFirst();
    }

    /** Numerics of the executable's layers, which no runtime reads. */
    private void numerics() {
        for (StoredQuantization.OfLayer layer : StoredQuantization.layers(network.model(), network.program())) {
            OptionalInt tensor = sourceTensor(edge -> edge.name().equals(layer.name()));
            if (tensor.isEmpty()) {
                continue;
            }
            Quantized quantized = source.quantized(tensor.getAsInt());
            if (layer.zeroPoint().isPresent()) {
                words.putInt(layer.zeroPoint().get().start(), quantized.zeroPoint());
                mark(layer.zeroPoint().get().start(), Integer.BYTES);
            } else if (quantized.zeroPoint() != 0) {
                notes.add("layer " + layer.name() + " leaves its zero point out of the file, so it cannot become "
                        + quantized.zeroPoint() + " there; no runtime reads it");
            }
            if (layer.scale().isPresent()) {
                words.putFloat(layer.scale().get().start(), quantized.scale());
                mark(layer.scale().get().start(), Float.BYTES);
            }
        }
    }

    /** Quantization of the tensors around the package, and of constants that operators left on the CPU read. */
    private void tensors() {
        TfliteModel model = network.model();
        List<StoredQuantization.OfTensor> places = StoredQuantization.tensors(model);
        for (Tensor tensor : model.tensors()) {
            OptionalInt edge = sourceTensor(each -> each.tensor().index() == tensor.index());
            if (edge.isEmpty()) {
                edge = source.named(tensor.name());
            }
            if (edge.isEmpty() || !tensor.isQuantizedPerTensor()) {
                continue;
            }
            Tensor from = source.tensor(edge.getAsInt());
            StoredQuantization.OfTensor at = places.get(tensor.index());
            if (!from.isQuantizedPerTensor() || !TensorDomain.has(tensor.type()) || !TensorDomain.has(from.type())) {
                continue;
            }
            words.putFloat(at.scales().start(), from.scale());
            mark(at.scales().start(), Float.BYTES);
            long zero = TensorDomain.chipZeroPoint(from.type(), from.zeroPoint())
                    - TensorDomain.chipZeroPoint(tensor.type(), 0);
            words.putLong(at.zeroPoints().start(), zero);
            mark(at.zeroPoints().start(), Long.BYTES);
        }
    }

    private void tokens(long token) {
        for (ByteRange field : network.tokenFields()) {
            words.putLong(field.start(), token);
            mark(field.start(), Long.BYTES);
        }
    }
}
