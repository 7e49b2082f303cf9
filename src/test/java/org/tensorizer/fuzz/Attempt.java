package org.tensorizer.fuzz;

import org.tensorizer.fuzz.Fuzz.Target;

/**
 * What became of one input.
 *
 * @param thrown nothing where the input was read
 * @param allocated bytes of heap asked for, by all threads
 */
record Attempt(Throwable thrown, long allocated) {
    static Attempt of(Target target, byte[] bytes) {
        Throwable[] thrown = new Throwable[1];
        long allocated = Allocation.of(() -> {
            try {
                target.reader().read(target.name(), bytes);
            } catch (Throwable e) {
                thrown[0] = e;
            }
        });
        return new Attempt(thrown[0], allocated);
    }

    /**
     * A cheap sign of the path through the reader: the lines of the refusal's stack, or of an input that was read how much
     * heap its facts took, to one part in eight.
     */
    long end() {
        if (thrown == null) {
            int shift = Math.max(0, 64 - Long.numberOfLeadingZeros(allocated) - 3);
            return allocated >> shift << shift;
        }
        long hash = thrown.getClass().hashCode();
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().equals(Attempt.class.getName())) {
                break;
            }
            hash = 31 * hash + frame.getClassName().hashCode() + 7919L * frame.getLineNumber();
        }
        return -Math.abs(hash);
    }
}
