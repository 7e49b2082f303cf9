package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Two chunks compared instruction by instruction and field by field. Instructions are matched by opcode along a longest
 * common subsequence, so that a program with more tiles shows what was inserted and what changed, and not that
 * everything moved. Sequence numbers and the length in START follow from the rest; they are compared only where both
 * chunks have as many instructions. Immutable, thread-safe.
 */
public final class StreamDiff {
    /** What is different at one place. */
    public sealed interface Entry {
        /** Index in the first stream; for an insertion the index it stands in front of. */
        int left();

        /** Index in the second stream; for a removal the index it stood in front of. */
        int right();
    }

    /** An instruction that both have, with different fields. */
    public record Changed(int left, int right, Opcode opcode, List<FieldChange> changes) implements Entry {
        public Changed {
            changes = List.copyOf(changes);
        }
    }

    /** An instruction only the second stream has. */
    public record Inserted(int left, int right, Instruction instruction) implements Entry {}

    /** An instruction only the first stream has. */
    public record Removed(int left, int right, Instruction instruction) implements Entry {}

    /** One field with two values. A field named {@code bits A..B} holds bits that no table lists. */
    public record FieldChange(Field field, long left, long right) {}

    private final InstructionStream left;
    private final InstructionStream right;
    private final List<Entry> entries;

    private StreamDiff(InstructionStream left, InstructionStream right, List<Entry> entries) {
        this.left = left;
        this.right = right;
        this.entries = List.copyOf(entries);
    }

    public static StreamDiff of(InstructionStream left, InstructionStream right) {
        return new StreamDiff(left, right, new Alignment(left, right).entries());
    }

    /** In the order of the streams. */
    public List<Entry> entries() {
        return entries;
    }

    /** Whether the chunks have the same bytes. */
    public boolean isIdentical() {
        return left.instructions().equals(right.instructions());
    }

    /** Names of the fields that changed anywhere, each once as {@code OPCODE field}, in the order they are met. */
    public List<String> changedFields() {
        Set<String> names = new LinkedHashSet<>();
        for (Entry entry : entries) {
            if (entry instanceof Changed changed) {
                changed.changes()
                        .forEach(change -> names.add(
                                changed.opcode() + " " + change.field().name()));
            }
        }
        return List.copyOf(names);
    }

    /** All fields in which two instructions of one opcode differ, those of unlisted bits in runs of up to 64 bits. */
    static List<FieldChange> compare(Instruction left, Instruction right) {
        List<FieldChange> changes = new ArrayList<>();
        for (Field field : InstructionSet.fields(left.opcode())) {
            if (left.get(field) != right.get(field)) {
                changes.add(new FieldChange(field, left.get(field), right.get(field)));
            }
        }
        long[] a = left.unlisted();
        long[] b = right.unlisted();
        for (int word = 0; word < a.length; word++) {
            long difference = a[word] ^ b[word];
            if (difference != 0) {
                int low = Long.numberOfTrailingZeros(difference);
                int width = 64 - Long.numberOfLeadingZeros(difference) - low;
                int bit = 64 * word + low;
                Field field = new Field(
                        "bits " + bit + ".." + (bit + width - 1), bit, width, false, "", Confidence.UNKNOWN, "");
                changes.add(new FieldChange(field, left.get(field), right.get(field)));
            }
        }
        return changes;
    }

    /** A line for each difference, offsets in bundles of both streams; a summary first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("--- ").append(left.name()).append(": ").append(left.size()).append(" instructions\n");
        text.append("+++ ")
                .append(right.name())
                .append(": ")
                .append(right.size())
                .append(" instructions\n");
        if (isIdentical()) {
            return text.append("identical\n").toString();
        }
        text.append(summary());
        for (Entry entry : entries) {
            text.append(line(entry));
        }
        return text.toString();
    }

    private String summary() {
        long changed = entries.stream().filter(Changed.class::isInstance).count();
        long inserted = entries.stream().filter(Inserted.class::isInstance).count();
        long removed = entries.stream().filter(Removed.class::isInstance).count();
        return "%d changed, %d inserted, %d removed; fields: %s%n"
                .formatted(changed, inserted, removed, String.join(", ", changedFields()));
    }

    private String line(Entry entry) {
        String place = "%6d %6d ".formatted(left.bundle(entry.left()), right.bundle(entry.right()));
        if (entry instanceof Changed changed) {
            StringBuilder text =
                    new StringBuilder("~ " + place + changed.opcode().name().toLowerCase(Locale.ROOT));
            for (FieldChange change : changed.changes()) {
                text.append("  ")
                        .append(change.field().name())
                        .append(' ')
                        .append(FieldText.value(change.field(), change.left()))
                        .append(" -> ")
                        .append(FieldText.value(change.field(), change.right()));
            }
            return text.append('\n').toString();
        }
        return entry instanceof Inserted inserted
                ? "+ " + place + FieldText.of(inserted.instruction()) + "\n"
                : "- " + place + FieldText.of(((Removed) entry).instruction()) + "\n";
    }
}
