package org.tensorizer.device.coral;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a libedgetpu goes with a TFLite. The library itself does not say which TFLite it was built for; its Debian package
 * does: feranick's builds in their version ({@code 16.0tf2.17.1-1}), and Google's own release 16.0 by the workspace file it
 * was built from, which names 2.5.
 *
 * <p>What goes together was measured on builds of the same sources with an emulated USB device: one for 2.5 answers under
 * 2.5 and 2.8, crashes under 2.12, and under 2.18 loads one model in a process and dies with the second
 * (TfLiteRegistration is passed by value and has grown); one for 2.16 or newer answers under 2.12, 2.15, 2.18 and 2.21.
 *
 * @param source what says it, for messages
 * @param builtFor the TFLite that libedgetpu was built for; absent where nothing says it
 * @param tflite the TFLite that is to load it
 */
public record Pairing(String source, Optional<Version> builtFor, Version tflite) {
    /** What to do about two that do not go together. */
    public static final String REMEDY =
            "take a libedgetpu built for TFLite 2.16 or newer (feranick/libedgetpu names its builds, such as"
                    + " 16.0tf2.17.1-1), our own driver (--device usb), or name the TFLite it was built for with"
                    + " -Dtensorizer.tflite=PATH";

    private static final Pattern PACKAGE =
            Pattern.compile("(?m)^Package: (libedgetpu1-(?:std|max))$(?:\\n(?!Package:).+)*?\\nVersion: (\\S+)$");
    private static final Pattern NAMED = Pattern.compile("(?i)tf(\\d+)\\.(\\d+)");
    private static final Pattern GOOGLE = Pattern.compile("16\\.\\d+(?:-\\d+)?");

    /** How sure it is that they work together. */
    public enum Verdict {
        WORKS,
        DIES,
        UNKNOWN
    }

    /** A version of TFLite, by its first two numbers. */
    public record Version(int major, int minor) implements Comparable<Version> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

        /** 0.0 for a text that is none. */
        public static Version parse(String text) {
            Matcher numbers = FORM.matcher(text);
            return numbers.matches()
                    ? new Version(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
                    : new Version(0, 0);
        }

        @Override
        public int compareTo(Version other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }

        boolean since(int wantedMajor, int wantedMinor) {
            return compareTo(new Version(wantedMajor, wantedMinor)) >= 0;
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }

    /**
     * Looks at the packages of this system.
     *
     * @param library the loaded libedgetpu: one outside of /usr/lib and /lib came with no package, but its path may name a
     *     version
     * @param root of the file system, another folder in tests
     */
    public static Pairing of(Path library, String tflite, Path root) {
        Version here = Version.parse(tflite);
        Matcher named = NAMED.matcher(library.toString());
        if (named.find()) {
            return new Pairing("its path " + library, Optional.of(version(named)), here);
        }
        if (library.startsWith("/usr/lib") || library.startsWith("/lib")) {
            Matcher installed = PACKAGE.matcher(read(root.resolve("var/lib/dpkg/status")));
            if (installed.find()) {
                String source = "package " + installed.group(1) + " " + installed.group(2);
                Matcher built = NAMED.matcher(installed.group(2));
                if (built.find()) {
                    return new Pairing(source, Optional.of(version(built)), here);
                }
                return new Pairing(
                        source,
                        GOOGLE.matcher(installed.group(2)).matches()
                                ? Optional.of(new Version(2, 5))
                                : Optional.empty(),
                        here);
            }
        }
        return new Pairing("no package or path", Optional.empty(), here);
    }

    private static Version version(Matcher named) {
        return Version.parse(named.group(1) + "." + named.group(2));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /** By what was measured; versions between those are unknown unless they are the same. */
    public Verdict verdict() {
        if (builtFor.isEmpty()) {
            return Verdict.UNKNOWN;
        }
        Version built = builtFor.get();
        if (built.equals(tflite) || (built.since(2, 16) && tflite.since(2, 12))) {
            return Verdict.WORKS;
        }
        if (built.equals(new Version(2, 5))) {
            return tflite.since(2, 12) ? Verdict.DIES : tflite.since(2, 9) ? Verdict.UNKNOWN : Verdict.WORKS;
        }
        return Verdict.UNKNOWN;
    }

    /** What is known, as a sentence without its end. */
    @Override
    public String toString() {
        return builtFor.map(built -> source + " was built for TFLite " + built + ", this is " + tflite)
                .orElse(source
                        + (source.startsWith("package") ? " does not say" : " says")
                        + " which TFLite libedgetpu was built for, this is " + tflite);
    }
}
