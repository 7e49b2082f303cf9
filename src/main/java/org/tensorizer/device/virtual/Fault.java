package org.tensorizer.device.virtual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;

/**
 * A fault on request, which happens once.
 *
 * @param kind what goes wrong
 * @param at when: at the how manieth program since the device was made, from 1; loading weights is a program as well. For
 *     {@link Kind#STUCK_POWER} and {@link Kind#BUSY} the how manieth forced power state and claim.
 */
public record Fault(Kind kind, long at) {
    private static final Pattern FORM = Pattern.compile("([a-z-]+)(?::([0-9]{1,9}))?");

    public enum Kind {
        STALL("the output endpoint stalls in place of the output"),
        TIMEOUT("the program never completes"),
        UNPLUG("the device is gone, and is plugged in again a second later"),
        SHORT_OUTPUT("the last 8 bytes of the output are missing"),
        LOST_EVENT("the completion is never sent"),
        DUPLICATE_EVENT("the completion is sent twice"),
        WRONG_TAG("the completion has the tag of another interrupt"),
        STUCK_POWER("the power state stays as it is until the port is reset"),
        BUSY("the device is held by somebody else"),
        FATAL_INTERRUPT("a fatal interrupt with an error status of the host interface comes in place of the output"),
        SLOW_LINK("from then on the link carries 1 MB/s");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As in {@code --fault}: {@code lost-event}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** @throws BadInputException not from 1 on */
    public Fault {
        if (at < 1) {
            throw new BadInputException("fault " + kind.word() + ": counts from 1, found " + at);
        }
    }

    /** @throws BadInputException the text is no {@code KIND[:N]} */
    public static Fault parse(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            for (Kind kind : Kind.values()) {
                if (kind.word().equals(form.group(1))) {
                    return new Fault(kind, form.group(2) == null ? 1 : Long.parseLong(form.group(2)));
                }
            }
        }
        throw new BadInputException("fault: expected KIND[:N] with one of " + words() + "; found \"" + text + "\"");
    }

    /** All kinds, for help and messages. */
    public static String words() {
        return Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return kind.word() + ":" + at;
    }

    /**
     * Which faults are still to come.
     */
    static final class Plan {
        private final List<Fault> toCome;
        private final Map<Kind, Long> occasions = new EnumMap<>(Kind.class);

        Plan(List<Fault> faults) {
            this.toCome = new ArrayList<>(faults);
        }

        /** Whether a fault of the kind is due; it is gone then. */
        boolean strikes(Kind kind, long occasion) {
            return toCome.removeIf(fault -> fault.kind() == kind && fault.at() <= occasion);
        }

        /** The same for a kind that counts its own occasions. */
        boolean strikesNext(Kind kind) {
            return strikes(kind, occasions.merge(kind, 1L, Long::sum));
        }
    }
}
