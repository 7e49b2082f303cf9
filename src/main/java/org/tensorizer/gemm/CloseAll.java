package org.tensorizer.gemm;

import java.util.stream.Stream;

/** Closes everything, then throws the first failure with the others suppressed. */
final class CloseAll {
    private CloseAll() {}

    static void of(Stream<Runnable> all) {
        RuntimeException failure = null;
        for (Runnable close : all.toList()) {
            try {
                close.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
