package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.WeightSwap;
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

    /** @throws BadInputException tensors and layers do not fit */
    UsbSession(TfliteModel file, CompiledOp op, String device) {
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
    static boolean covers(TfliteModel file) {
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
    static void requireFit(TfliteModel file, EdgeTpuPackage compiled, CompiledOp op) {
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
}
