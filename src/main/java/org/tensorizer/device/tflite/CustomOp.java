package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One registration of {@code edgetpu-custom-op} in one interpreter. The callbacks are the same for the whole process and
 * held for ever; they find their op by the node's user data, and while an interpreter is made by the thread that makes
 * it. No exception leaves a callback: JNA would print it and report success.
 */
final class CustomOp implements AutoCloseable {
    private static final OpRegistrar.Init INIT = CustomOp::onInit;
    private static final OpRegistrar.Free FREE = CustomOp::onFree;
    private static final OpRegistrar.NodeCall PREPARE = CustomOp::onPrepare;
    private static final OpRegistrar.NodeCall INVOKE = CustomOp::onInvoke;

    private static final AtomicLong COUNTER = new AtomicLong();
    private static final Map<Long, KernelNode> NODES = new ConcurrentHashMap<>();
    private static final ThreadLocal<CustomOp> OPENING = new ThreadLocal<>();

    private final String device;
    private final CustomKernel kernel;
    private final ModelMemory model;
    private final KernelFailure failure;
    private final TfliteLibrary library;
    private final OpRegistrar registrar;
    private final Pointer op;

    CustomOp(String device, CustomKernel kernel, ModelMemory model, KernelFailure failure, TfliteLibrary library) {
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
                node.failure().keep(t);
            }
        }
    }

    private static int onPrepare(Pointer context, Pointer node) {
        KernelNode kernel = find(node);
        if (kernel == null) {
            return TfliteC.ERROR;
        }
        try {
            kernel.prepare(node);
            return TfliteC.OK;
        } catch (Throwable t) {
            kernel.failure().keep(t);
            return TfliteC.ERROR;
        }
    }

    private static int onInvoke(Pointer context, Pointer node) {
        KernelNode kernel = find(node);
        if (kernel == null) {
            return TfliteC.ERROR;
        }
        try {
            kernel.invoke(context, node);
            return TfliteC.OK;
        } catch (Throwable t) {
            kernel.failure().keep(t);
            return TfliteC.ERROR;
        }
    }

    private static KernelNode find(Pointer node) {
        return NODES.get(Pointer.nativeValue(OpaqueC.TfLiteOpaqueNodeGetUserData(node)));
    }
}
