package org.tensorizer.device.library;

import java.io.File;
import java.nio.file.Path;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * JNA's own native part, kept in the private cache like every other library instead of being unpacked into a folder of JNA's
 * at each start. To be called before the first class of JNA is touched; later calls do nothing.
 */
public final class JnaRuntime {
    private static final String FOLDER = "jna.boot.library.path";

    /** JNA then neither makes and cleans a folder of its own nor unpacks a library that nobody compares with the jar. */
    private static final String UNPACKS_NOTHING = "jna.nounpack";

    private JnaRuntime() {}

    /**
     * Points JNA to the cached file, unless the user chose a place. Where the jar lacks it, JNA looks for itself.
     *
     * @throws BadInputException the file cannot be written, or not loaded from where it is
     */
    public static synchronized void prepare() {
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
