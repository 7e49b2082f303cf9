package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/**
 * Resize 0x05, an op whose weights are the phases of an interpolation. Seen for a factor of 2 only. Per axis position p =
 * start + step * output index, in quarters of a pixel.
 *
 * <p>Bilinear: op loops 0 and 1 are the two taps in x and y; offset = p / 4 * pitch, f = p % 4, weights 32 f and
 * 32 (4 - f), the product of both axes, M = 2^-14. Nearest: one tap at pixel (p + 2) / 4, rounded down (the rounding is
 * likely), M = 1. Neither clamps nor has zero points; 4 lanes.
 */
public final class Resize {
    static final String SEMANTICS = "interpolates between pixels of narrow memory, bilinear or nearest; fields of an op"
            + " but for the arithmetic";

    static final FieldTable TABLE = new FieldTable(17, Op.GEOMETRY);

    public static final Field MULTIPLIER = TABLE.real("multiplier", 1949, "2^-14 bilinear, 1 nearest", EXECUTED);

    public static final Axis X = Axis.of("x", 1981, 2045);
    public static final Axis Y = Axis.of("y", 2013, 2077);

    public static final Field NEAREST = TABLE.flag("nearest", 2093, "both axes are nearest too", EXECUTED);

    private Resize() {}

    /** The fields of one axis. */
    public record Axis(Field loop, Field nearest, Field start, Field step, Field pitch) {
        private static Axis of(String name, int at, int pitchAt) {
            return new Axis(
                    TABLE.number(name + ".loop", at, 3, "op loop that runs over the outputs of the axis", EXECUTED),
                    TABLE.flag(name + ".nearest", at + 3, "one tap", EXECUTED),
                    TABLE.number(
                            name + ".start", at + 8, 8, "phase of the first output, quarters of a pixel", EXECUTED),
                    TABLE.number(name + ".step", at + 16, 8, "phase from one output to the next", EXECUTED),
                    TABLE.number(name + ".pitch", pitchAt, 16, "bytes from one source pixel to the next", EXECUTED));
        }
    }
}
