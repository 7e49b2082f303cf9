package org.tensorizer.device.tflite;

import com.sun.jna.Callback;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
    private static final Memory NAME = name("edgetpu-custom-op");

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
