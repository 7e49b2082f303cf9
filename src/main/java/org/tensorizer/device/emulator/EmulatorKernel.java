package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.Printable;
import org.tensorizer.device.ForwardingSession.SwappingSession;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.tflite.CustomKernel;
import org.tensorizer.model.DataType;
import org.tensorizer.model.Layer;

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

    private final List<RunningOp> instances = new ArrayList<>();

    EmulatorKernel(List<Op> ops, ParameterMemory memory) {
        this.ops = List.copyOf(ops);
        this.memory = memory;
    }

    @Override
    public Instance init(ByteBuffer customOptions) {
        for (Op op : ops) {
            if (op.options().equals(customOptions)) {
                RunningOp instance = new RunningOp(op.program(), memory, op.inputOrder(), op.outputOrder());
                instances.add(instance);
                return instance;
            }
        }
        throw new UnsupportedProgramException(
                "a custom op of " + customOptions.remaining() + " bytes that is none of the model's " + ops.size());
    }

    /** The session of TFLite that this kernel was made for; with a way to exchange weights if one op has them all. */
    Session session(Session tflite) {
        List<RunningOp> weighted =
                instances.stream().filter(RunningOp::hasPayload).toList();
        return weighted.size() == 1 ? new SwappingSession(tflite, weighted.get(0)) : tflite;
    }

    /**
     * A program behind an op of TFLite: tensors in, tensors out. Like libedgetpu it inverts the sign bit of signed elements,
     * since the chip knows unsigned ones only.
     */
    static final class RunningOp implements Instance, WeightSwap {
        private EmulatedProgram program;
        private final ParameterMemory memory;
        private final int address;
        private final int[] inputOrder;
        private final int[] outputOrder;
        private ParameterMemory.Contents foreign;
        private BoundProgram foreignBound;

        /**
         * @param memory null if the parameters are sent before each inference
         * @param inputOrder for each input of the program the tensor of the op that it is
         * @param outputOrder for each output of the program the tensor of the op that it is, -1 for none
         */
        RunningOp(EmulatedProgram program, ParameterMemory memory, int[] inputOrder, int[] outputOrder) {
            this.program = program;
            this.memory = memory;
            this.inputOrder = inputOrder;
            this.outputOrder = outputOrder;
            this.address = memory == null ? 0 : memory.open();
        }

        @Override
        public void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
            List<byte[]> in = new ArrayList<>();
            for (int i = 0; i < inputOrder.length; i++) {
                Layer layer = program.inputs().get(i);
                byte[] bytes = new byte[(int) layer.unpaddedBytes()];
                tensor("input", inputs, inputOrder[i], layer).get(bytes);
                flip(layer, bytes);
                in.add(bytes);
            }
            List<byte[]> out = program.run(bound(), in);
            for (int i = 0; i < outputOrder.length; i++) {
                if (outputOrder[i] < 0) {
                    continue;
                }
                Layer layer = program.outputs().get(i);
                flip(layer, out.get(i));
                tensor("output", outputs, outputOrder[i], layer).put(out.get(i));
            }
        }

        /** Whether parameters are sent ahead of the inferences, and can be exchanged. */
        boolean hasPayload() {
            return program.cachesParameters();
        }

        @Override
        public int payloadBytes() {
            return program.parameters().bytes().length;
        }

        @Override
        public void swap(ByteBuffer payload) {
            if (payload.remaining() != payloadBytes()) {
                throw new IllegalArgumentException(
                        "payload: expected " + payloadBytes() + " bytes, found " + payload.remaining());
            }
            byte[] bytes = new byte[payload.remaining()];
            payload.get(payload.position(), bytes);
            program = program.withPayload(bytes);
        }

        private static ByteBuffer tensor(String role, List<ByteBuffer> tensors, int index, Layer layer) {
            if (index >= tensors.size() || tensors.get(index).remaining() != layer.unpaddedBytes()) {
                throw new UnsupportedProgramException(
                        role + " " + Printable.name(layer.name()) + ": the program has " + layer.unpaddedBytes()
                                + " bytes at tensor " + index + " of the op, the op has "
                                + tensors.stream().map(ByteBuffer::remaining).toList());
            }
            return tensors.get(index);
        }

        private static void flip(Layer layer, byte[] bytes) {
            boolean signed = layer.type() == DataType.SIGNED_FIXED_POINT8
                    || layer.type() == DataType.SIGNED_FIXED_POINT16
                    || layer.type() == DataType.SIGNED_FIXED_POINT32;
            int element = layer.type().bytes();
            for (int i = element - 1; signed && i < bytes.length; i += element) {
                bytes[i] ^= (byte) 0x80;
            }
        }

        private BoundProgram bound() {
            ParameterMemory.Contents held =
                    memory == null || !program.cachesParameters() ? null : memory.prepare(program, address);
            if (held == null) {
                return program.bound();
            }
            if (held != foreign) {
                foreignBound = program.boundTo(held);
                foreign = held;
            }
            return foreignBound;
        }

        @Override
        public void close() {
            if (memory != null) {
                memory.close(address);
            }
        }
    }
}
