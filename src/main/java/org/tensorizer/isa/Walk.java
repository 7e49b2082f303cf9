package org.tensorizer.isa;

import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one nest of loops over addresses; {@link Loops} are their values. Immutable, thread-safe.
 *
 * @param strides innermost loop first
 * @param limits innermost loop first
 */
public record Walk(
        String name,
        Field base,
        List<Field> strides,
        List<Field> limits,
        Field active,
        Field windowLevel,
        Field windowLength,
        Field tailLimit,
        Field tailLevel,
        Field tailRewind)
        implements FieldTable.Group {
    /**
     * All walks have one shape: base, then stride and limit of each loop, then active flags, window, tail.
     *
     * @param base lowest bit of the base
     * @param width bits of an address and of a limit; a stride has one more
     * @param loops number of loops
     * @param levelWidth bits of a level
     */
    private static Walk of(FieldTable table, String name, String unit, int base, int width, int loops, int levelWidth) {
        List<Field> strides = new ArrayList<>();
        List<Field> limits = new ArrayList<>();
        for (int j = 0; j < loops; j++) {
            int stride = base + width + (2 * width + 1) * j;
            strides.add(table.signed(
                    name + ".stride" + j, stride, width + 1, "added once when loop " + j + " steps", Fact.EXECUTED));
            limits.add(table.number(
                    name + ".limit" + j,
                    stride + width + 1,
                    width,
                    "rounds of loop " + j + ", minus 1",
                    Fact.EXECUTED));
        }
        int active = base + width + (2 * width + 1) * loops;
        int window = active + loops;
        int tail = window + levelWidth + width + 1;
        return table.group(new Walk(
                name,
                table.number(name + ".base", base, width, "first address, in " + unit, Fact.EXECUTED),
                List.copyOf(strides),
                List.copyOf(limits),
                table.mask(
                        name + ".active",
                        active,
                        loops,
                        "bit j: loop j moves on, else it leads back; redundant",
                        Fact.EXECUTED),
                table.number(
                        name + ".window.level",
                        window,
                        levelWidth,
                        "inner loops of a block, which uses one half",
                        Fact.EXECUTED),
                table.number(
                        name + ".window.length",
                        window + levelWidth,
                        width + 1,
                        "half of the circular buffer; 0 = no window",
                        Fact.EXECUTED),
                table.number(
                        name + ".tail.limit",
                        tail,
                        width,
                        "limit of loop 0 in the last round of the tail's loop",
                        Fact.EXECUTED),
                table.number(
                        name + ".tail.level", tail + width, levelWidth, "the tail's loop; 0 = no tail", Fact.EXECUTED),
                table.signed(
                        name + ".tail.rewind",
                        tail + width + levelWidth,
                        width,
                        "(limit 0 - tail) * step of the tail's loop; redundant",
                        Fact.EXECUTED)));
    }

    /** Rows of wide memory, or words where the mesh walks: 4 loops. */
    static Walk wide(FieldTable table, String name, String unit, int base) {
        return of(table, name, unit, base, 16, 4, 2);
    }

    /** Words of narrow memory: 6 loops. */
    static Walk narrow(FieldTable table, String name, String unit, int base) {
        return of(table, name, unit, base, 16, 6, 3);
    }

    /** An operand of an op: 8 loops. */
    static Walk operand(FieldTable table, String name, String unit, int base, int width) {
        return of(table, name, unit, base, width, 8, 3);
    }

    /** Units of the infeed, pop and outfeed: 3 loops. */
    static Walk units(FieldTable table, String name, String unit, int base, int width) {
        return of(table, name, unit, base, width, 3, 2);
    }

    int loops() {
        return limits.size();
    }

    @Override
    public List<Field> fields() {
        List<Field> all =
                new ArrayList<>(List.of(base, active, windowLevel, windowLength, tailLimit, tailLevel, tailRewind));
        all.addAll(strides);
        all.addAll(limits);
        return all;
    }

    /** The values an instruction holds. */
    public Loops get(Instruction instruction) {
        int[] stride = new int[loops()];
        int[] limit = new int[loops()];
        for (int j = 0; j < stride.length; j++) {
            stride[j] = instruction.getInt(strides.get(j));
            limit[j] = instruction.getInt(limits.get(j));
        }
        return new Loops(
                instruction.getInt(base),
                stride,
                limit,
                instruction.getInt(active),
                instruction.getInt(windowLevel),
                instruction.getInt(windowLength),
                instruction.getInt(tailLimit),
                instruction.getInt(tailLevel),
                instruction.getInt(tailRewind));
    }

    /**
     * Writes values into an instruction.
     *
     * @throws IllegalArgumentException more loops than the walk has, or a value that does not fit its field
     */
    public void set(Instruction instruction, Loops loops) {
        for (int j = 0; j < loops(); j++) {
            instruction.set(strides.get(j), loops.strides()[j]).set(limits.get(j), loops.limits()[j]);
        }
        instruction
                .set(base, loops.base())
                .set(active, loops.active())
                .set(windowLevel, loops.level())
                .set(windowLength, loops.length())
                .set(tailLimit, loops.tail())
                .set(tailLevel, loops.tailLevel())
                .set(tailRewind, loops.rewind());
    }

    /** Writes a walk that was written down loop by loop. */
    public void set(Instruction instruction, Loops.Builder loops) {
        set(instruction, loops.build(loops()));
    }

    @Override
    public String toString() {
        return name;
    }
}
