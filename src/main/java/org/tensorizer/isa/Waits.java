package org.tensorizer.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The wait slots of a unit; {@link Wait} is the value of one. Immutable, thread-safe. */
public final class Waits implements FieldTable.Group {
    private static final String WAIT = "value of the counter before block 0";

    private final List<Slot> slots = new ArrayList<>();
    private final boolean scalar;

    /** @param room null where a slot has no side */
    private record Slot(Field counter, Field level, Field value, Field step, Field on, Field room) {}

    private Waits(FieldTable table, int first, int pitch, int count, int levelWidth, boolean sided, boolean scalar) {
        this.scalar = scalar;
        int idWidth = scalar ? 4 : 5;
        Field.Kind kind = scalar ? Field.Kind.SCALAR_COUNTER : Field.Kind.TILE_COUNTER;
        for (int k = 0; k < count; k++) {
            String name = "wait" + k;
            int at = first + pitch * k;
            int value = at + idWidth + levelWidth;
            slots.add(new Slot(
                    table.add(name + ".counter", at, idWidth, kind, "counter it waits for", Fact.EXECUTED, List.of()),
                    table.number(name + ".level", at + idWidth, levelWidth, "inner loops of a block", Fact.EXECUTED),
                    table.signed(name + ".value", value, 16, WAIT, Fact.EXECUTED),
                    table.signed(name + ".step", value + 16, 16, "added for each further block", Fact.EXECUTED),
                    table.flag(name + ".on", value + 32, "the slot is used", Fact.EXECUTED),
                    sided ? table.flag(name + ".room", value + 33, "guards the writing side", Fact.EXECUTED) : null));
        }
        table.group(this);
    }

    /** Slots of a tile unit. */
    static Waits tile(FieldTable table, int first, int pitch, int count, int levelWidth, boolean sided) {
        return new Waits(table, first, pitch, count, levelWidth, sided, false);
    }

    /** Slots of infeed, pop and outfeed. */
    static Waits scalar(FieldTable table, int first, int pitch, int count) {
        return new Waits(table, first, pitch, count, 2, false, true);
    }

    @Override
    public String name() {
        return "waits";
    }

    /** The waits that are on, in the order of their slots. */
    public List<Wait> get(Instruction instruction) {
        List<Wait> waits = new ArrayList<>();
        for (Slot slot : slots) {
            if (instruction.isSet(slot.on)) {
                waits.add(value(instruction, slot));
            }
        }
        return waits;
    }

    private static Wait value(Instruction instruction, Slot slot) {
        return new Wait(
                instruction.getInt(slot.counter),
                instruction.getInt(slot.level),
                instruction.getInt(slot.value),
                instruction.getInt(slot.step),
                slot.room != null && instruction.isSet(slot.room));
    }

    /** The first slot that is on and waits for a counter that does not exist. */
    Optional<String> unknown(Instruction instruction) {
        int counters = scalar ? ScalarCounter.COUNT : TileCounter.COUNT;
        for (int k = 0; k < slots.size(); k++) {
            int counter = instruction.getInt(slots.get(k).counter);
            if (instruction.isSet(slots.get(k).on) && counter >= counters) {
                return Optional.of("wait" + k + " for counter " + counter + ", there are " + counters);
            }
        }
        return Optional.empty();
    }

    /** Fills slot {@code index} and switches it on; wait and step are taken modulo 65536. */
    public void set(Instruction instruction, int index, Wait wait) {
        Slot slot = slots.get(index);
        instruction
                .set(slot.counter, wait.counter())
                .set(slot.level, wait.level())
                .set(slot.value, (short) wait.value())
                .set(slot.step, (short) wait.step())
                .set(slot.on, 1);
        if (slot.room != null) {
            instruction.set(slot.room, wait.room() ? 1 : 0);
        } else if (wait.room()) {
            throw new IllegalArgumentException(instruction.opcode() + " has no sides, asked for " + wait);
        }
    }

    @Override
    public List<Field> fields() {
        List<Field> all = new ArrayList<>();
        for (Slot slot : slots) {
            all.addAll(List.of(slot.counter, slot.level, slot.value, slot.step, slot.on));
            if (slot.room != null) {
                all.add(slot.room);
            }
        }
        return all;
    }

    /** Every slot that holds anything, such as {@code RING_READ_B level 1 >= 1 + 1k}; a slot that is off says so. */
    String text(Instruction instruction) {
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < slots.size(); k++) {
            Slot slot = slots.get(k);
            Wait wait = value(instruction, slot);
            boolean on = instruction.isSet(slot.on);
            if (!on && wait.equals(new Wait(0, 0, 0, 0, false))) {
                continue;
            }
            text.append(on ? " wait" : " off").append(k).append('(');
            text.append(scalar ? ScalarCounter.text(wait.counter()) : TileCounter.text(wait.counter()));
            text.append(" level ").append(wait.level()).append(" >= ").append(wait.value());
            text.append(wait.step() < 0 ? " - " : " + ")
                    .append(Math.abs(wait.step()))
                    .append('k');
            text.append(wait.room() ? ", room)" : ")");
        }
        return text.toString();
    }
}
