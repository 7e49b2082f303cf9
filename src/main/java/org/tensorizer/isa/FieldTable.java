package org.tensorizer.isa;

import static org.tensorizer.isa.Field.Kind.CODE;
import static org.tensorizer.isa.Field.Kind.FLAG;
import static org.tensorizer.isa.Field.Kind.FLOAT;
import static org.tensorizer.isa.Field.Kind.MASK;
import static org.tensorizer.isa.Field.Kind.NUMBER;
import static org.tensorizer.isa.Field.Kind.SIGNED;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields of one family of opcodes, filled by the constants of its class and read only afterwards. A table may take
 * in the fields of another one: what all tile instructions share, what all ops share. No two fields overlap.
 */
final class FieldTable {
    private final List<FieldTable> parents;
    private final int bundles;
    private final List<Field> fields = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();
    private final long[] covered;

    /** Fields that are read, printed and compared together. */
    sealed interface Group permits Walk, Waits, Signal {
        String name();

        List<Field> fields();
    }

    /** @param bundles length of the family's instructions */
    FieldTable(int bundles, FieldTable... parents) {
        this.bundles = bundles;
        this.parents = List.of(parents);
        covered = new long[2 * bundles];
        Field.setBits(covered, Opcode.BIT, Opcode.WIDTH, -1);
        for (FieldTable parent : parents) {
            for (int i = 0; i < parent.covered.length; i++) {
                covered[i] |= parent.covered[i];
            }
        }
    }

    Field add(String name, int bit, int width, Field.Kind kind, String meaning, Fact fact, List<String> names) {
        Field field = new Field(this, name, bit, width, kind, meaning, fact, names);
        if (field.end() > bundles * Opcode.BUNDLE_BITS) {
            throw new IllegalStateException(field + " ends beyond " + bundles + " bundles");
        }
        for (int at = bit; at < field.end(); at++) {
            if (Field.bits(covered, at, 1) != 0) {
                throw new IllegalStateException(field + " overlaps another field at bit " + at);
            }
        }
        if (fields().stream().anyMatch(other -> other.name().equals(name))) {
            throw new IllegalStateException("two fields are named " + name);
        }
        Field.setBits(covered, bit, width, -1);
        fields.add(field);
        return field;
    }

    Field number(String name, int bit, int width, String meaning, Fact fact) {
        return add(name, bit, width, NUMBER, meaning, fact, List.of());
    }

    Field signed(String name, int bit, int width, String meaning, Fact fact) {
        return add(name, bit, width, SIGNED, meaning, fact, List.of());
    }

    Field real(String name, int bit, String meaning, Fact fact) {
        return add(name, bit, 32, FLOAT, meaning, fact, List.of());
    }

    Field mask(String name, int bit, int width, String meaning, Fact fact) {
        return add(name, bit, width, MASK, meaning, fact, List.of());
    }

    Field flag(String name, int bit, String meaning, Fact fact) {
        return add(name, bit, 1, FLAG, meaning, fact, List.of());
    }

    Field code(String name, int bit, int width, String meaning, Fact fact, List<String> names) {
        return add(name, bit, width, CODE, meaning, fact, names);
    }

    <G extends Group> G group(G group) {
        groups.add(group);
        return group;
    }

    /** All fields, those of the parents too, by position. */
    List<Field> fields() {
        List<Field> all = new ArrayList<>(fields);
        parents.forEach(parent -> all.addAll(parent.fields()));
        all.sort(Comparator.comparingInt(Field::bit));
        return all;
    }

    /** All groups, those of the parents first. */
    List<Group> groups() {
        List<Group> all = new ArrayList<>();
        parents.forEach(parent -> all.addAll(parent.groups()));
        all.addAll(groups);
        return all;
    }

    /** Fields that belong to no group, by position. */
    List<Field> single() {
        Set<Field> grouped = new HashSet<>();
        groups().forEach(group -> grouped.addAll(group.fields()));
        return fields().stream().filter(field -> !grouped.contains(field)).toList();
    }

    boolean has(Field field) {
        if (field.table() == this) {
            return true;
        }
        for (FieldTable parent : parents) {
            if (parent.has(field)) {
                return true;
            }
        }
        return false;
    }

    int bundles() {
        return bundles;
    }

    /** One bit for each bit of an instruction that a field or the opcode covers. */
    long[] covered() {
        return covered;
    }
}
