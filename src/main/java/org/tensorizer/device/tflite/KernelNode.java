package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;
import org.tensorizer.device.DeviceFault;

/** One custom op of one interpreter and the kernel's instance for it. Used by the thread that is inside TFLite. */
final class KernelNode {
    private final String device;
    private final KernelFailure failure;
    private CustomKernel.Instance instance;
    private Throwable refused;
    private NodeTensors inputs;
    private NodeTensors outputs;

    KernelNode(String device, KernelFailure failure) {
        this.device = device;
        this.failure = failure;
    }

    KernelFailure failure() {
        return failure;
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
        requireSome("inputs", OpaqueC.TfLiteOpaqueNodeNumberOfInputs(node));
        requireSome("outputs", OpaqueC.TfLiteOpaqueNodeNumberOfOutputs(node));
        inputs = null; // tensors may have moved
        outputs = null;
    }

    void invoke(Pointer context, Pointer node) {
        if (inputs == null) {
            inputs = new NodeTensors(
                    "input",
                    true,
                    tensors(
                            "input",
                            OpaqueC.TfLiteOpaqueNodeNumberOfInputs(node),
                            i -> OpaqueC.TfLiteOpaqueNodeGetInput(context, node, i)));
            outputs = new NodeTensors(
                    "output",
                    false,
                    tensors(
                            "output",
                            OpaqueC.TfLiteOpaqueNodeNumberOfOutputs(node),
                            i -> OpaqueC.TfLiteOpaqueNodeGetOutput(context, node, i)));
        }
        List<ByteBuffer> in = inputs.refresh(device);
        List<ByteBuffer> out = outputs.refresh(device);
        instance.invoke(in, out);
        outputs.requireWritten(device);
    }

    void close() {
        if (instance != null) {
            instance.close();
        }
    }

    private void requireSome(String role, int count) {
        if (count < 1) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED, device, "the custom op has " + count + " " + role + ": a damaged model?");
        }
    }

    private Pointer[] tensors(String role, int count, IntFunction<Pointer> get) {
        Pointer[] tensors = new Pointer[count];
        for (int i = 0; i < count; i++) {
            tensors[i] = get.apply(i);
            if (tensors[i] == null) {
                throw new DeviceFault(
                        DeviceFault.Kind.REFUSED,
                        device,
                        "the custom op's " + role + " " + i + " is NULL: a damaged model?");
            }
        }
        return tensors;
    }
}
