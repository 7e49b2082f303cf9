package org.tensorizer.cli;

import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.patch.Pattern;

/** Reads what {@code patch --mode} takes: a name, or a name and its numbers after a colon. */
final class PatternOption {
    static final String MODES =
            "zero, byte:V, ramp, xor:V, random:SEED, file:PATH (bytes as stored), identity (W[i][i] = 127,"
                    + " else 0), diagonal (W[i][i] = i %% 256 - 128, a ramp along the diagonal, else 0),"
                    + " shift+1, shift-1, permutation:SEED, single-hot:OUT,IN,VALUE, constant:VALUE, matrix:FILE.npy";

    private PatternOption() {}

    /** @throws BadInputException unknown name, missing or wrong number, unreadable file */
    static Pattern parse(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (name) {
            case "zero" -> Pattern.zero();
            case "byte" -> Pattern.byteValue((int) number(text, rest));
            case "ramp" -> Pattern.ramp();
            case "xor", "xor-ff" -> Pattern.xor(name.equals("xor-ff") ? 255 : (int) number(text, rest));
            case "random" -> Pattern.random(number(text, rest));
            case "file" -> Pattern.file(InputFile.path(needed(text, rest, "a path")));
            case "identity" -> Pattern.identity();
            case "diagonal" -> Pattern.diagonal();
            case "shift+1" -> Pattern.shift(1);
            case "shift-1" -> Pattern.shift(-1);
            case "permutation" -> Pattern.permutation(number(text, rest));
            case "constant" -> Pattern.constant((int) number(text, rest));
            case "single-hot" -> singleHot(text, rest);
            case "matrix" ->
                Pattern.matrix(WeightsOption.int8(InputFile.path(needed(text, rest, "a .npy file")))
                        .data());
            default -> throw new BadInputException("mode '" + text + "': expected one of " + MODES);
        };
    }

    private static Pattern singleHot(String text, String rest) {
        String[] numbers = rest.split(",", -1);
        if (numbers.length != 3) {
            throw new BadInputException("mode '" + text + "': expected single-hot:OUT,IN,VALUE");
        }
        return Pattern.singleHot(
                (int) number(text, numbers[0]), (int) number(text, numbers[1]), (int) number(text, numbers[2]));
    }

    private static String needed(String text, String rest, String what) {
        if (rest.isEmpty()) {
            throw new BadInputException("mode '" + text + "': expected " + what + " after the colon");
        }
        return rest;
    }

    /** Decimal, or hexadecimal after 0x. */
    private static long number(String text, String digits) {
        try {
            long value = Long.decode(needed(text, digits, "a number"));
            if (value == (int) value || text.startsWith("random") || text.startsWith("permutation")) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw new BadInputException("mode '" + text + "': expected a number, found '" + digits + "'");
    }
}
