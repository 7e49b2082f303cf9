package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everything known about the bits of one opcode. Filled once while the instruction set is built, then read only. */
final class OpcodeTable {
    /** Fields that say where an instruction runs, not what it does. */
    private static final Set<String> PLACE = Set.of("tiles", "sequence");

    private final Opcode opcode;
    private final List<Field> fields = new ArrayList<>();
    private final Map<String, Field> byName = new HashMap<>();
    private final Map<String, Walk> walks = new LinkedHashMap<>();

    private volatile List<Item> printed;

    /** Bits of fields that are not reserved, and of the opcode. */
    private final long[] named;

    /** Bits of all fields, and of the opcode. */
    private final long[] listed;

    OpcodeTable(Opcode opcode) {
        this.opcode = opcode;
        named = new long[opcode.bundles() * 2];
        listed = new long[opcode.bundles() * 2];
        Bits.set(named, 6, 6, -1);
        Bits.set(listed, 6, 6, -1);
    }

    Field add(Field field) {
        if (field.end() > opcode.bits()) {
            throw new IllegalStateException(opcode + ": " + field + " ends beyond the instruction");
        }
        for (int bit = field.bit(); bit < field.end(); bit++) {
            if (Bits.get(listed, bit, 1) != 0) {
                throw new IllegalStateException(opcode + ": " + field + " overlaps another field at bit " + bit);
            }
        }
        if (byName.put(field.name(), field) != null) {
            throw new IllegalStateException(opcode + ": two fields named " + field.name());
        }
        Bits.set(listed, field.bit(), field.width(), -1);
        if (!field.reserved()) {
            Bits.set(named, field.bit(), field.width(), -1);
        }
        fields.add(field);
        fields.sort(Comparator.comparingInt(Field::bit));
        return field;
    }

    Field field(String name, int bit, int width, Confidence confidence, String meaning, String source) {
        return add(new Field(name, bit, width, false, meaning, confidence, source));
    }

    Field signed(String name, int bit, int width, Confidence confidence, String meaning, String source) {
        return add(new Field(name, bit, width, true, meaning, confidence, source));
    }

    Field reserved(int bit, int width, String meaning) {
        String name = "reserved.%03d".formatted(bit);
        return add(new Field(
                name, bit, width, false, meaning, Confidence.UNKNOWN, "constant in all known Dense programs"));
    }

    void walk(Walk walk) {
        walks.put(walk.name(), walk);
    }

    List<Field> fields() {
        return List.copyOf(fields);
    }

    Optional<Field> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<Walk> findWalk(String name) {
        return Optional.ofNullable(walks.get(name));
    }

    /** A walk, or a field that belongs to none; the other is null. */
    record Item(Walk walk, Field field) {
        int bit() {
            return walk == null ? field.bit() : walk.strides().get(0).bit();
        }
    }

    /** All fields by position, those of a walk together. */
    List<Item> itemsByPosition() {
        List<Item> all = new ArrayList<>();
        Set<Field> walked = new HashSet<>();
        for (Walk walk : walks.values()) {
            walk.base().ifPresent(walked::add);
            walk.active().ifPresent(walked::add);
            walked.addAll(walk.strides());
            walked.addAll(walk.limits());
            all.add(new Item(walk, null));
        }
        fields.stream().filter(field -> !walked.contains(field)).forEach(field -> all.add(new Item(null, field)));
        all.sort(Comparator.comparingInt(Item::bit));
        return List.copyOf(all);
    }

    /** As the disassembler prints them: reserved ones last, without tile mask and sequence number. */
    List<Item> printed() {
        if (printed == null) {
            printed = itemsByPosition().stream()
                    .filter(item ->
                            item.walk() != null || !PLACE.contains(item.field().name()))
                    .sorted(Comparator.comparing(
                            item -> item.walk() == null && item.field().reserved()))
                    .toList();
        }
        return printed;
    }

    List<Walk> walks() {
        return List.copyOf(walks.values());
    }

    long[] named() {
        return named;
    }

    long[] listed() {
        return listed;
    }
}
