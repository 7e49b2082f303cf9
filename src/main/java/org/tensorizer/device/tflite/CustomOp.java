package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.tensorizer.device.DeviceFault;

/**
 * One registration of {@code edgetpu-custom-op} in one interpreter. The callbacks are the same for the whole process and
 * held for ever; they find their op by the node's user data, and while an interpreter is made by the thread that makes
 * it. No exception leaves a callback: JNA would print it and report success.
 */
final class CustomOp implements AutoCloseable {
    private static final TfliteLibrary.OpRegistrar.Init INIT = CustomOp::onInit;
    private static final TfliteLibrary.OpRegistrar.Free FREE = CustomOp::onFree;
    private static final TfliteLibrary.OpRegistrar.NodeCall PREPARE = CustomOp::onPrepare;
    private static final TfliteLibrary.OpRegistrar.NodeCall INVOKE = CustomOp::onInvoke;

    private static final AtomicLong COUNTER = new AtomicLong();
    private static final Map<Long, KernelNode> NODES = new ConcurrentHashMap<>();
    private static final ThreadLocal<CustomOp> OPENING = new ThreadLocal<>();

    private final String device;
    private final CustomKernel kernel;
    private final Interpreter.ModelMemory model;
    private final Interpreter.Failure failure;
    private final TfliteLibrary library;
    private final TfliteLibrary.OpRegistrar registrar;
    private final Pointer op;

    CustomOp(
            String device,
            CustomKernel kernel,
            Interpreter.ModelMemory model,
            Interpreter.Failure failure,
            TfliteLibrary library) {
        this.device = device;
        this.kernel = kernel;
        this.model = model;
        this.failure = failure;
        this.library = library;
        this.registrar = library.requireRegistrar();
        this.op = registrar.create(library, INIT, FREE, PREPARE, INVOKE);
    }

    /** Adds the op to the options and makes it the one that this thread's next interpreter initialises. */
    void addTo(Pointer options) {
        registrar.add(library, options, op);
        OPENING.set(this);
    }

    /** To be called when the interpreter was made, or was not. */
    static void opened() {
        OPENING.remove();
    }

    /** After the interpreter is deleted. */
    @Override
    public void close() {
        registrar.delete(library, op);
    }

    private static Pointer onInit(Pointer context, Pointer buffer, long length) {
        try {
            CustomOp op = OPENING.get();
            KernelNode node = new KernelNode(op.device, op.failure);
            long id = COUNTER.incrementAndGet();
            NODES.put(id, node);
            node.init(op.kernel, op.model.view(buffer, length));
            return Pointer.createConstant(id);
        } catch (Throwable t) {
            return Pointer.NULL; // prepare finds no node and says so
        }
    }

    private static void onFree(Pointer context, Pointer data) {
        KernelNode node = NODES.remove(Pointer.nativeValue(data));
        if (node != null) {
            try {
                node.close();
            } catch (Throwable t) {
                node.failure.keep(t);
            }
        }
    }

    private static int onPrepare(Pointer context, Pointer node) {
        return call(node, kernel -> kernel.prepare(node));
    }

    private static int onInvoke(Pointer context, Pointer node) {
        return call(node, kernel -> kernel.invoke(context, node));
    }

    private interface Call {
        void on(KernelNode kernel) throws Throwable;
    }

    private static int call(Pointer node, Call call) {
        KernelNode kernel = NODES.get(Pointer.nativeValue(TfliteC.Opaque.TfLiteOpaqueNodeGetUserData(node)));
        if (kernel == null) {
            return TfliteC.ERROR;
        }
        try {
            call.on(kernel);
            return TfliteC.OK;
        } catch (Throwable t) {
            kernel.failure.keep(t);
            return TfliteC.ERROR;
        }
    }

    /** One custom op of one interpreter and the kernel's instance for it. Used by the thread that is inside TFLite. */
    private static final class KernelNode {
        private final String device;
        private final Interpreter.Failure failure;
        private CustomKernel.Instance instance;
        private Throwable refused;
        private NodeTensors inputs;
        private NodeTensors outputs;

        KernelNode(String device, Interpreter.Failure failure) {
            this.device = device;
            this.failure = failure;
        }

        /** C's init has no way to say no: what it threw is raised by {@link #prepare}. */
        void init(CustomKernel kernel, ByteBuffer customOptions) {
            try {
                instance = kernel.init(customOptions);
                if (instance == null) {
                    refused = new IllegalStateException("the kernel gave no instance");
                }
            } catch (Throwable t) {
                refused = t;
            }
        }

