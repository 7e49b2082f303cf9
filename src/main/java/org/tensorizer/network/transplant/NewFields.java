package org.tensorizer.network.transplant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Factors;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.rules.FieldRules;
import org.tensorizer.network.rules.Quantized;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Place;
import org.tensorizer.network.trace.Tag;
import org.tensorizer.network.trace.Trace;

/** The quantization fields and constants that the program of a network has for a source. */
final class NewFields {
    private static final int ONE = Float.floatToRawIntBits(1);
    private static final int STEP_65535 = Float.floatToRawIntBits(1f / 65535f);

    /** Smallest clamp that cuts nothing of 8 bits: the fields of such a copy hold no scale. */
    private static final float WIDE = 32768f;

    private final Network network;
    private final SourceGraph source;
    private final Matching matching;
    private final Map<Place, OpInstruction> instructions = new HashMap<>();
    private final Map<Integer, Integer> fills = new TreeMap<>();
    private final Set<Place> unclear = new HashSet<>();

    NewFields(Network network, SourceGraph source, Matching matching) {
        this.network = network;
        this.source = source;
        this.matching = matching;
        for (OpRecord record : network.trace().records()) {
            instructions.putIfAbsent(record.instruction().place(), record.instruction());
        }
        findFills();
    }

    /** New fields of an op; empty if it cannot be told. */
    Optional<OpFields> of(Place place, Graph.Role role) {
        OpInstruction op = instructions.get(place);
        if (op.opcode() == Opcode.RESIZE) {
            return Optional.of(op.fields());
        } else if (role instanceof Graph.Computes computes) {
            return operator(op, computes.operator());
        } else if (role instanceof Graph.Copies copies) {
            return copy(op, copies.tensors());
        } else if (role instanceof Graph.SoftmaxStep) {
            return softmax(op);
        }
        return Optional.empty();
    }

    private Optional<Quantized> quantized(GraphTensor tensor) {
        return matching.tensor(tensor).map(source::quantized);
    }

    private Optional<OpFields> operator(OpInstruction op, GraphOperator operator) {
        Optional<Operator> matched = matching.operator(operator);
        if (matched.isEmpty()) {
            return Optional.empty();
        }
        List<Quantized> inputs = new ArrayList<>();
        for (GraphTensor input : operator.inputs()) {
            Optional<Quantized> each = quantized(input);
            if (each.isEmpty()) {
                return Optional.empty();
            }
            inputs.add(each.get());
        }
        Quantized output = quantized(operator.output()).orElseThrow();
        FusedActivation activation = SourceGraph.activation(matched.get());
        if (operator instanceof LayerOperator layer) {
            return Optional.of(layer(layer, source.layer(matched.get())));
        } else if (operator instanceof GraphOperator.Add) {
            return Optional.of(FieldRules.add(inputs.get(0), inputs.get(1), output, activation));
        } else if (operator instanceof GraphOperator.Multiply) {
            return Optional.of(FieldRules.multiply(inputs.get(0), inputs.get(1), output, activation));
        } else if (operator instanceof GraphOperator.Pool pool) {
            return Optional.of(pool(op, pool, inputs.get(0), output, activation));
        } else if (operator instanceof GraphOperator.Rescale) {
            return Optional.of(FieldRules.rescale(inputs.get(0), output, activation));
        } else if (operator instanceof GraphOperator.Function function) {
            return Optional.of(FieldRules.function(inputs.get(0), output, function.fields()));
        }
        return Optional.of(op.fields()); // the last op of a softmax: its numbers are the same for all
    }

    static OpFields layer(LayerOperator layer, SourceLayer numbers) {
        boolean scales = layer.layout().header().scales();
        return FieldRules.layer(
                scales ? 1 : numbers.multipliers()[0],
                layer.isPerChannel() ? 0 : numbers.weightZero(),
                numbers.input(),
                numbers.output(),
                numbers.activation());
    }

    /** Averages without an activation may leave the clamps infinite. */
    private static OpFields pool(
            OpInstruction op, GraphOperator.Pool pool, Quantized input, Quantized output, FusedActivation activation) {
        if (pool.isMaximum()) {
            return FieldRules.maximum(input, output, activation);
        }
        OpFields found = FieldRules.average(input, output, pool.count(), activation);
        boolean open = Float.isInfinite(op.fields().clampMaxValue());
        return open
                ? new OpFields(
                        found.multiplier(),
                        op.fields().clampMax(),
                        op.fields().clampMin(),
                        found.weightZero(),
                        found.inputZero(),
                        found.outputZero(),
                        found.constant())
                : found;
    }

    private Optional<OpFields> copy(OpInstruction op, List<GraphTensor> tensors) {
        if (op.fields().multiplier() == ONE && op.fields().clampMaxValue() >= WIDE) {
            return Optional.of(op.fields());
        }
        OpFields found = null;
        for (GraphTensor tensor : tensors) {
            Optional<Quantized> quantized = quantized(tensor);
            if (quantized.isEmpty()) {
                return Optional.empty();
            }
            OpFields each = FieldRules.rescale(quantized.get(), quantized.get(), FusedActivation.NONE);
            if (found != null && !found.equals(each)) {
                throw new BadInputException(source.model().name() + ": " + op + " hands on tensors of one scale, which"
                        + " in the source have several: " + found.difference(each));
            }
            found = each;
        }
        return Optional.ofNullable(found);
    }

