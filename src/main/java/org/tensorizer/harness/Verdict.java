package org.tensorizer.harness;

import io.qameta.allure.model.Status;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.opentest4j.TestAbortedException;
import org.tensorizer.device.DeviceFault;

/** What one run of an experiment says about its hypothesis. */
public enum Verdict {
    /** Every expectation held. */
    SUPPORTED("supported", Status.PASSED),
    /** The device gave an answer that the hypothesis rules out. */
    REFUTED("refuted", Status.FAILED),
    /** The device answered one question in two ways: an answer that refuted was another when it was asked for again. */
    UNSTABLE("unstable", Status.BROKEN),
    /** The device crashed, hung, refused or answered with the wrong size. Says nothing about the hypothesis. */
    DEVICE_FAULT("device fault", Status.BROKEN),
    /** The experiment needs something that this run does not have; the reason names it. */
    NOT_APPLICABLE("not applicable", Status.SKIPPED),
    /** The experiment itself failed, by bad input or by a fault in its code. Says nothing about the hypothesis. */
    NO_VERDICT("no verdict", Status.BROKEN);

    private static final List<Verdict> WEIGHT =
            List.of(REFUTED, UNSTABLE, DEVICE_FAULT, NO_VERDICT, SUPPORTED, NOT_APPLICABLE);

    private final String text;
    private final Status status;

    Verdict(String text, Status status) {
        this.text = text;
        this.status = status;
    }

    /**
     * The verdict behind the end of a test method.
     *
     * @param thrown what it threw, null if it ended normally. A device fault anywhere among the causes wins, so that
     *     no assertion that was reached through a faulty answer counts
     */
    public static Verdict of(Throwable thrown) {
        if (thrown == null) {
            return SUPPORTED;
        }
        DeviceFault fault = fault(thrown);
        if (fault != null) {
            return fault.kind() == DeviceFault.Kind.UNSTABLE ? UNSTABLE : DEVICE_FAULT;
        }
        if (find(thrown, UnstableAnswer.class) != null) {
            return UNSTABLE;
        }
        if (find(thrown, TestAbortedException.class) != null) {
            return NOT_APPLICABLE;
        }
        return thrown instanceof AssertionError ? REFUTED : NO_VERDICT;
    }

    /** The verdict of a hypothesis: what weighs most of how its runs ended. Nothing that ended is not applicable. */
    public static Verdict ofAll(Collection<Verdict> runs) {
        return WEIGHT.stream().filter(runs::contains).findFirst().orElse(NOT_APPLICABLE);
    }

    /** The verdict that {@link #toString} gives this name. */
    public static Verdict named(String text) {
        return Arrays.stream(values())
                .filter(verdict -> verdict.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no verdict is named " + text));
    }

    /** The device fault behind a failure, null if there is none. */
    static DeviceFault fault(Throwable thrown) {
        return thrown == null ? null : find(thrown, DeviceFault.class);
    }

    private static <T extends Throwable> T find(Throwable thrown, Class<T> type) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return find(thrown, type, seen);
    }

    private static <T extends Throwable> T find(Throwable thrown, Class<T> type, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return null;
        }
        if (type.isInstance(thrown)) {
            return type.cast(thrown);
        }
        T found = find(thrown.getCause(), type, seen);
        for (Throwable suppressed : thrown.getSuppressed()) {
            found = found != null ? found : find(suppressed, type, seen);
        }
        return found;
    }

    Status status() {
        return status;
    }

    @Override
    public String toString() {
        return text;
    }

    /** A refuting answer that was another one when the device was asked again: {@link #UNSTABLE}. */
    static final class UnstableAnswer extends AssertionError {
        private static final long serialVersionUID = 1L;

        UnstableAnswer(AssertionError first, String second) {
            super("first " + first.getMessage() + "; asked again: " + second, first);
        }
    }
}
