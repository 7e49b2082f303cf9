package org.tensorizer.tools;

import java.util.Locale;

/**
 * What one check found.
 *
 * @param check its name; several findings may share one
 * @param found what is there, or what is not
 * @param remedy what to do, empty where there is nothing to be done
 */
public record Finding(String check, Status status, String found, String remedy) {
    /** How bad it is. */
    public enum Status {
        /** As it should be. */
        OK,
        /** Worth knowing, and in nobody's way. */
        NOTE,
        /** The chosen device will not work, or not well, before this is mended. */
        PROBLEM;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String found) {
        return new Finding(check, Status.OK, found, "");
    }

    static Finding note(String check, String found, String remedy) {
        return new Finding(check, Status.NOTE, found, remedy);
    }

    static Finding problem(String check, String found, String remedy) {
        return new Finding(check, Status.PROBLEM, found, remedy);
    }

    /** One line: {@code problem: USB Coral: ... -> remedy}. */
    @Override
    public String toString() {
        return status + ": " + check + ": " + found + (remedy.isEmpty() ? "" : " -> " + remedy);
    }
}
