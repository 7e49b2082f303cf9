package org.tensorizer.isa;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Two chunks compared instruction by instruction and field by field. Instructions are matched by opcode: common ends
 * first, then along a longest common subsequence, so that a program with more tiles shows what was inserted and what
 * changed, and not that everything moved. Sequence numbers and the length in START follow from the rest; they are
 * compared only where both chunks have as many instructions. Immutable, thread-safe.
 */
public final class StreamDiff {
    /** Largest table of the subsequence, entries of 2 bytes; a rest beyond it counts as removed and inserted whole. */
    private static final long MAX_TABLE = 16_000_000;

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

    /**
     * Bits with two values.
     *
     * @param name of the field, {@code bits A..B} for bits that no field covers
     * @param left value in the first stream, the bits of a float
     * @param right value in the second stream
     * @param text both, as the listing shows them
     */
    public record FieldChange(String name, long left, long right, String text) {}

    private final InstructionStream left;
    private final InstructionStream right;
    private final boolean shifted;
    private final List<Entry> entries = new ArrayList<>();

    private StreamDiff(InstructionStream left, InstructionStream right) {
        this.left = left;
        this.right = right;
        shifted = left.size() != right.size();
        int head = 0;
        int shorter = Math.min(left.size(), right.size());
        while (head < shorter && sameOpcode(head, head)) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head && sameOpcode(left.size() - 1 - tail, right.size() - 1 - tail)) {
            tail++;
        }
        match(0, 0, head);
        middle(head, left.size() - tail, head, right.size() - tail);
        match(left.size() - tail, right.size() - tail, tail);
    }

    public static StreamDiff of(InstructionStream left, InstructionStream right) {
        return new StreamDiff(left, right);
    }

    private boolean sameOpcode(int i, int j) {
        return left.get(i).opcode() == right.get(j).opcode();
    }

    private void match(int i, int j, int count) {
        for (int n = 0; n < count; n++) {
            compare(i + n, j + n);
        }
    }

    private void middle(int leftFrom, int leftTo, int rightFrom, int rightTo) {
        int rows = leftTo - leftFrom;
        int columns = rightTo - rightFrom;
        int i = 0;
        int j = 0;
        if ((rows + 1L) * (columns + 1L) <= MAX_TABLE) {
            short[][] length = lengths(leftFrom, rows, rightFrom, columns);
            while (i < rows && j < columns) {
                if (sameOpcode(leftFrom + i, rightFrom + j)) {
                    compare(leftFrom + i++, rightFrom + j++);
                } else if (length[i + 1][j] >= length[i][j + 1]) {
                    entries.add(new Removed(leftFrom + i, rightFrom + j, left.get(leftFrom + i)));
                    i++;
                } else {
                    entries.add(new Inserted(leftFrom + i, rightFrom + j, right.get(rightFrom + j)));
                    j++;
                }
            }
        }
        for (; i < rows; i++) {
            entries.add(new Removed(leftFrom + i, rightFrom + j, left.get(leftFrom + i)));
        }
        for (; j < columns; j++) {
            entries.add(new Inserted(leftTo, rightFrom + j, right.get(rightFrom + j)));
        }
    }

    /** Length of the longest common subsequence of the two rests, from each pair of positions on. */
    private short[][] lengths(int leftFrom, int rows, int rightFrom, int columns) {
        short[][] length = new short[rows + 1][columns + 1];
        for (int i = rows - 1; i >= 0; i--) {
            for (int j = columns - 1; j >= 0; j--) {
                length[i][j] = sameOpcode(leftFrom + i, rightFrom + j)
                        ? (short) (length[i + 1][j + 1] + 1)
                        : (short) Math.max(length[i + 1][j], length[i][j + 1]);
            }
        }
        return length;
    }

    private void compare(int i, int j) {
        Instruction a = left.get(i);
        Instruction b = right.get(j);
        List<FieldChange> changes = new ArrayList<>();
        for (Field field : a.opcode().fields()) {
            boolean follows = field == Frame.BODY_BITS || a.opcode().isTileOp() && field == a.sequence();
            if (a.get(field) != b.get(field) && !(shifted && follows)) {
                String text = field.text(a.get(field)) + " -> " + field.text(b.get(field));
                changes.add(new FieldChange(field.name(), a.get(field), b.get(field), text));
            }
        }
        undecoded(a.undecoded(), b.undecoded(), changes);
        if (!changes.isEmpty()) {
            entries.add(new Changed(i, j, a.opcode(), changes));
        }
    }

    /** Bits that no field covers, in runs of up to 64. */
    private static void undecoded(long[] a, long[] b, List<FieldChange> changes) {
        for (int word = 0; word < a.length; word++) {
            long difference = a[word] ^ b[word];
            if (difference != 0) {
                int low = Long.numberOfTrailingZeros(difference);
                int width = 64 - Long.numberOfLeadingZeros(difference) - low;
                int bit = 64 * word + low;
                long left = Field.bits(a, bit, width);
                long right = Field.bits(b, bit, width);
                changes.add(new FieldChange(
                        "bits " + bit + ".." + (bit + width - 1),
                        left,
                        right,
                        "0x" + Long.toHexString(left) + " -> 0x" + Long.toHexString(right)));
            }
        }
    }

    /** In the order of the streams. */
    public List<Entry> entries() {
        return List.copyOf(entries);
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
                changed.changes().forEach(change -> names.add(changed.opcode() + " " + change.name()));
            }
        }
        return List.copyOf(names);
    }

    /** A line for each difference, offsets in bundles of both streams; a summary first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("--- %s: %d instructions%n".formatted(left.name(), left.size()));
        text.append("+++ %s: %d instructions%n".formatted(right.name(), right.size()));
        if (isIdentical()) {
            return text.append("identical\n").toString();
        }
        text.append("%d changed, %d inserted, %d removed; fields: %s%n"
                .formatted(
                        count(Changed.class),
                        count(Inserted.class),
                        count(Removed.class),
                        String.join(", ", changedFields())));
        entries.forEach(entry -> text.append(line(entry)));
        return text.toString();
    }

    private long count(Class<? extends Entry> kind) {
        return entries.stream().filter(kind::isInstance).count();
    }

    private String line(Entry entry) {
        String place = "%6d %6d ".formatted(left.bundle(entry.left()), right.bundle(entry.right()));
        if (entry instanceof Changed changed) {
            StringBuilder text =
                    new StringBuilder("~ " + place + changed.opcode().unit());
            for (FieldChange change : changed.changes()) {
                text.append("  ").append(change.name()).append(' ').append(change.text());
            }
            return text.append('\n').toString();
        }
        return entry instanceof Inserted inserted
                ? "+ " + place + inserted.instruction() + "\n"
                : "- " + place + ((Removed) entry).instruction() + "\n";
    }
}
