package org.tensorizer.isa;

import java.util.List;

/**
 * A signal: a counter goes up by one whenever a nest of {@code level} inner loops of a walk is complete. Immutable,
 * thread-safe.
 */
public final class Signal implements FieldTable.Group {
    private final String name;
    private final Field on;
    private final Field level;

    Signal(FieldTable table, String name, int bit, int levelWidth, String counts) {
        this.name = name;
        on = table.flag(name + ".on", bit, counts, Fact.EXECUTED);
        level = table.number(
                name + ".level", bit + 1, levelWidth, "inner loops of a block; may be filled while off", Fact.EXECUTED);
        table.group(this);
    }

    @Override
    public String name() {
        return name;
    }

    /** Inner loops of what counts one, -1 if the signal is off. */
    public int level(Instruction instruction) {
        return instruction.isSet(on) ? instruction.getInt(level) : -1;
    }

    /** Switches the signal on. */
    public void set(Instruction instruction, int level) {
        instruction.set(on, 1).set(this.level, level);
    }

    @Override
    public List<Field> fields() {
        return List.of(on, level);
    }

    String text(Instruction instruction) {
        if (instruction.isSet(on)) {
            return " " + name + "(level " + instruction.getInt(level) + ")";
        }
        return instruction.getInt(level) == 0 ? "" : " " + name + "(off, level " + instruction.getInt(level) + ")";
    }
}
