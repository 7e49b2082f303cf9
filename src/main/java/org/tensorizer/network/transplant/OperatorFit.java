package org.tensorizer.network.transplant;

import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor.Shape;
import org.tensorizer.network.source.SourceGraph;

/** What operators of a source can stand behind those of a compiled network that have no weights. */
final class OperatorFit {
    private OperatorFit() {}

    static boolean isPad(Operator operator) {
        return operator.name().equals("PAD") || operator.name().equals("PADV2");
    }

    /** Whether an operator may give the same values another scale or range. */
    static boolean rescales(Operator operator) {
        return switch (operator.name()) {
            case "QUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "RESHAPE", "SQUEEZE", "PAD", "CONCATENATION" -> true;
            default -> false;
        };
    }

    /** Number of the input that an operator takes parts of; -1 if it takes none. */
    static int slicedOperand(Operator operator) {
        return switch (operator.name()) {
            case "SPLIT" -> 1;
            case "SLICE", "STRIDED_SLICE", "SPLIT_V", "UNPACK" -> 0;
            default -> -1;
        };
    }

    /** Whether windows are the same; a MEAN has one over the whole input. */
    static boolean isSamePool(GraphOperator.Pool compiled, Operator operator) {
        GraphOperator.Pool.Window window = compiled.window();
        if (operator.options() instanceof OperatorOptions.Pool options) {
            Shape input = compiled.inputs().get(0).shape();
            boolean single = compiled.output().shape().isFlat()
                    && window.height() == input.height()
                    && window.width() == input.width();
            return operator.name().equals(compiled.isMaximum() ? "MAX_POOL_2D" : "AVERAGE_POOL_2D")
                    && options.height() == window.height()
                    && options.width() == window.width()
                    && (single || options.strideY() == window.strideY() && options.strideX() == window.strideX());
        }
        return operator.name().equals("MEAN") && !compiled.isMaximum();
    }

    /** The operand of a sum, difference or product with a constant; -1 of anything else. */
    static int dataOperand(SourceGraph source, Operator operator) {
        boolean arithmetic = operator.name().equals("ADD")
                || operator.name().equals("SUB")
                || operator.name().equals("MUL");
        if (!arithmetic || operator.inputs().size() != 2) {
            return -1;
        }
        int a = operator.inputs().get(0);
        int b = operator.inputs().get(1);
        boolean first = source.tensor(a).data().isEmpty();
        boolean second = source.tensor(b).data().isEmpty();
        return first == second ? -1 : first ? a : b;
    }
}
