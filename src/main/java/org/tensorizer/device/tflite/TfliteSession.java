package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/**
 * A model in TFLite's interpreter. Owns the interpreter and all that it refers to; what is not closed is freed some time
 * after the last reference is gone.
 *
 * <p>Thread safety: yes. Inferences of several threads run one after another, and {@link #close} waits for the one that
 * is running.
 */
public final class TfliteSession implements Session {
    private static final Cleaner CLEANER = Cleaner.create();

    private final String device;
    private final String model;
    private final ReentrantLock lock = new ReentrantLock();
    private final Interpreter interpreter;
    private final Cleaner.Cleanable cleanable;
    private final List<EdgeTensor> inputs;
    private final List<EdgeTensor> outputs;
    private final List<TensorSpec> inputSpecs;
    private final List<TensorSpec> outputSpecs;
    private boolean closed;

    private TfliteSession(String device, String model, Interpreter interpreter) {
        this.device = device;
        this.model = model;
        this.interpreter = interpreter;
        Pointer pointer = interpreter.pointer();
        inputs = tensors(
                "input",
                TfliteC.TfLiteInterpreterGetInputTensorCount(pointer),
                i -> TfliteC.TfLiteInterpreterGetInputTensor(pointer, i));
        outputs = tensors(
                "output",
                TfliteC.TfLiteInterpreterGetOutputTensorCount(pointer),
                i -> TfliteC.TfLiteInterpreterGetOutputTensor(pointer, i));
        inputSpecs = inputs.stream().map(EdgeTensor::spec).toList();
        outputSpecs = outputs.stream().map(EdgeTensor::spec).toList();
        cleanable = CLEANER.register(this, interpreter);
    }

    /**
     * Loads a model.
     *
     * @param model copied to native memory
     * @throws BadInputException no TFLite library, no valid model, or one with an op that nothing here runs; also what a
     *     kernel threw of this type
     * @throws DeviceFault TFLite, the kernel or the delegate refuses the model
     */
    public static TfliteSession open(TfliteModel model, SessionOptions options) {
        Interpreter interpreter = Interpreter.open(model, options);
        try {
            return new TfliteSession(options.device(), model.name(), interpreter);
        } catch (RuntimeException e) {
            interpreter.run();
            throw e;
        }
    }

    /** Loads a compiled model whose custom op a kernel runs. */
    public static TfliteSession open(TfliteModel model, CustomKernel kernel) {
        return open(model, SessionOptions.kernel("kernel", kernel));
    }

    private List<EdgeTensor> tensors(String role, int count, IntFunction<Pointer> get) {
        List<EdgeTensor> tensors = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tensors.add(new EdgeTensor(device, model + ": " + role + " " + i, get.apply(i)));
        }
        return List.copyOf(tensors);
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputSpecs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputSpecs;
    }

    @Override
    public List<byte[]> run(List<byte[]> values) {
        List<byte[]> results = new ArrayList<>(outputs.size());
        infer(values.stream().map(ByteBuffer::wrap).toList(), () -> {
            for (EdgeTensor output : outputs) {
                results.add(output.read(device));
            }
        });
        return results;
    }

    @Override
    public void run(List<ByteBuffer> values, List<ByteBuffer> results) {
        requireSizes("output", outputSpecs, results);
        infer(values, () -> {
            for (int i = 0; i < results.size(); i++) {
                outputs.get(i).read(device, results.get(i));
            }
        });
    }

    private void infer(List<ByteBuffer> values, Runnable read) {
        enter();
        try {
            requireSizes("input", inputSpecs, values);
            for (int i = 0; i < values.size(); i++) {
                inputs.get(i).write(device, values.get(i));
            }
            interpreter.invoke();
            read.run();
        } finally {
            lock.unlock();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public byte[] run(byte[] input) {
        if (outputs.size() != 1) {
            throw new IllegalArgumentException(model + ": has " + outputs.size() + " outputs: take run(List)");
        }
        return run(List.of(input)).get(0);
    }

    private void enter() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(model + ": called from inside its own kernel");
        }
        lock.lock();
        if (closed) {
            lock.unlock();
            throw new IllegalStateException(model + ": the session is closed");
        }
    }

    private void requireSizes(String role, List<TensorSpec> specs, List<ByteBuffer> values) {
        if (values.size() != specs.size()) {
            throw new IllegalArgumentException(
                    model + ": expected " + specs.size() + " " + role + "s, found " + values.size());
        }
        for (int i = 0; i < values.size(); i++) {
            TensorSpec spec = specs.get(i);
            if (values.get(i).remaining() != spec.byteSize()) {
                throw new IllegalArgumentException(model + ": " + role + " " + i + ", " + spec.name() + ": expected "
                        + spec.byteSize() + " bytes, found " + values.get(i).remaining());
            }
        }
    }

    /** Waits for a running inference, then frees everything. A second call does nothing. */
    @Override
    public void close() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(model + ": closed from inside its own kernel");
        }
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                cleanable.clean();
            }
        } finally {
            lock.unlock();
        }
    }
}
