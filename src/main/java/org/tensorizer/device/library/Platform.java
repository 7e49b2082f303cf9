package org.tensorizer.device.library;

import java.util.Locale;

/**
 * Operating system and processor of this JVM, in the spellings that others use.
 *
 * @param os {@code linux}, {@code macosx}, {@code windows}
 * @param processor as {@link LibraryFile.ElfHeader#processor()} spells it
 */
public record Platform(String os, String processor) {
    public static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Platform of(String osName, String osArch) {
        String name = osName.toLowerCase(Locale.ROOT);
        String os = name.startsWith("mac") ? "macosx" : name.startsWith("windows") ? "windows" : name;
        String processor = switch (osArch) {
            case "amd64", "x86_64" -> "x86-64";
            case "aarch64", "arm64" -> "aarch64";
            default -> osArch;
        };
        return new Platform(os, processor);
    }

    /** The classifier of org.bytedeco's jars: {@code linux-x86_64}, {@code linux-arm64}. */
    public String bytedeco() {
        return os + "-" + (processor.equals("x86-64") ? "x86_64" : processor.equals("aarch64") ? "arm64" : processor);
    }

    /** The folder in JNA's jar: {@code linux-x86-64}, {@code linux-aarch64}. */
    public String jna() {
        return os + "-" + processor;
    }

    @Override
    public String toString() {
        return os + " on " + processor;
    }
}
