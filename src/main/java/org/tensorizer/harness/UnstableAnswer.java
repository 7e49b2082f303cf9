package org.tensorizer.harness;

/** A refuting answer that was another one when the device was asked again: {@link Verdict#UNSTABLE}. */
final class UnstableAnswer extends AssertionError {
    private static final long serialVersionUID = 1L;

    UnstableAnswer(AssertionError first, String second) {
        super("first " + first.getMessage() + "; asked again: " + second, first);
    }
}
