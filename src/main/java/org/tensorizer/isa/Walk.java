package org.tensorizer.isa;

import java.util.ArrayList;
import java.util.List;

/** The fields of one nest of loops over addresses; {@link Loops} are their values. Immutable, thread-safe. */
public final class Walk implements FieldTable.Group {
    private final String name;
    private final String unit;
    private final Field base;
    private final List<Field> strides = new ArrayList<>();
    private final List<Field> limits = new ArrayList<>();
    private final Field active;
    private final Field level;
    private final Field length;
    private final Field tail;
    private final Field tailLevel;
    private final Field rewind;

    /**
     * All walks have one shape: base, then stride and limit of each loop, then active flags, window, tail.
     *
     * @param baseBit lowest bit of the base
     * @param width bits of an address and of a limit; a stride has one more
     * @param loops number of loops
     * @param levelWidth bits of a level
     */
    private Walk(FieldTable table, String name, String unit, int baseBit, int width, int loops, int levelWidth) {
        this.name = name;
        this.unit = unit;
        base = table.number(name + ".base", baseBit, width, "first address, in " + unit, Fact.EXECUTED);
        int at = baseBit + width;
        for (int j = 0; j < loops; j++) {
            strides.add(table.signed(
                    name + ".stride" + j, at, width + 1, "added once when loop " + j + " steps", Fact.EXECUTED));
            at += width + 1;
            limits.add(
                    table.number(name + ".limit" + j, at, width, "rounds of loop " + j + ", minus 1", Fact.EXECUTED));
            at += width;
        }
        active = table.mask(
                name + ".active", at, loops, "bit j: loop j moves on, else it leads back; redundant", Fact.EXECUTED);
        at += loops;
        level = table.number(
                name + ".window.level", at, levelWidth, "inner loops of a block, which uses one half", Fact.EXECUTED);
        at += levelWidth;
        length = table.number(
                name + ".window.length", at, width + 1, "half of the circular buffer; 0 = no window", Fact.EXECUTED);
        at += width + 1;
        tail = table.number(
                name + ".tail.limit", at, width, "limit of loop 0 in the last round of the tail's loop", Fact.EXECUTED);
        at += width;
        tailLevel = table.number(name + ".tail.level", at, levelWidth, "the tail's loop; 0 = no tail", Fact.EXECUTED);
        at += levelWidth;
        rewind = table.signed(
                name + ".tail.rewind",
                at,
                width,
                "(limit 0 - tail) * step of the tail's loop; redundant",
                Fact.EXECUTED);
        table.group(this);
    }

    /** Rows of wide memory, or words where the mesh walks: 4 loops. */
    static Walk wide(FieldTable table, String name, String unit, int base) {
        return new Walk(table, name, unit, base, 16, 4, 2);
    }

    /** Words of narrow memory: 6 loops. */
    static Walk narrow(FieldTable table, String name, String unit, int base) {
        return new Walk(table, name, unit, base, 16, 6, 3);
    }

    /** An operand of an op: 8 loops. */
    static Walk operand(FieldTable table, String name, String unit, int base, int width) {
        return new Walk(table, name, unit, base, width, 8, 3);
    }

    /** Units of the infeed, pop and outfeed: 3 loops. */
    static Walk units(FieldTable table, String name, String unit, int base, int width) {
        return new Walk(table, name, unit, base, width, 3, 2);
    }

    @Override
    public String name() {
        return name;
    }

    public int loops() {
        return limits.size();
    }

    public Field base() {
        return base;
    }

    /** Strides, innermost loop first. */
    public List<Field> strides() {
        return List.copyOf(strides);
    }

    /** Limits, innermost loop first. */
    public List<Field> limits() {
        return List.copyOf(limits);
    }

    public Field windowLevel() {
        return level;
    }

    public Field tailLimit() {
        return tail;
    }

    public Field tailLevel() {
        return tailLevel;
    }

    public Field tailRewind() {
        return rewind;
    }

    @Override
    public List<Field> fields() {
        List<Field> all = new ArrayList<>(List.of(base, active, level, length, tail, tailLevel, rewind));
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
                instruction.getInt(level),
                instruction.getInt(length),
                instruction.getInt(tail),
                instruction.getInt(tailLevel),
                instruction.getInt(rewind));
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
                .set(level, loops.level())
                .set(length, loops.length())
                .set(tail, loops.tail())
                .set(tailLevel, loops.tailLevel())
                .set(rewind, loops.rewind());
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
