package org.tensorizer.network.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.rules.Quantized;
import org.tensorizer.template.OperatorNumbers;

/**
 * The graph of a quantized model: who gives and who reads each tensor, and quantization in the chip's unsigned domain.
 * Immutable, safe for many threads.
 */
public final class SourceGraph {
    private static final Set<String> RENAMING = Set.of("RESHAPE", "SQUEEZE", "EXPAND_DIMS");

    private final TfliteModel model;
    private final Map<Integer, Operator> producers = new HashMap<>();
    private final Map<Integer, List<Operator>> users = new HashMap<>();

    private SourceGraph(TfliteModel model) {
        this.model = model;
        for (Operator operator : model.operators()) {
            operator.outputs().forEach(output -> producers.put(output, operator));
            for (int input : operator.inputs()) {
                users.computeIfAbsent(input, t -> new ArrayList<>()).add(operator);
            }
        }
    }

    /**
     * Reads the graph of a model.
     *
     * @throws BadInputException the model is compiled, has several graphs, or has no quantized layer
     */
    public static SourceGraph of(TfliteModel model) {
        if (model.isCompiled()) {
            throw new BadInputException(model.name() + ": compiled already, expected the model it was compiled from");
        }
        if (model.subgraphs().size() != 1) {
            throw new BadInputException(model.name() + ": " + model.subgraphs().size() + " graphs, expected one");
        }
        SourceGraph graph = new SourceGraph(model);
        List<Operator> layers =
                model.operators().stream().filter(graph::isLayer).toList();
        for (Operator layer : layers) {
            OperatorNumbers.requireQuantized(model, layer);
        }
        return graph;
    }

    public TfliteModel model() {
        return model;
    }

    public Tensor tensor(int index) {
        return model.tensors().get(index);
    }

    /** What gives a tensor; empty for inputs and constants. */
    public Optional<Operator> producer(int tensor) {
        return Optional.ofNullable(producers.get(tensor));
    }

    /** The tensor of that name, if there is one. */
    public OptionalInt named(String name) {
        return model.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .mapToInt(Tensor::index)
                .findFirst();
    }

    /** Whether an operator is a convolution, depthwise or Dense layer with constant weights. */
    public boolean isLayer(Operator operator) {
        return switch (operator.name()) {
            case "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED" ->
                operator.inputs().size() > 1
                        && operator.inputs().get(1) >= 0
                        && !tensor(operator.inputs().get(1)).data().isEmpty();
            default -> false;
        };
    }

    /** Whether a tensor has one scale and one zero point of bytes. */
    public boolean isQuantized(int index) {
        Tensor tensor = tensor(index);
        return TensorDomain.has(tensor.type()) && tensor.isQuantizedPerTensor();
    }

    /**
     * Quantization of an activation.
     *
     * @throws BadInputException it has none, or several scales
     */
    public Quantized quantized(int index) {
        Tensor tensor = tensor(index);
        if (!isQuantized(index)) {
            throw new BadInputException(model.name() + ": tensor " + index + " (" + Printable.name(tensor.name())
                    + ", " + tensor.type() + ") has " + tensor.scales().size()
                    + " scales, expected int8 or uint8 with one scale and zero point");
        }
        long zeroPoint = TensorDomain.chipZeroPoint(tensor.type(), tensor.zeroPoint());
        try {
            return new Quantized(tensor.scale(), Math.toIntExact(zeroPoint));
        } catch (BadInputException | ArithmeticException e) {
            throw new BadInputException(
                    model.name() + ": tensor " + index + " (" + Printable.name(tensor.name()) + "): " + e.getMessage());
        }
    }

    private boolean sameQuantization(int a, int b) {
        return isQuantized(a) && isQuantized(b) && quantized(a).equals(quantized(b));
    }

    /** Whether an operator leaves every byte as the chip sees it, and costs nothing: other dimensions or another sign. */
    public boolean isFree(Operator operator) {
        if (operator.inputs().isEmpty() || operator.outputs().size() != 1) {
            return false;
        }
        boolean renames = RENAMING.contains(operator.name()) || operator.name().equals("QUANTIZE");
        return renames
                && sameQuantization(operator.inputs().get(0), operator.outputs().get(0));
    }

    /** Follows free operators backwards to what gives the bytes. */
    public int origin(int tensor) {
        int at = tensor;
        Operator producer = producers.get(at);
        while (producer != null && isFree(producer)) {
            at = producer.inputs().get(0);
            producer = producers.get(at);
        }
        return at;
    }

    /**
     * The layer of an operator.
     *
     * @throws BadInputException its tensors are no layer
     */
    public SourceLayer layer(Operator operator) {
        return new SourceLayer(this, operator);
    }

    /** Activation fused into an operator. */
    public static FusedActivation activation(Operator operator) {
        OperatorOptions options = operator.options();
        if (options instanceof OperatorOptions.Convolution o) {
            return o.activation();
        } else if (options instanceof OperatorOptions.FullyConnected o) {
            return o.activation();
        } else if (options instanceof OperatorOptions.Pool o) {
            return o.activation();
        } else if (options instanceof OperatorOptions.Arithmetic o) {
            return o.activation();
        } else if (options instanceof OperatorOptions.Concatenation o) {
            return o.activation();
        }
        return switch (operator.name()) {
            case "RELU" -> FusedActivation.RELU;
            case "RELU6" -> FusedActivation.RELU6;
            case "RELU_N1_TO_1" -> FusedActivation.RELU_N1_TO_1;
            default -> FusedActivation.NONE;
        };
    }

    /** The bytes of a constant tensor; a copy. */
    byte[] data(Tensor tensor) {
        return model.copy(tensor.data());
    }

    /** The int32 values of a constant tensor, such as paddings; empty if it is no constant. */
    public int[] integers(int index) {
        Tensor tensor = tensor(index);
        if (tensor.type() != TensorType.INT32) {
            return new int[0];
        }
        int[] values = new int[tensor.data().length() / Integer.BYTES];
        model.bytes(tensor.data()).asIntBuffer().get(values);
        return values;
    }

    BadInputException refuse(Operator operator, String reason) {
        return OperatorNumbers.refusal(model, operator, reason);
    }
}
