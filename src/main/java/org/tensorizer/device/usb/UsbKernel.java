package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Session;
import org.tensorizer.device.SwappingSession;
import org.tensorizer.device.tflite.CustomKernel;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.TfliteModel;

/** Runs the compiled operators of a model on the chip, between the others that TFLite runs itself. */
final class UsbKernel implements CustomKernel {
    /** @param options the operator's custom options, by which TFLite's calls are told apart */
    private record Op(ByteBuffer options, CompiledOp op) {}

    private final List<Op> ops = new ArrayList<>();

    /** @throws BadInputException the operator's tensors are others than the program's layers */
    void add(TfliteModel file, EdgeTpuPackage compiled, CompiledOp op) {
        UsbSession.requireFit(file, compiled, op);
        ops.add(new Op(
                file.bytes(file.subgraphs()
                        .get(compiled.subgraph())
                        .operators()
                        .get(compiled.operator())
                        .customOptions()),
                op));
    }

    @Override
    public Instance init(ByteBuffer customOptions) {
        for (Op op : ops) {
            if (op.options().equals(customOptions)) {
                return op.op()::run;
            }
        }
        throw new BadInputException("a custom operator of " + customOptions.remaining()
                + " bytes that is none of the model's " + ops.size());
    }

    /** The session of TFLite; with a way to exchange weights if one operator has them all. */
    Session session(Session tflite) {
        List<CompiledOp> weighted =
                ops.stream().map(Op::op).filter(CompiledOp::hasPayload).toList();
        return weighted.size() == 1 ? new SwappingSession(tflite, weighted.get(0)) : tflite;
    }
}
