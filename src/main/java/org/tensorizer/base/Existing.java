package org.tensorizer.base;

/** What to do with a file that is where the output shall go. */
public enum Existing {
    /** Leave it and refuse. */
    REFUSE,
    /** Replace it in one step. */
    REPLACE
}
