package org.tensorizer.tools;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether libedgetpu was built for this TFLite. The library itself does not say; packages do whose version names it, such
 * as {@code 16.0tf2.17.1-1} (feranick's builds, source: their release names).
 */
final class PairingCheck {
    private static final String CHECK = "TFLite with libedgetpu";
    private static final Pattern PACKAGE =
            Pattern.compile("(?m)^Package: (libedgetpu1-(?:std|max))$(?:\\n(?!Package:).+)*?\\nVersion: (\\S+)$");
    private static final Pattern BUILT_FOR = Pattern.compile("(?i)tf(\\d+)\\.(\\d+)");
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final String SIGN = "if the process dies while a model is opened they do not go together: take a"
            + " libedgetpu built for TFLite ";

    private PairingCheck() {}

    static Finding run(Machine machine, String tflite) {
        Optional<String> status = machine.read(machine.at("var/lib/dpkg/status"));
        Matcher installed = PACKAGE.matcher(status.orElse(""));
        if (!installed.find()) {
            return Finding.note(
                    CHECK,
                    "no package says which TFLite libedgetpu was built for (build e35aed1 was seen to go with 2.15 and"
                            + " 2.18)",
                    SIGN + tflite);
        }
        String name = installed.group(1) + " " + installed.group(2);
        Matcher built = BUILT_FOR.matcher(installed.group(2));
        if (!built.find()) {
            return Finding.note(
                    CHECK, "package " + name + " does not say which TFLite it was built for", SIGN + tflite);
        }
        Matcher here = VERSION.matcher(tflite);
        boolean same = here.matches()
                && here.group(1).equals(built.group(1))
                && here.group(2).equals(built.group(2));
        String found = "package " + name + " was built for TFLite " + built.group(1) + "." + built.group(2)
                + ", this is " + tflite;
        return same ? Finding.ok(CHECK, found) : Finding.note(CHECK, found, SIGN + tflite);
    }
}
