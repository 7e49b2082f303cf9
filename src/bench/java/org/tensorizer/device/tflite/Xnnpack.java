package org.tensorizer.device.tflite;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.Optional;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/**
 * TFLite's own kernels by way of XNNPACK, one thread: the fastest that this processor can do, for comparison only. The
 * product does not use it: as an oracle the plain kernels are enough.
 */
public final class Xnnpack implements TfliteSession.Delegate {
    /** Longer than the options of any version; what a version does not know stays 0. */
    private static final int OPTIONS_BYTES = 512;

    private static final int THREADS = 0;
    private static final int FLAGS = 4;

    /** Signed and unsigned 8-bit kernels. */
    private static final int QS8_QU8 = 3;

    private final NativeLibrary library;
    private final Pointer delegate;

    private Xnnpack(NativeLibrary library, Pointer delegate) {
        this.library = library;
        this.delegate = delegate;
    }

    /** @return the model in XNNPACK's kernels; empty where the library was built without them */
    public static Optional<Session> open(String name, byte[] model) {
        NativeLibrary library =
                NativeLibrary.getInstance(TfliteLibrary.load().path().toString());
        Memory options = new Memory(OPTIONS_BYTES);
        options.clear();
        options.setInt(THREADS, 1);
        options.setInt(FLAGS, QS8_QU8);
        Pointer delegate;
        try {
            delegate = library.getFunction("TfLiteXNNPackDelegateCreate").invokePointer(new Object[] {options});
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
        return Optional.of(TfliteSession.open(
                TfliteModel.parse(name, model),
                TfliteSession.Options.delegate("xnnpack", new Xnnpack(library, delegate))));
    }

    @Override
    public long address() {
        return Pointer.nativeValue(delegate);
    }

    @Override
    public void close() {
        library.getFunction("TfLiteXNNPackDelegateDelete").invokeVoid(new Object[] {delegate});
    }
}
