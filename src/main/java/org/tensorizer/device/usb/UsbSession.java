package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.ForwardingSession.SwappingSession;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.tflite.CustomKernel;
import org.tensorizer.device.tflite.TfliteSession;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.TfliteModel.Subgraph;

/**
 * A model that is one compiled operator and nothing else: TFLite has no part in it. A call that comes during another one
 * waits for it.
 */
final class UsbSession implements Session, WeightSwap {
    private final String model;
    private final CompiledOp op;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    /**
     * A compiled model, ready for a chip.
     *
     * @param device for messages
     * @throws BadInputException it cannot be run over USB, or tensors and layers do not fit
     * @throws org.tensorizer.device.DeviceFault TFLite refuses the operators around the compiled ones
     */
    static Session open(TfliteModel file, String device, CompiledOp.ChipUser chip) {
        return covers(file)
                ? new UsbSession(file, new CompiledOp(file, file.onlyPackage(), chip))
                : new Kernel(file, chip).session(file, device);
    }

    private UsbSession(TfliteModel file, CompiledOp op) {
        this.model = file.name();
        this.op = op;
        EdgeTpuPackage compiled = file.onlyPackage();
        Subgraph graph = file.subgraphs().get(compiled.subgraph());
        requireFit(file, compiled, op);
        inputs = graph.inputs().stream().map(i -> spec(graph.tensors().get(i))).toList();
        outputs =
                graph.outputs().stream().map(i -> spec(graph.tensors().get(i))).toList();
    }

    /** Whether the model is one compiled operator between its own inputs and outputs. */
    private static boolean covers(TfliteModel file) {
        if (file.subgraphs().size() != 1 || file.operators().size() != 1) {
            return false;
        }
        Operator operator = file.operators().get(0);
        return operator.isEdgeTpu()
                && operator.inputs().equals(file.inputs())
                && operator.outputs().equals(file.outputs());
    }

    private static TensorSpec spec(Tensor tensor) {
        boolean quantized = tensor.isQuantizedPerTensor();
        return new TensorSpec(
                tensor.name(),
                tensor.type().name(),
                tensor.shape(),
                quantized ? tensor.scale() : 0,
                quantized ? (int) tensor.zeroPoint() : 0,
                Math.toIntExact(tensor.elements() * elementBytes(tensor)));
    }

    /** @throws BadInputException the operator's tensors are others than the program's layers */
    private static void requireFit(TfliteModel file, EdgeTpuPackage compiled, CompiledOp op) {
        Subgraph graph = file.subgraphs().get(compiled.subgraph());
        Operator operator = graph.operators().get(compiled.operator());
        String where = file.name() + ": operator " + operator.index() + ": ";
        requireFit(where + "input", graph, operator.inputs(), op.inputLayers());
        requireFit(where + "output", graph, operator.outputs(), op.outputLayers());
    }

    private static void requireFit(String role, Subgraph graph, List<Integer> tensors, List<Layer> layers) {
        if (tensors.size() != layers.size()) {
            throw new BadInputException(
                    role + "s: the program has " + layers.size() + ", the operator " + tensors.size());
        }
        for (int i = 0; i < layers.size(); i++) {
            Tensor tensor = graph.tensors().get(tensors.get(i));
            Layer layer = layers.get(i);
            if (tensor.elements() * layer.type().bytes() != layer.unpaddedBytes()
                    || layer.unpaddedBytes() > layer.sizeBytes()
                    || elementBytes(tensor) != layer.type().bytes()) {
                throw new BadInputException(role + " " + i + ", " + Printable.name(layer.name()) + ": the program has "
                        + layer.unpaddedBytes() + " bytes of " + layer.type() + " in " + layer.sizeBytes()
                        + ", the tensor " + tensor.elements() + " of " + tensor.type());
            }
        }
    }

    private static int elementBytes(Tensor tensor) {
        return switch (tensor.type()) {
            case UINT8, INT8 -> 1;
            case INT16 -> 2;
            default -> 0;
        };
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputs;
    }

    @Override
    public List<byte[]> run(List<byte[]> values) {
        List<byte[]> results =
                outputs.stream().map(spec -> new byte[spec.byteSize()]).toList();
        run(
                values.stream().map(ByteBuffer::wrap).toList(),
                results.stream().map(ByteBuffer::wrap).toList());
        return results;
    }

    @Override
    public void run(List<ByteBuffer> values, List<ByteBuffer> results) {
        enter();
        try {
            TensorSpec.requireSizes(model, "input", inputs, values, ByteBuffer::remaining);
            TensorSpec.requireSizes(model, "output", outputs, results, ByteBuffer::remaining);
            List<ByteBuffer> targets = new ArrayList<>(results.size());
            results.forEach(result -> targets.add(result.duplicate()));
            op.run(values, targets);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<WeightSwap> weightSwap() {
        return op.hasPayload() ? Optional.of(this) : Optional.empty();
    }

    @Override
    public int payloadBytes() {
        return op.payloadBytes();
    }

    @Override
    public void swap(ByteBuffer payload) {
        enter();
        try {
            op.swap(payload);
        } finally {
            lock.unlock();
        }
    }

    private void enter() {
        lock.lock();
        if (closed) {
            lock.unlock();
            throw new IllegalStateException(model + ": the session is closed");
        }
    }

    @Override
    public void close() {
        lock.lock();
        closed = true;
        lock.unlock();
    }

    /** Runs the compiled operators of a model on the chip, between the others that TFLite runs itself. */
    static final class Kernel implements CustomKernel {
        /** @param options the operator's custom options, by which TFLite's calls are told apart */
        private record Op(ByteBuffer options, CompiledOp op) {}

        private final List<Op> ops = new ArrayList<>();

        /** @throws BadInputException an operator's tensors are others than its program's layers */
        Kernel(TfliteModel file, CompiledOp.ChipUser chip) {
            for (EdgeTpuPackage compiled : file.packages()) {
                CompiledOp op = new CompiledOp(file, compiled, chip);
                requireFit(file, compiled, op);
                Subgraph graph = file.subgraphs().get(compiled.subgraph());
                ops.add(new Op(
                        file.bytes(graph.operators().get(compiled.operator()).customOptions()), op));
            }
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
        Session session(TfliteModel file, String device) {
            Session tflite = TfliteSession.open(file, TfliteSession.Options.kernel(device, this));
            List<CompiledOp> weighted =
                    ops.stream().map(Op::op).filter(CompiledOp::hasPayload).toList();
            return weighted.size() == 1 ? new SwappingSession(tflite, weighted.get(0)) : tflite;
        }
    }
}
