package org.tensorizer.isa;

import java.util.List;

/**
 * A signal: a counter goes up by one whenever a nest of {@code level} inner loops of a walk is complete. Immutable,
 * thread-safe.
 */
public record Signal(String name, Field on, Field level) implements FieldTable.Group {
    static Signal of(FieldTable table, String name, int bit, int levelWidth, String counts) {
        Field on = table.flag(name + ".on", bit, counts, Fact.EXECUTED);
        String meaning = "inner loops of a block; may be filled while off";
        return table.group(
                new Signal(name, on, table.number(name + ".level", bit + 1, levelWidth, meaning, Fact.EXECUTED)));
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
