package org.tensorizer.device.tflite;

import com.sun.jna.Callback;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.library.JnaRuntime;
import org.tensorizer.device.library.LibraryCache;
import org.tensorizer.device.library.LibraryFile;
import org.tensorizer.device.library.Platform;
import org.tensorizer.model.Operator;

/**
 * TensorFlow Lite's shared library, loaded into this process: the one that comes with Tensorizer for this platform, or
 * the one that {@code -Dtensorizer.tflite=PATH} (environment: {@code TENSORIZER_TFLITE}) names.
 *
 * <p>One library a process: the C functions are bound when it is first asked for, and stay.
 *
 * <p>Thread safety: yes.
 */
public final class TfliteLibrary {
    private static final int LAZY_LOCAL = 1; // RTLD_LAZY without RTLD_GLOBAL: symbols of one library serve it alone
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static TfliteLibrary loaded;

    private final LibraryFile file;
    private final String version;
    private final NativeLibrary library;

    private TfliteLibrary(LibraryFile file, String version, NativeLibrary library) {
        this.file = file;
        this.version = version;
        this.library = library;
    }

    /**
     * The library of this process.
     *
     * @throws BadInputException none for this platform, or the named file is no library, is for another processor, is
     *     of a version that gives wrong answers, or lacks a function
     */
    public static synchronized TfliteLibrary load() {
        if (loaded == null) {
            TfliteLibrary library = open(choose());
            Native.register(TfliteC.class, library.library);
            if (library.has(TfliteC.Reporting.CREATE)) {
                Native.register(TfliteC.Reporting.class, library.library);
            }
            if (library.runsCustomOps()) {
                Native.register(TfliteC.Opaque.class, library.library);
            }
            loaded = library;
        }
        return loaded;
    }

    private static LibraryFile choose() {
        Optional<String> named = Setting.TFLITE.value();
        return named.isPresent() ? LibraryFile.named(InputFile.path(named.get())) : ofThisPlatform();
    }

    private static LibraryFile ofThisPlatform() {
        String folder = "org/bytedeco/tensorflowlite/" + Platform.current().bytedeco();
        try {
            return LibraryCache.ofUser().file(folder + "/libjnitensorflowlite.so");
        } catch (BadInputException e) {
            throw new BadInputException(e.getMessage() + "; name one with " + Setting.TFLITE + "=PATH", e);
        }
    }

    /** Loads and checks a library without binding its functions. */
    static TfliteLibrary open(LibraryFile file) {
        NativeLibrary library;
        try {
            library = JnaRuntime.open(file.path().toString(), LAZY_LOCAL);
        } catch (UnsatisfiedLinkError e) {
            throw new BadInputException(
                    "TFLite library " + file.path() + ": the loader refuses it: " + e.getMessage(), e);
        }
        String version = readVersion(file, library);
        requireSymbols(file, version, library);
        return new TfliteLibrary(file, version, library);
    }

    private static String readVersion(LibraryFile file, NativeLibrary library) {
        if (!JnaRuntime.has(library, "TfLiteVersion")) {
            throw new BadInputException(
                    "TFLite library " + file.path() + ": has no function TfLiteVersion: this is not TensorFlow Lite");
        }
        return library.getFunction("TfLiteVersion").invokeString(new Object[0], false);
    }

    /**
     * Refuses a library whose own kernels give wrong answers for per-channel models without saying so, as 2.5 and 2.8 do. A
     * delegate that takes the whole model, such as the libedgetpu that was built for them, may still be used under it.
     */
    void requireTrueKernels() {
        Matcher parts = VERSION.matcher(version);
        if (parts.matches() && Integer.parseInt(parts.group(1)) == 2 && Integer.parseInt(parts.group(2)) < 9) {
            throw new BadInputException("TFLite library " + file.path() + ": version " + version
                    + " gives wrong answers for per-channel models without saying so (seen in 2.5 and 2.8): take 2.12"
                    + " or newer; for device coral it will do");
        }
    }

