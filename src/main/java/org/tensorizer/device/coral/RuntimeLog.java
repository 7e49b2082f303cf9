package org.tensorizer.device.coral;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads libedgetpu's log. Meanings of tags and of status numbers: libedgetpu's usb_driver.cc and what the unmodified
 * runtime printed with an emulated USB device; causes and remedies: what users reported in google-coral/edgetpu.
 */
public final class RuntimeLog {
    private record Rule(Pattern pattern, Function<MatchResult, Diagnosis> meaning) {
        Optional<Diagnosis> read(String line) {
            Matcher matcher = pattern.matcher(line);
            return matcher.find() ? Optional.of(meaning.apply(matcher)) : Optional.empty();
        }
    }

    private static final List<Rule> RULES = List.of(
            rule("transfer on tag (\\d+) failed.*?(?:USB transfer )?error (\\d+)", m -> transfer(m, tag(number(m, 1)))),
            rule(
                    "HandleQueuedBulkIn.*error (\\d+)",
                    m -> new Diagnosis(
                            m.group(),
                            "reading results failed: " + status(number(m, 1)),
                            cause(number(m, 1)),
                            remedy(number(m, 1)))),
            rule(
                    "USB transfer error (\\d+)",
                    m -> new Diagnosis(
                            m.group(),
                            "a USB transfer failed: " + status(number(m, 1)),
                            cause(number(m, 1)),
                            remedy(number(m, 1)))),
            rule(
                    "requires runtime version \\((\\d+)\\), which is newer than this runtime version \\((\\d+)\\)",
                    m -> new Diagnosis(
                            m.group(),
                            "the model needs runtime version " + m.group(1) + ", libedgetpu has " + m.group(2),
                            "an old libedgetpu",
                            "update libedgetpu, or compile with --min_runtime_version " + m.group(2))),
            rule(
                    "Package verification failed",
                    m -> new Diagnosis(
                            m.group(),
                            "libedgetpu refuses the package",
                            "a damaged model",
                            "read it with `tensorizer inspect`")),
            rule(
                    "Parameter caching tag is not set",
                    m -> new Diagnosis(
                            m.group(),
                            "the PARAMETER_CACHING executable has token 0",
                            "a patch that cleared the token",
                            "give both executables a fresh token")),
            rule(
                    "[Uu]nresolved custom op",
                    m -> new Diagnosis(
                            m.group(),
                            "libedgetpu's delegate did not take the custom op",
                            "libedgetpu was built for another TFLite",
                            "pair the versions: the names of feranick/libedgetpu's builds say which TFLite they are for")),
            rule(
                    "Failed to load delegate|Failed to open device|No such device",
                    m -> new Diagnosis(
                            m.group(),
                            "the device could not be opened",
                            "no device, no permission, or a stale udev rule",
                            "run `tensorizer doctor`")));

    private RuntimeLog() {}

    /** The meaning of the last line that is understood. */
    public static Optional<Diagnosis> diagnose(List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            for (Rule rule : RULES) {
                Optional<Diagnosis> diagnosis = rule.read(lines.get(i));
                if (diagnosis.isPresent()) {
                    return diagnosis;
                }
            }
        }
        return Optional.empty();
    }

    private static Rule rule(String pattern, Function<MatchResult, Diagnosis> meaning) {
        return new Rule(Pattern.compile(pattern), meaning);
    }

    private static int number(MatchResult match, int group) {
        String digits = match.group(group);
        return digits.length() > 6 ? -1 : Integer.parseInt(digits);
    }

    private static Diagnosis transfer(MatchResult match, String transfer) {
        int status = number(match, 2);
        return new Diagnosis(
                match.group(), "transfer of " + transfer + " failed: " + status(status), cause(status), remedy(status));
    }

    private static String tag(int tag) {
        return switch (tag) {
            case 0 -> "instructions";
            case 1 -> "input";
            case 2 -> "parameters";
            case 3 -> "output";
            case 4, 5, 6, 7 -> "interrupt " + (tag - 4);
            default -> "unknown kind (tag " + tag + ")";
        };
    }

    private static String status(int status) {
        return switch (status) {
            case 1 -> "unknown error (1)";
            case 2 -> "timeout (2)";
            case 3 -> "cancelled (3)";
            case 4 -> "stall (4)";
            case 5 -> "device gone (5)";
            case 6 -> "overflow (6)";
            default -> "status " + status;
        };
    }

    private static String cause(int status) {
        return switch (status) {
            case 2 -> "power, hub or clock, or a program the chip does not finish";
            case 4 -> "the chip refused the transfer, often a program it cannot run";
            case 5 -> "the device left the bus, or two processes share it";
            case 6 -> "the chip sent more than the program announced";
            default -> "cable, hub or power";
        };
    }

    private static String remedy(int status) {
        return switch (status) {
            case 2 -> "a powered hub, the std-clock runtime, an unpatched model, -Dtensorizer.coral.verbosity=10";
            case 4, 6 -> "an unpatched model; if that runs, the patch is to blame";
            case 5 -> "plug it in again, one owner at a time";
            default -> "another cable or port, a powered hub";
        };
    }

    /**
     * What a line of libedgetpu's log means.
     *
     * @param line as the runtime printed it
     * @param what which transfer failed and how, or what was refused
     * @param cause likely
     * @param remedy what to try
     */
    public record Diagnosis(String line, String what, String cause, String remedy) {
        @Override
        public String toString() {
            return what + "; likely: " + cause + "; try: " + remedy;
        }
    }
}
