package org.tensorizer.device.library;

/**
 * JNA's own native part, kept in the private cache like every other library instead of being unpacked into the common
 * temporary folder at each start. To be called before the first class of JNA is touched; later calls do nothing.
 */
public final class JnaRuntime {
    private static final String FOLDER = "jna.boot.library.path";

    private JnaRuntime() {}

    /** Points JNA to the cached file, unless the user chose a place. Where the jar lacks it, JNA looks for itself. */
    public static synchronized void prepare() {
        String resource = "com/sun/jna/" + Platform.current().jna() + "/libjnidispatch.so";
        if (System.getProperty(FOLDER) == null
                && JnaRuntime.class.getClassLoader().getResource(resource) != null) {
            LibraryFile file = LibraryCache.ofUser().file(resource);
            System.setProperty(FOLDER, file.path().getParent().toString());
        }
    }
}