    private static void requireSymbols(LibraryFile file, String version, NativeLibrary library) {
        List<String> missing = Arrays.stream(TfliteC.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !JnaRuntime.has(library, name))
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw new BadInputException(
                    "TFLite library " + file.path() + ", version " + version + ": lacks " + missing);
        }
    }

    boolean has(String symbol) {
        return JnaRuntime.has(library, symbol);
    }

    NativeLibrary functions() {
        return library;
    }

    /** Whether a custom op can be registered: asked of the symbols, not of the version. */
    public boolean runsCustomOps() {
        return OpRegistrar.of(this).isPresent();
    }

    OpRegistrar requireRegistrar() {
        return OpRegistrar.of(this)
                .orElseThrow(() -> new BadInputException("TFLite library " + path() + ", version " + version
                        + ": has neither TfLiteOperatorCreate nor TfLiteRegistrationExternalCreate, so no custom op can"
                        + " be registered: take 2.12 or newer"));
    }

    /**
     * Ends this process at once, by C's {@code _exit}: no handlers, no destructors, no return. {@link Runtime#halt} runs the
     * exit handlers of native libraries first, and those of a hung USB runtime wait for it.
     */
    public static void endProcess(int status) {
        TfliteC.LibC._exit(status);
    }

    /** As {@code TfLiteVersion()} gives it, such as {@code 2.18.0}. */
    public String version() {
        return version;
    }

    /** Absolute path of the loaded file. */
    public Path path() {
        return file.path();
    }

    /** SHA-256 of the loaded file, lower-case hexadecimal. */
    public String sha256() {
        return file.sha256();
    }

    /** Came with Tensorizer, not named by the user. */
    public boolean bundled() {
        return file.bundled();
    }

    @Override
    public String toString() {
        return "TFLite " + version + " (" + file.path() + ", SHA-256 " + file.sha256() + ")";
    }

    /**
     * The two families of functions that register a custom op. Which one a library has is asked of its symbols: 2.12 to 2.15
     * have the second, later ones the first (there, {@code TfLiteOperatorCreate} takes a fourth argument from 2.18 on, which
     * an older one does not look at).
     */
    enum OpRegistrar {
        OPERATOR("TfLiteOperator", "TfLiteInterpreterOptionsAddOperator"),
        REGISTRATION_EXTERNAL("TfLiteRegistrationExternal", "TfLiteInterpreterOptionsAddRegistrationExternal");

        /** {@code void* init(context, buffer, length)}; what it gives is the node's user data. */
        interface Init extends Callback {
            Pointer invoke(Pointer context, Pointer buffer, long length);
        }

        /** {@code void free(context, data)}. */
        interface Free extends Callback {
            void invoke(Pointer context, Pointer data);
        }

        /** {@code TfLiteStatus prepare(context, node)}, and invoke. */
        interface NodeCall extends Callback {
            int invoke(Pointer context, Pointer node);
        }

        private static final int BUILTIN_CUSTOM = 32;

        /** TFLite finds the op of a compiled model under this version only. */
        private static final int VERSION = 1;

        /** Held for ever: native code keeps the address, and a Java string's copy would not outlive the call. */
        private static final Memory NAME = name(Operator.EDGE_TPU);

        private final String prefix;
        private final String add;

        OpRegistrar(String prefix, String add) {
            this.prefix = prefix;
            this.add = add;
        }

        /** The family that a library has. */
        static Optional<OpRegistrar> of(TfliteLibrary library) {
            return Arrays.stream(values())
                    .filter(family -> family.symbols().allMatch(library::has))
                    .findFirst();
        }

        private Stream<String> symbols() {
            return Stream.concat(
                    Stream.of(add, "TfLiteOpaqueNodeGetUserData", "TfLiteOpaqueNodeNumberOfInputs"),
                    List.of("Create", "Delete", "SetInit", "SetFree", "SetPrepare", "SetInvoke").stream()
                            .map(prefix::concat));
        }

        /** A registration; to be deleted after the interpreter that uses it. The callbacks must be held by the caller. */
        Pointer create(TfliteLibrary library, Init init, Free free, NodeCall prepare, NodeCall invoke) {
            Pointer op = library.functions()
                    .getFunction(prefix + "Create")
                    .invokePointer(new Object[] {BUILTIN_CUSTOM, NAME, VERSION, Pointer.NULL});
            set(library, op, "SetInit", init);
            set(library, op, "SetFree", free);
            set(library, op, "SetPrepare", prepare);
            set(library, op, "SetInvoke", invoke);
            return op;
        }

        void add(TfliteLibrary library, Pointer options, Pointer op) {
            library.functions().getFunction(add).invokeVoid(new Object[] {options, op});
        }

        void delete(TfliteLibrary library, Pointer op) {
            library.functions().getFunction(prefix + "Delete").invokeVoid(new Object[] {op});
        }

        private void set(TfliteLibrary library, Pointer op, String function, Callback callback) {
            library.functions().getFunction(prefix + function).invoke(new Object[] {op, callback});
        }

        private static Memory name(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            Memory memory = new Memory(bytes.length + 1L);
            memory.write(0, bytes, 0, bytes.length);
            memory.setByte(bytes.length, (byte) 0);
            return memory;
        }
    }
}
