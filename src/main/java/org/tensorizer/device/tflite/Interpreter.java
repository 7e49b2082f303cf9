package org.tensorizer.device.tflite;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.TfliteModel.Subgraph;

/**
 * A model, its interpreter and everything native code refers to meanwhile, freed in the one order that is safe. Also the
 * cleaning action of its session, hence no reference to it.
 */
final class Interpreter implements Runnable {
    private final String device;
    private final String name;
    private final ErrorLog log = new ErrorLog();
    private final Failure failure = new Failure();
    private final TfliteSession.Delegate delegate;
    private ModelMemory memory;
    private CustomOp op;
    private Pointer model;
    private Pointer pointer;
    private boolean closed;

    private Interpreter(String name, TfliteSession.Options options) {
        this.device = options.device();
        this.name = name;
        this.delegate = options.delegate().orElse(null);
    }

    /** Loads a model and allocates its tensors; frees everything where that fails. */
    static Interpreter open(TfliteModel model, TfliteSession.Options options) {
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

    private void load(TfliteLibrary library, TfliteModel file, TfliteSession.Options options) {
        // TFLite's verifier lets models pass that end the process a moment later, such as one without a subgraph
        GivenTensors.check(file);
        memory = new ModelMemory(file);
        if (delegate == null) {
            library.requireTrueKernels();
        }
        model = library.has(TfliteC.Reporting.CREATE)
                ? TfliteC.Reporting.TfLiteModelCreateWithErrorReporter(
                        memory.pointer(), memory.size(), ErrorLog.REPORTER, log.userData())
                : TfliteC.TfLiteModelCreate(memory.pointer(), memory.size());
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
            throw refused("the model cannot be prepared, " + TfliteC.Status.text(status));
        }
    }

    private void create(TfliteLibrary library, TfliteSession.Options options) {
        Pointer settings = TfliteC.TfLiteInterpreterOptionsCreate();
        try {
            TfliteC.TfLiteInterpreterOptionsSetNumThreads(settings, 1);
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
        Optional<String> unresolved = lines.stream()
                .filter(line -> line.contains("unresolved custom op"))
                .findFirst();
        if (unresolved.isPresent()) {
            return unresolved(unresolved.get(), lines);
        }
        return new DeviceFault(DeviceFault.Kind.REFUSED, device, name + ": " + what + said(lines), lines, null);
    }

    /** Why TFLite knows no kernel for an op, and what helps. */
    private RuntimeException unresolved(String line, List<String> lines) {
        if (delegate != null) { // it did not take the op: the known sign of one built for another TFLite
            return new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    device,
                    name + ": the delegate did not take the custom op: it was built for another TFLite than "
                            + TfliteLibrary.load().version()
                            + ". Pair the versions: take a build of libedgetpu for this"
                            + " TFLite, or name the TFLite it was built for with -Dtensorizer.tflite=PATH. TFLite said: "
                            + String.join("; ", lines),
                    lines,
                    null);
        }
        return new BadInputException(
                line.contains(Operator.EDGE_TPU)
                        ? name + ": compiled for the Edge TPU (it holds edgetpu-custom-op), but device " + device
                                + " runs uncompiled models only: take the emulator or a Coral, or the source model"
                        : name + ": holds an op that device " + device + " has no kernel for: " + line);
    }

    Pointer pointer() {
        return pointer;
    }

    void invoke() {
        int status = TfliteC.TfLiteInterpreterInvoke(pointer);
        if (status != TfliteC.OK) {
            throw refused("inference failed, " + TfliteC.Status.text(status));
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

    /** A model in native memory, where TFLite uses it in place until its interpreter is deleted. */
    static final class ModelMemory implements AutoCloseable {
        private final TfliteModel model;
        private final Memory memory;

        ModelMemory(TfliteModel model) {
            this.model = model;
            this.memory = new Memory(model.size());
            memory.getByteBuffer(0, model.size()).put(model.bytes());
        }

        Pointer pointer() {
            return memory;
        }

        int size() {
            return model.size();
        }

        /**
         * Bytes that TFLite points at, as a read-only view that may outlive the native memory: of the model on the heap
         * where they are part of it, else of a copy.
         */
        ByteBuffer view(Pointer start, long length) {
            if (length == 0 || start == null) {
                return ByteBuffer.allocate(0).asReadOnlyBuffer();
            }
            long offset = Pointer.nativeValue(start) - Pointer.nativeValue(memory);
            ByteBuffer view = offset >= 0 && length <= model.size() - offset
                    ? model.bytes().slice((int) offset, (int) length)
                    : ByteBuffer.wrap(start.getByteArray(0, Math.toIntExact(length)));
            return view.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    /**
     * What a kernel threw inside a callback, kept until the C function that called it has returned: an exception cannot pass
     * through C, and JNA would count it as success.
     */
    static final class Failure {
        private Throwable thrown;

        /** Keeps the first one. */
        void keep(Throwable throwable) {
            if (thrown == null) {
                thrown = throwable;
            } else if (thrown != throwable) {
                thrown.addSuppressed(throwable);
            }
        }

        /** Throws what was kept, if anything was, and forgets it. */
        void raise(String device, String model, List<String> log) {
            Throwable failure = thrown;
            thrown = null;
            if (failure instanceof BadInputException bad) {
                throw bad;
            }
            if (failure instanceof DeviceFault fault) {
                throw fault;
            }
            if (failure instanceof VirtualMachineError error) {
                throw error;
            }
            if (failure != null) {
                throw new DeviceFault(
                        DeviceFault.Kind.REFUSED, device, model + ": the custom op failed: " + failure, log, failure);
            }
        }
    }

    /**
     * Whether each tensor is given before it is read: as an input, as a constant with bytes, by an operator before, or as a
     * variable. TFLite's kernels do not ask; those that find no bytes read address 0, which ends the process.
     */
    private record GivenTensors(TfliteModel model, Subgraph graph, BitSet given) {
        private static final int SHOWN = 60;

        /** @throws BadInputException naming the first reader of a tensor that nothing gives */
        static void check(TfliteModel model) {
            for (Subgraph graph : model.subgraphs()) {
                BitSet given = new BitSet();
                graph.inputs().forEach(given::set);
                graph.tensors().stream()
                        .filter(each -> !each.data().isEmpty()
                                || each.variable()
                                || each.shape().contains(0))
                        .forEach(each -> given.set(each.index()));
                new GivenTensors(model, graph, given).check();
            }
        }

        private void check() {
            for (Operator operator : graph.operators()) {
                for (int input : operator.inputs()) {
                    if (input >= 0) { // else an optional one that is not there
                        require(input, "operator " + operator.index() + ", " + Printable.of(operator.name(), SHOWN));
                    }
                }
                operator.outputs().forEach(given::set);
            }
            graph.outputs().forEach(output -> require(output, "the output"));
        }

        private void require(int tensor, String reader) {
            if (!given.get(tensor)) {
                throw new BadInputException(
                        model.name() + ": subgraph " + graph.index() + ": " + reader + ": reads tensor "
                                + tensor + " \""
                                + Printable.of(graph.tensors().get(tensor).name(), SHOWN)
                                + "\", expected one that is an input, has bytes, or is written by an operator before");
            }
        }
    }
}