    private Optional<OpFields> softmax(OpInstruction op) {
        OpFields fields = op.fields();
        if (isSoftmaxConstant(op)) {
            return Optional.of(fields);
        }
        OpFields found = null;
        for (GraphOperator operator : network.graph().operators()) {
            if (!(operator instanceof GraphOperator.Softmax)) {
                continue;
            }
            Optional<Quantized> input = quantized(operator.inputs().get(0));
            if (input.isEmpty()) {
                return Optional.empty();
            }
            OpFields each = softmaxStep(op, input.get());
            if (each == null || found != null && !found.equals(each)) {
                return Optional.empty();
            }
            found = each;
        }
        return Optional.ofNullable(found);
    }

    private static boolean isSoftmaxConstant(OpInstruction op) {
        OpFields f = op.fields();
        boolean exponentOfRows = op.scales() && f.multiplier() == ONE && f.clampMin() == FieldRules.EXPONENT_LOW;
        boolean wide = f.multiplier() == ONE && f.clampMaxValue() >= WIDE;
        return exponentOfRows || wide || f.multiplier() == STEP_65535 || f.multiplier() == 0x34000157;
    }

    /** Null if the op is no known step. */
    private static OpFields softmaxStep(OpInstruction op, Quantized input) {
        OpFields f = op.fields();
        if (op.opcode() == Opcode.MAXIMUM) {
            return FieldRules.softmaxMaximum(input);
        } else if (f.weightZero() == 1 && f.outputZero() == 255) {
            return FieldRules.softmaxDifference(input);
        } else if (f.inputZero() == 255 && f.outputZero() == 255) {
            return FieldRules.softmaxPadding(input);
        } else if (f.inputZero() == 255 && f.clampMin() == FieldRules.EXPONENT_LOW) {
            return FieldRules.softmaxExponent(input);
        } else if (f.weightZero() == 0 && f.inputZero() == f.outputZero() && f.constant() == 0) {
            return FieldRules.rescale(input, input, FusedActivation.NONE);
        }
        return null;
    }

    /** A constant is the padding of layers that read it as activations, a factor of the sums that read it as weights. */
    private void findFills() {
        Map<Integer, Set<Integer>> words = new TreeMap<>();
        for (OpRecord record : network.trace().records()) {
            Graph.Role role = network.graph().roles().get(record.instruction().place());
            if (!(role instanceof Graph.Computes computes)) {
                continue;
            }
            if (computes.operator() instanceof LayerOperator layer && record.kind() == OpRecord.Kind.LAYER) {
                padding(record, layer, words);
            } else if (computes.operator() instanceof GraphOperator.Add add) {
                factors(record, add, words);
            }
        }
        words.forEach((fill, candidates) -> {
            Trace.Fill old = network.trace().fills().get(fill);
            candidates.remove(null);
            if (candidates.size() == 1) {
                fills.put(fill, candidates.iterator().next());
            } else {
                unclear.add(old.place());
            }
        });
    }

    private void padding(OpRecord record, LayerOperator layer, Map<Integer, Set<Integer>> words) {
        Set<Integer> met = new HashSet<>();
        for (int word : record.words()) {
            if (Tag.kind(word) == Tag.FILL) {
                met.add(Tag.index(word) / 4);
            }
        }
        for (int fill : met) {
            int old = network.trace().fills().get(fill).word();
            Set<Integer> candidates = words.computeIfAbsent(fill, f -> new HashSet<>());
            Optional<Quantized> input = quantized(layer.inputs().get(0));
            if (input.isPresent() && old == bytes(layer.fields().inputZero())) {
                candidates.add(bytes(input.get().zeroPoint()));
            } else {
                unclear.add(network.trace().fills().get(fill).place());
            }
        }
    }

    private static int bytes(int zeroPoint) {
        return 0x01010101 * zeroPoint;
    }

    private void factors(OpRecord record, GraphOperator.Add add, Map<Integer, Set<Integer>> words) {
        Optional<Quantized> a = quantized(add.inputs().get(0));
        Optional<Quantized> b = quantized(add.inputs().get(1));
        for (int k = 0; k < record.width(); k++) {
            int before = k == 0 ? add.firstFactor() : add.secondFactor();
            for (int fill : record.factorFills(k)) {
                int old = network.trace().fills().get(fill).word();
                int shift = old == before ? 0 : 16;
                Set<Integer> candidates = words.computeIfAbsent(fill, f -> new HashSet<>());
                if (a.isEmpty() || b.isEmpty() || old != before << shift) {
                    unclear.add(network.trace().fills().get(fill).place());
                    continue;
                }
                Factors factors = Factors.of(a.get().scale(), b.get().scale());
                candidates.add((k == 0 ? factors.first() : factors.second()) << shift);
            }
        }
    }

    /** New words of constants by number; those that are not here stay. */
    Map<Integer, Integer> fills() {
        return fills;
    }

    /** Constants that would need several words. */
    Set<Place> unclear() {
        return unclear;
    }
}
