package org.tensorizer.model;

import java.util.List;
import org.tensorizer.base.ByteRange;

/**
 * An operator of a TFLite subgraph.
 *
 * @param index its number in the subgraph, which is the order of execution
 * @param builtinCode TFLite's number of the operator, 32 for a custom one
 * @param name TFLite's name such as {@code FULLY_CONNECTED}, or a custom operator's own; {@code BUILTIN_n} for a number
 *     newer than this reader
 * @param version version of the operator's meaning
 * @param inputs tensor indices, -1 for an optional input that is not there
 * @param outputs tensor indices
 * @param options what a builtin operator was told
 * @param customOptions a custom operator's options, absolute range in the file, empty if there are none
 */
public record Operator(
        int index,
        int builtinCode,
        String name,
        int version,
        List<Integer> inputs,
        List<Integer> outputs,
        OperatorOptions options,
        ByteRange customOptions) {
    /** TFLite's number of FULLY_CONNECTED, which is a Dense layer. */
    public static final int FULLY_CONNECTED = 9;

    /** TFLite's number of every custom operator. */
    public static final int CUSTOM = 32;

    /** Custom operator that edgetpu_compiler puts in place of what it compiled. */
    public static final String EDGE_TPU = "edgetpu-custom-op";

    public Operator {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Whether this operator holds a compiled package, everything else being left to the CPU. */
    public boolean isEdgeTpu() {
        return builtinCode == CUSTOM && name.equals(EDGE_TPU);
    }
}
