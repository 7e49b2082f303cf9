package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes the fields of a walk into an opcode's table. All walks have one shape: strides and limits alternate at a fixed
 * pitch, the active flags follow the last limit, which is shorter where the pitch would reach into them.
 */
final class WalkTable {
    private static final String SOURCE =
            "positions: compiled models, published size and dimension differences; meaning: the known programs execute";

    private final OpcodeTable table;
    private final String name;
    private final String unit;
    private Optional<Field> base = Optional.empty();
    private final List<Field> strides = new ArrayList<>();
    private final List<Field> limits = new ArrayList<>();

    private WalkTable(OpcodeTable table, String name, String unit) {
        this.table = table;
        this.name = name;
        this.unit = unit;
    }

    static WalkTable of(OpcodeTable table, String name, String unit) {
        return new WalkTable(table, name, unit);
    }

    WalkTable base(int bit, int width) {
        base = Optional.of(table.field(name + ".base", bit, width, Confidence.FIRM, "first " + unit, SOURCE));
        return this;
    }

    /**
     * @param first bit of stride 0
     * @param strideWidth bits of a stride
     * @param limitWidth bits of a limit
     * @param lastLimitWidth bits of the last limit
     */
    WalkTable loops(int count, int first, int strideWidth, int limitWidth, int lastLimitWidth) {
        int pitch = strideWidth + limitWidth;
        for (int j = 0; j < count; j++) {
            int at = first + pitch * j;
            strides.add(table.signed(
                    name + ".stride" + j,
                    at,
                    strideWidth,
                    Confidence.FIRM,
                    "added to the address when loop " + j + " steps, in units of one " + unit,
                    SOURCE));
            limits.add(table.field(
                    name + ".limit" + j,
                    at + strideWidth,
                    j == count - 1 ? lastLimitWidth : limitWidth,
                    Confidence.FIRM,
                    "steps of loop " + j + ", minus 1",
                    SOURCE));
        }
        return this;
    }

    void withoutFlags() {
        table.walk(new Walk(name, base, strides, limits, Optional.empty()));
    }

    void active(int bit) {
        Field active = table.field(
                name + ".active",
                bit,
                strides.size(),
                Confidence.LIKELY,
                "one bit a loop: 1 moves on, 0 repeats (its stride undoes the inner loops)",
                SOURCE);
        table.walk(new Walk(name, base, strides, limits, Optional.of(active)));
    }
}
