package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.Session;
import org.tensorizer.device.SwappingSession;
import org.tensorizer.device.tflite.CustomKernel;

/** Finds the program of each custom op of one model and runs it. For one session. */
final class EmulatorKernel implements CustomKernel {
    /**
     * A compiled op of the model.
     *
     * @param options its custom options
     * @param inputOrder for each input of the program the input of the op that it is
     * @param outputOrder for each output of the program the output of the op that it is
     */
    record Op(ByteBuffer options, EmulatedProgram program, int[] inputOrder, int[] outputOrder) {}

    private final List<Op> ops;

    /** Null where each inference brings its own parameters. */
    private final ParameterMemory memory;

    private final List<EmulatedOp> instances = new ArrayList<>();

    EmulatorKernel(List<Op> ops, ParameterMemory memory) {
        this.ops = List.copyOf(ops);
        this.memory = memory;
    }

    @Override
    public Instance init(ByteBuffer customOptions) {
        for (Op op : ops) {
            if (op.options().equals(customOptions)) {
                EmulatedOp instance = new EmulatedOp(op.program(), memory, op.inputOrder(), op.outputOrder());
                instances.add(instance);
                return instance;
            }
        }
        throw new UnsupportedProgramException(
                "a custom op of " + customOptions.remaining() + " bytes that is none of the model's " + ops.size());
    }

    /** The session of TFLite that this kernel was made for; with a way to exchange weights if one op has them all. */
    Session session(Session tflite) {
        List<EmulatedOp> weighted =
                instances.stream().filter(EmulatedOp::hasPayload).toList();
        return weighted.size() == 1 ? new SwappingSession(tflite, weighted.get(0)) : tflite;
    }
}
