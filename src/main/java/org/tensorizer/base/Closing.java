package org.tensorizer.base;

/** Closing of what is given up either way. */
public final class Closing {
    private Closing() {}

    /**
     * Closes a resource whose trouble in closing changes nothing for anybody: whatever it throws is dropped.
     *
     * @param resource may be null
     */
    public static void quietly(AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) {
            // nothing more can be done about it
        }
    }
}
