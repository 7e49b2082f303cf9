package org.tensorizer.cli;

/** Exit status of every command. */
final class ExitCode {
    static final int OK = 0;

    /** An experiment was refuted, two things that should agree differ, or a device failed. */
    static final int REFUTED = 1;

    /** The input is at fault: arguments, files, models. Nothing was changed. */
    static final int BAD_INPUT = 2;

    private ExitCode() {}
}