        void prepare(Pointer node) throws Throwable {
            if (refused != null) {
                throw refused;
            }
            requireSome("inputs", TfliteC.Opaque.TfLiteOpaqueNodeNumberOfInputs(node));
            requireSome("outputs", TfliteC.Opaque.TfLiteOpaqueNodeNumberOfOutputs(node));
            inputs = null; // tensors may have moved
            outputs = null;
        }

        void invoke(Pointer context, Pointer node) {
            if (inputs == null) {
                inputs = new NodeTensors(
                        "input",
                        true,
                        TfliteC.Opaque.TfLiteOpaqueNodeNumberOfInputs(node),
                        i -> TfliteC.Opaque.TfLiteOpaqueNodeGetInput(context, node, i));
                outputs = new NodeTensors(
                        "output",
                        false,
                        TfliteC.Opaque.TfLiteOpaqueNodeNumberOfOutputs(node),
                        i -> TfliteC.Opaque.TfLiteOpaqueNodeGetOutput(context, node, i));
            }
            List<ByteBuffer> in = inputs.refresh();
            List<ByteBuffer> out = outputs.refresh();
            instance.invoke(in, out);
            outputs.requireWritten();
        }

        void close() {
            if (instance != null) {
                instance.close();
            }
        }

        private void requireSome(String role, int count) {
            if (count < 1) {
                throw new DeviceFault(
                        DeviceFault.Kind.REFUSED,
                        device,
                        "the custom op has " + count + " " + role + ": a damaged model?");
            }
        }

        /**
         * The inputs or the outputs of a custom op, as views of native memory. A view is made once and made anew where TFLite
         * moved or resized the tensor, which is asked before each call.
         */
        private final class NodeTensors {
            private final String role;
            private final boolean readOnly;
            private final Pointer[] tensors;
            private final long[] addresses;
            private final long[] sizes;
            private final ByteBuffer[] views;
            private final List<ByteBuffer> list;

            /** @throws DeviceFault one of the tensors is NULL */
            NodeTensors(String role, boolean readOnly, int count, IntFunction<Pointer> get) {
                this.role = role;
                this.readOnly = readOnly;
                this.tensors = new Pointer[count];
                this.addresses = new long[count];
                this.sizes = new long[count];
                this.views = new ByteBuffer[count];
                for (int i = 0; i < count; i++) {
                    tensors[i] = get.apply(i);
                    if (tensors[i] == null) {
                        throw new DeviceFault(
                                DeviceFault.Kind.REFUSED,
                                device,
                                "the custom op's " + role + " " + i + " is NULL: a damaged model?");
                    }
                }
                this.list = Collections.unmodifiableList(Arrays.asList(views));
            }

            /** Current views, each at position 0. The list is the same one each time. */
            List<ByteBuffer> refresh() {
                for (int i = 0; i < tensors.length; i++) {
                    Pointer data = TfliteC.Opaque.TfLiteOpaqueTensorData(tensors[i]);
                    long size = TfliteC.Opaque.TfLiteOpaqueTensorByteSize(tensors[i]);
                    if (views[i] == null || Pointer.nativeValue(data) != addresses[i] || size != sizes[i]) {
                        views[i] = view(i, data, size);
                        addresses[i] = Pointer.nativeValue(data);
                        sizes[i] = size;
                    }
                    views[i].clear();
                }
                return list;
            }

            private ByteBuffer view(int index, Pointer data, long size) {
                if (data == null || size < 0 || size > Integer.MAX_VALUE) {
                    throw new DeviceFault(
                            DeviceFault.Kind.REFUSED,
                            device,
                            "the custom op's " + role + " " + index + " has "
                                    + (data == null ? "no memory" : size + " bytes, more than a buffer holds"));
                }
                ByteBuffer view = data.getByteBuffer(0, size);
                return (readOnly ? view.asReadOnlyBuffer() : view).order(ByteOrder.LITTLE_ENDIAN);
            }

            /** What the kernel left unwritten would be the bytes of an earlier tensor. */
            void requireWritten() {
                for (int i = 0; i < views.length; i++) {
                    if (views[i].position() != views[i].capacity()) {
                        throw new DeviceFault(
                                DeviceFault.Kind.WRONG_SIZE,
                                device,
                                "the custom op's " + role + " " + i + ": expected " + views[i].capacity()
                                        + " bytes, the kernel wrote " + views[i].position());
                    }
                }
            }
        }
    }
}
