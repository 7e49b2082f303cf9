package org.tensorizer.device.tflite;

import com.sun.jna.Pointer;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.TfliteModel;

/**
 * A model, its interpreter and everything native code refers to meanwhile, freed in the one order that is safe. Also the
 * cleaning action of its session, hence no reference to it.
 */
final class Interpreter implements Runnable {
    private final String device;
    private final String name;
    private final ErrorLog log = ErrorLog.open();
    private final KernelFailure failure = new KernelFailure();
    private final Delegate delegate;
    private ModelMemory memory;
    private CustomOp op;
    private Pointer model;
    private Pointer pointer;
    private boolean closed;

    private Interpreter(String name, SessionOptions options) {
        this.device = options.device();
        this.name = name;
        this.delegate = options.delegate().orElse(null);
    }

    /** Loads a model and allocates its tensors; frees everything where that fails. */
    static Interpreter open(TfliteModel model, SessionOptions options) {
        Interpreter interpreter = new Interpreter(model.name(), options);
        try {
            interpreter.load(TfliteLibrary.load(), model, options);
            return interpreter;
        } catch (Throwable t) {
            try {
                interpreter.run();
            } catch (RuntimeException second) {
                t.addSuppressed(second);
            }
            throw t;
        }
    }

    private void load(TfliteLibrary library, TfliteModel file, SessionOptions options) {
        // TFLite's verifier lets models pass that end the process a moment later, such as one without a subgraph
        GivenTensors.check(file);
        memory = new ModelMemory(file);
        model = TfliteC.TfLiteModelCreateWithErrorReporter(
                memory.pointer(), memory.size(), ErrorLog.REPORTER, log.userData());
        if (model == null) {
            throw new BadInputException(
                    name + ": TFLite finds no valid model in these " + file.size() + " bytes" + said(log.take()));
        }
        create(library, options);
        if (pointer == null) {
            throw refused("no interpreter could be made");
        }
        int status = TfliteC.TfLiteInterpreterAllocateTensors(pointer);
        if (status != TfliteC.OK) {
            throw refused("the model cannot be prepared, " + Status.text(status));
        }
    }

    private void create(TfliteLibrary library, SessionOptions options) {
        Pointer settings = TfliteC.TfLiteInterpreterOptionsCreate();
        try {
            TfliteC.TfLiteInterpreterOptionsSetNumThreads(settings, options.threads());
            TfliteC.TfLiteInterpreterOptionsSetErrorReporter(settings, ErrorLog.REPORTER, log.userData());
            if (delegate != null) {
                TfliteC.TfLiteInterpreterOptionsAddDelegate(settings, new Pointer(delegate.address()));
            }
            if (options.kernel().isPresent()) {
                op = new CustomOp(device, options.kernel().get(), memory, failure, library);
                op.addTo(settings);
            }
            pointer = TfliteC.TfLiteInterpreterCreate(model, settings);
        } finally {
            CustomOp.opened();
            TfliteC.TfLiteInterpreterOptionsDelete(settings);
        }
    }

    /** The exception for a failed call, or the kernel's own, thrown. */
    private RuntimeException refused(String what) {
        List<String> lines = log.take();
        failure.raise(device, name, lines);
        for (String line : lines) {
            if (UnresolvedOps.isMeantBy(line)) {
                return delegate == null
                        ? UnresolvedOps.explain(device, name, line)
                        : UnresolvedOps.explainDelegate(device, name, lines);
            }
        }
        return new DeviceFault(DeviceFault.Kind.REFUSED, device, name + ": " + what + said(lines), lines, null);
    }

    Pointer pointer() {
        return pointer;
    }

    void invoke() {
        int status = TfliteC.TfLiteInterpreterInvoke(pointer);
        if (status != TfliteC.OK) {
            throw refused("inference failed, " + Status.text(status));
        }
    }

    private static String said(List<String> lines) {
        return lines.isEmpty() ? "" : ": " + String.join("; ", lines);
    }

    /** Frees everything, once. */
    @Override
    public void run() {
        if (closed) {
            return;
        }
        closed = true;
        if (pointer != null) {
            TfliteC.TfLiteInterpreterDelete(pointer);
        }
        try {
            if (delegate != null) {
                delegate.close();
            }
        } finally {
            if (op != null) {
                op.close();
            }
            if (model != null) {
                TfliteC.TfLiteModelDelete(model);
            }
            if (memory != null) {
                memory.close();
            }
            log.close();
        }
        failure.raise(device, name, List.of());
    }
}
