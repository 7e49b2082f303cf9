package org.tensorizer.device.library;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * JNA's own native part, kept in the private cache like every other library instead of being unpacked into a folder of JNA's
 * at each start; and the libraries that it loads.
 */
public final class JnaRuntime {
    private static final String FOLDER = "jna.boot.library.path";

    /** JNA then neither makes and cleans a folder of its own nor unpacks a library that nobody compares with the jar. */
    private static final String UNPACKS_NOTHING = "jna.nounpack";

    private JnaRuntime() {}

    /**
     * Points JNA to the cached file, unless the user chose a place; where the jar lacks it, JNA looks for itself. To be called
     * before the first class of JNA is touched; later calls do nothing.
     *
     * @throws BadInputException the file cannot be written, or not loaded from where it is
     */
    private static synchronized void prepare() {
        String resource = "com/sun/jna/" + Platform.current().jna() + "/libjnidispatch.so";
        if (System.getProperty(FOLDER) == null
                && JnaRuntime.class.getClassLoader().getResource(resource) != null) {
            Path file = LibraryCache.ofUser().file(resource).path();
            String folder = file.getParent().toString();
            if (folder.contains(File.pathSeparator)) {
                throw new BadInputException("cache folder " + folder + ": '" + File.pathSeparator
                        + "' ends a folder's name for JNA; name another with " + Setting.CACHE);
            }
            load(file);
            System.setProperty(UNPACKS_NOTHING, "true");
            System.setProperty(FOLDER, folder);
        }
    }

    /**
     * Loads a library with JNA. One that is refused afterwards stays loaded: JNA hands out one object for one file, and
     * somebody else may use it.
     *
     * @param library a file, or a name that the dynamic loader finds
     * @param flags of dlopen
     * @throws UnsatisfiedLinkError the loader does not find it, or refuses it
     * @throws BadInputException this JVM is none of 64 bits, for which alone the structures and {@code size_t} are right
     */
    public static NativeLibrary open(String library, int flags) {
        prepare();
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new BadInputException("expected a 64-bit JVM, found one of " + Native.POINTER_SIZE * 8 + " bits");
        }
        return NativeLibrary.getInstance(library, Map.of(Library.OPTION_OPEN_FLAGS, flags));
    }

    /** Whether a library has a function or a variable. */
    public static boolean has(NativeLibrary library, String symbol) {
        try {
            library.getGlobalVariableAddress(symbol);
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    /** JNA loads it again, which does nothing; but JNA would say of any trouble only that it found no library. */
    private static void load(Path file) {
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new BadInputException(
                    "JNA's library " + file + ": the loader refuses it: " + e.getMessage()
                            + "; name a folder that programs may be loaded from with " + Setting.CACHE,
                    e);
        }
    }
}
