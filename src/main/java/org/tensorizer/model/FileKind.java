package org.tensorizer.model;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** What a file says it is, by the identifier at byte 4. */
public enum FileKind {
    /** A TFLite model, compiled or not ({@code TFL3}). */
    TFLITE("TFL3"),
    /** A package that stands alone ({@code DWN1}). */
    PACKAGE("DWN1"),
    /** No identifier known. Serialized executables and multi-executables have none. */
    UNIDENTIFIED("");

    private static final int AT = 4;
    private static final int LENGTH = 4;
    private static final int LONGEST_TEXT = 300;

    private final String identifier;

    FileKind(String identifier) {
        this.identifier = identifier;
    }

    /** Four characters; empty where there are none. */
    public String identifier() {
        return identifier;
    }

    /**
     * Kind of a file.
     *
     * @param bytes its content, any length
     */
    public static FileKind of(byte[] bytes) {
        if (TFLITE.marks(bytes)) {
            return TFLITE;
        }
        return PACKAGE.marks(bytes) ? PACKAGE : UNIDENTIFIED;
    }

    /** What stands where the identifier should, or what else the file evidently is, for messages. */
    static String describe(byte[] bytes) {
        Optional<String> text = text(bytes);
        if (text.isPresent()) {
            return text.get();
        }
        if (bytes.length < AT + LENGTH) {
            return bytes.length == 0 ? "an empty file" : "a file of " + bytes.length + " bytes";
        }
        return switch (of(bytes)) {
            case TFLITE -> "a TFLite model (identifier TFL3)";
            case PACKAGE -> "a package (identifier DWN1)";
            case UNIDENTIFIED -> "the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes, AT, AT + LENGTH);
        };
    }

    /** What a file is that stands in place of a model where somebody copied a repository without its large files. */
    static Optional<String> text(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, LONGEST_TEXT), StandardCharsets.ISO_8859_1);
        if (text.startsWith("version https://git-lfs.github.com/spec/")) {
            return Optional.of("a Git LFS pointer: the model itself was not fetched (git lfs pull)");
        }
        if (bytes.length < LONGEST_TEXT && text.matches("[\\x21-\\x7e]+\\.tflite\\s*")) {
            return Optional.of("the text of a symbolic link to " + text.strip() + ": take that file");
        }
        return Optional.empty();
    }

    private boolean marks(byte[] bytes) {
        return bytes.length >= AT + LENGTH
                && identifier.equals(new String(bytes, AT, LENGTH, StandardCharsets.ISO_8859_1));
    }
}
