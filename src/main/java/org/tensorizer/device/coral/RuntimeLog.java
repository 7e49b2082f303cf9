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

    /** Cause and remedy of a process that died while it loaded a model. */
    public static final String OTHER_TFLITE =
            "libedgetpu was built for another TFLite (Google's release 16.0 for 2.5); try: " + Pairing.REMEDY;

    private static final List<Rule> RULES = List.of(
            rule(
                    "transfer on tag (\\d+) failed.*?(?:USB transfer )?error (\\d+)",
                    m -> failed("transfer of " + tag(number(m, 1)), number(m, 2))),
            rule("HandleQueuedBulkIn.*error (\\d+)", m -> failed("reading results", number(m, 1))),
            rule("USB transfer error (\\d+)", m -> failed("a USB transfer", number(m, 1))),
            rule(
                    "USB error (-\\d+)(?: \\[(\\w+)\\])?",
                    m -> submission(number(m, 1), m.group(2) == null ? "a USB call" : m.group(2))),
            rule(
                    "HIB Error\\. hib_error_status = ([0-9a-fA-F]+)",
                    m -> new Diagnosis(
                            "the chip stopped with a fatal error of its host interface (hib_error_status 0x"
                                    + m.group(1).replaceFirst("^0+(?=.)", "") + ")",
                            "a program or a payload that the chip cannot run, as after a bad patch",
                            "an unpatched model; if that runs, the patch is to blame: undo it step by step, then plug the"
                                    + " Coral in again")),
            rule(
                    "No active request to complete",
                    m -> new Diagnosis(
                            "the chip said once more that it is done, or said it for nothing",
                            "a program that signals its end twice, or an answer of an earlier, aborted inference",
                            "an unpatched program; plug the Coral in again")),
            rule(
                    "requires runtime version \\((\\d+)\\), which is newer than this runtime version \\((\\d+)\\)",
                    m -> new Diagnosis(
                            "the model needs runtime version " + m.group(1) + ", libedgetpu has " + m.group(2),
                            "an old libedgetpu",
                            "update libedgetpu, or compile with --min_runtime_version " + m.group(2))),
            rule(
                    "Package verification failed",
                    m -> new Diagnosis(
                            "libedgetpu refuses the package", "a damaged model", "read it with `tensorizer inspect`")),
            rule(
                    "Parameter caching tag is not set",
                    m -> new Diagnosis(
                            "the PARAMETER_CACHING executable has token 0",
                            "a patch that cleared the token",
                            "give both executables a fresh token")),
            rule(
                    "[Uu]nresolved custom op",
                    m -> new Diagnosis(
                            "libedgetpu's delegate did not take the custom op",
                            "libedgetpu was built for another TFLite",
                            Pairing.REMEDY)),
            rule(
                    "Failed to load delegate|Failed to open device|No such device",
                    m -> new Diagnosis(
                            "the device could not be opened",
                            "no device, no permission, or a stale udev rule",
                            "run `tensorizer doctor`")));

    /** How a line of level I or W begins: {@code I :829] ...}, {@code W0101 12:00:00 ...}, {@code I driver/usb/...}. */
    private static final Pattern HARMLESS = Pattern.compile("^[IW](?:\\d{4})? ");

    private RuntimeLog() {}

    /**
     * The meaning of the last line that is understood. Lines of level I and W judge nothing: armed reads that time out or
     * are cancelled stand there in healthy runs too (seen at verbosity 1, every 6 s and at close).
     */
    public static Optional<Diagnosis> diagnose(List<String> lines) {
        return last(
                lines.stream().filter(line -> !HARMLESS.matcher(line).find()).toList());
    }

    /**
     * Why an opening was refused: there, and only there, a line of level I says it (seen at verbosity 1).
     *
     * @param lines that the runtime printed while it opened the device
     */
    public static Optional<Diagnosis> refusal(List<String> lines) {
        Optional<Diagnosis> judged = diagnose(lines);
        return judged.isPresent() ? judged : last(lines);
    }

    private static Optional<Diagnosis> last(List<String> lines) {
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

    /** @param status libusb's own of a transfer */
    private static Diagnosis failed(String transfer, int status) {
        String what = transfer + " failed: ";
        String cable = "cable, hub or power";
        String port = "another cable or port, a powered hub";
        String patch = "an unpatched model; if that runs, the patch is to blame";
        return switch (status) {
            case 1 -> new Diagnosis(what + "unknown error (1)", cable, port);
            case 2 ->
                new Diagnosis(
                        what + "timeout (2)",
                        "power, hub or clock, or a program the chip does not finish",
                        "a powered hub, the std-clock runtime, an unpatched model, -Dtensorizer.coral.verbosity=10");
            case 3 -> new Diagnosis(what + "cancelled (3)", cable, port);
            case 4 ->
                new Diagnosis(
                        what + "stall (4)", "the chip refused the transfer, often a program it cannot run", patch);
            case 5 ->
                new Diagnosis(
                        what + "device gone (5)",
                        "the device left the bus, or two processes share it",
                        "plug it in again, one owner at a time");
            case 6 -> new Diagnosis(what + "overflow (6)", "the chip sent more than the program announced", patch);
            default -> new Diagnosis(what + "status " + status, cable, port);
        };
    }

    /** libusb's own codes, negative: what a call gave that was to start a transfer or to open the device. */
    private static Diagnosis submission(int code, String call) {
        String what = call + " failed: ";
        return switch (code) {
            case -1 -> new Diagnosis(what + "I/O error (-1)", "cable, hub or power", "another cable or port");
            case -3 ->
                new Diagnosis(
                        what + "access denied (-3)",
                        "this user may not write the device",
                        "a udev rule for 1a6e:089a and 18d1:9302; `tensorizer doctor` shows it");
            case -4 ->
                new Diagnosis(
                        what + "no such device (-4)",
                        "the Coral was unplugged, lost power, or came back under another address",
                        "plug it in again; a powered hub");
            case -6 ->
                new Diagnosis(
                        what + "busy (-6)",
                        "another process has the device",
                        "end it (`tensorizer doctor` names it), one owner at a time");
            default -> new Diagnosis(what + "libusb error " + code, "see libusb's error codes", "plug it in again");
        };
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

    /**
     * What a line of libedgetpu's log means.
     *
     * @param what which transfer failed and how, or what was refused
     * @param cause likely
     * @param remedy what to try
     */
    public record Diagnosis(String what, String cause, String remedy) {
        @Override
        public String toString() {
            return what + "; likely: " + cause + "; try: " + remedy;
        }
    }
}
