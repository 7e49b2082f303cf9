package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.List;
import org.tensorizer.base.Printable;
import org.tensorizer.device.tflite.CustomKernel;
import org.tensorizer.model.DataType;
import org.tensorizer.model.Layer;

/**
 * A program behind an op of TFLite: tensors in, tensors out. Like libedgetpu it flips the sign bit of int8 tensors, since
 * the chip knows unsigned bytes only.
 */
final class EmulatedOp implements CustomKernel.Instance {
    private final EmulatedProgram program;
    private final ParameterMemory memory;
    private final int address;
    private final byte[] in;
    private final byte[] out;
    private WideContents foreign;
    private ExecutionPlan foreignPlan;

    /** @param memory null if the parameters are sent before each inference */
    EmulatedOp(EmulatedProgram program, ParameterMemory memory) {
        this.program = program;
        this.memory = memory;
        this.address = memory == null ? 0 : memory.open();
        this.in = new byte[(int) program.input().unpaddedBytes()];
        this.out = new byte[(int) program.output().unpaddedBytes()];
    }

    @Override
    public void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
        tensor("input", inputs, program.input()).get(in);
        ByteBuffer target = tensor("output", outputs, program.output());
        flip(program.input(), in);
        program.run(plan(), in, out);
        flip(program.output(), out);
        target.put(out);
    }

    private static ByteBuffer tensor(String role, List<ByteBuffer> tensors, Layer layer) {
        if (tensors.size() != 1 || tensors.get(0).remaining() != layer.unpaddedBytes()) {
            throw new UnsupportedProgramException(
                    role + " " + Printable.name(layer.name()) + ": the program has one of "
                            + layer.unpaddedBytes() + " bytes, the model's op has "
                            + tensors.stream().map(ByteBuffer::remaining).toList());
        }
        return tensors.get(0);
    }

    private static void flip(Layer layer, byte[] bytes) {
        if (layer.type() == DataType.SIGNED_FIXED_POINT8) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= (byte) 0x80;
            }
        }
    }

    private ExecutionPlan plan() {
        WideContents held = memory == null ? null : memory.prepare(program, address);
        if (held == null) {
            return program.ownPlan();
        }
        if (held != foreign) {
            foreignPlan = program.planFor(held);
            foreign = held;
        }
        return foreignPlan;
    }

    @Override
    public void close() {
        if (memory != null) {
            memory.close(address);
        }
    }
}
