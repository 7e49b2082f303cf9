package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    public static TfliteSession open(TfliteModel model, Options options) {
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
        return open(model, Options.kernel("kernel", kernel));
    }

    private List<EdgeTensor> tensors(String role, int count, IntFunction<Pointer> get) {
        List<EdgeTensor> tensors = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tensors.add(new EdgeTensor(model + ": " + role + " " + i, get.apply(i)));
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
                results.add(output.read());
            }
        });
        return results;
    }

    @Override
    public void run(List<ByteBuffer> values, List<ByteBuffer> results) {
        TensorSpec.requireSizes(model, "output", outputSpecs, results, ByteBuffer::remaining);
        infer(values, () -> {
            for (int i = 0; i < results.size(); i++) {
                outputs.get(i).read(results.get(i));
            }
        });
    }

    private void infer(List<ByteBuffer> values, Runnable read) {
        enter();
        try {
            TensorSpec.requireSizes(model, "input", inputSpecs, values, ByteBuffer::remaining);
            for (int i = 0; i < values.size(); i++) {
                inputs.get(i).write(values.get(i));
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

    /** A TFLite delegate owned by a session: attached at open, freed after the interpreter, never before. */
    public interface Delegate extends AutoCloseable {
        /** Address of the {@code TfLiteDelegate}, never 0. */
        long address();

        /** Frees the delegate. Called once, when no interpreter uses it any more. */
        @Override
        void close();
    }

    /**
     * How a model is loaded. TFLite's own kernels run in one thread.
     *
     * @param device name for messages
     * @param kernel what runs {@code edgetpu-custom-op}
     * @param delegate takes what ops it can; owned by the session from the moment of opening, also where that fails
     */
    public record Options(String device, Optional<CustomKernel> kernel, Optional<Delegate> delegate) {
        /** TFLite's own kernels alone. */
        public static Options builtin(String device) {
            return new Options(device, Optional.empty(), Optional.empty());
        }

        /** A kernel of ours for {@code edgetpu-custom-op}. */
        public static Options kernel(String device, CustomKernel kernel) {
            return new Options(device, Optional.of(kernel), Optional.empty());
        }

        /** A delegate, such as libedgetpu's. */
        public static Options delegate(String device, Delegate delegate) {
            return new Options(device, Optional.empty(), Optional.of(delegate));
        }
    }

    /** An input or output tensor of an interpreter: its facts, read once, and a view of its bytes. */
    private final class EdgeTensor {
        private final Pointer tensor;
        private final TensorSpec spec;
        private long address;
        private ByteBuffer view;

        /** @throws DeviceFault the tensor is NULL or larger than a buffer holds, as in a damaged model */
        EdgeTensor(String role, Pointer tensor) {
            if (tensor == null) {
                throw new DeviceFault(DeviceFault.Kind.REFUSED, device, role + " is NULL: a damaged model?");
            }
            long size = TfliteC.TfLiteTensorByteSize(tensor);
            if (size < 0 || size > Integer.MAX_VALUE) {
                throw new DeviceFault(
                        DeviceFault.Kind.REFUSED, device, role + " has " + size + " bytes, more than a buffer holds");
            }
            this.tensor = tensor;
            this.spec = read(tensor, (int) size);
        }

        private TensorSpec read(Pointer tensor, int size) {
            List<Integer> shape = new ArrayList<>();
            for (int i = 0; i < TfliteC.TfLiteTensorNumDims(tensor); i++) {
                shape.add(TfliteC.TfLiteTensorDim(tensor, i));
            }
            TfliteC.QuantizationParams.ByValue quantization = TfliteC.TfLiteTensorQuantizationParams(tensor);
            return new TensorSpec(
                    text(TfliteC.TfLiteTensorName(tensor)),
                    text(TfliteC.TfLiteTypeGetName(TfliteC.TfLiteTensorType(tensor))),
                    shape,
                    quantization.scale,
                    quantization.zeroPoint,
                    size);
        }

        private String text(Pointer string) {
            return string == null ? "" : string.getString(0, StandardCharsets.UTF_8.name());
        }

        TensorSpec spec() {
            return spec;
        }

        void write(ByteBuffer bytes) {
            view().put(0, bytes, bytes.position(), bytes.remaining());
        }

        void read(ByteBuffer bytes) {
            bytes.put(bytes.position(), view(), 0, spec.byteSize());
        }

        byte[] read() {
            byte[] bytes = new byte[spec.byteSize()];
            view().get(0, bytes);
            return bytes;
        }

        /** TFLite may move a tensor and, in a model with dynamic shapes, resize it. */
        private ByteBuffer view() {
            Pointer data = TfliteC.TfLiteTensorData(tensor);
            long size = TfliteC.TfLiteTensorByteSize(tensor);
            if (size != spec.byteSize() || (data == null && size > 0)) {
                throw new DeviceFault(
                        DeviceFault.Kind.WRONG_SIZE,
                        device,
                        "tensor " + spec.name() + ": expected " + spec.byteSize() + " bytes, found "
                                + (data == null ? "no memory" : size));
            }
            if (view == null || Pointer.nativeValue(data) != address) {
                view = data == null ? ByteBuffer.allocate(0) : data.getByteBuffer(0, size);
                address = Pointer.nativeValue(data);
            }
            return view;
        }
    }
}
