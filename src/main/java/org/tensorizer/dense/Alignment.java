package org.tensorizer.dense;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.dense.StreamDiff.Changed;
import org.tensorizer.dense.StreamDiff.Entry;
import org.tensorizer.dense.StreamDiff.FieldChange;
import org.tensorizer.dense.StreamDiff.Inserted;
import org.tensorizer.dense.StreamDiff.Removed;

/**
 * Matches the instructions of two streams by opcode and finds what is different. Common ends are taken off first; the
 * rest is a longest common subsequence. A rest too large for its table counts as removed and inserted whole.
 */
final class Alignment {
    /** Largest table, entries; 2 bytes each. */
    private static final long MAX_TABLE = 16_000_000;

    private final InstructionStream left;
    private final InstructionStream right;
    private final List<Entry> entries = new ArrayList<>();
    private boolean shifted;

    Alignment(InstructionStream left, InstructionStream right) {
        this.left = left;
        this.right = right;
    }

    List<Entry> entries() {
        int head = 0;
        int shorter = Math.min(left.size(), right.size());
        while (head < shorter && sameOpcode(head, head)) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head && sameOpcode(left.size() - 1 - tail, right.size() - 1 - tail)) {
            tail++;
        }
        shifted = left.size() != right.size();
        match(0, 0, head);
        middle(head, left.size() - tail, head, right.size() - tail);
        match(left.size() - tail, right.size() - tail, tail);
        return entries;
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
                    remove(leftFrom + i, leftFrom + i + 1, rightFrom + j);
                    i++;
                } else {
                    insert(leftFrom + i, rightFrom + j, rightFrom + j + 1);
                    j++;
                }
            }
        }
        remove(leftFrom + i, leftTo, rightFrom + j);
        insert(leftTo, rightFrom + j, rightTo);
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

    private void remove(int from, int to, int before) {
        for (int i = from; i < to; i++) {
            entries.add(new Removed(i, before, left.get(i)));
        }
    }

    private void insert(int before, int from, int to) {
        for (int j = from; j < to; j++) {
            entries.add(new Inserted(before, j, right.get(j)));
        }
    }

    private void compare(int i, int j) {
        List<FieldChange> changes = new ArrayList<>(StreamDiff.compare(left.get(i), right.get(j)));
        if (shifted) {
            changes.removeIf(change -> Alignment.follows(change.field()));
        }
        if (!changes.isEmpty()) {
            entries.add(new Changed(i, j, left.get(i).opcode(), changes));
        }
    }

    /** Fields that say nothing when the streams have different lengths. */
    private static boolean follows(Field field) {
        return field.name().equals("sequence") || field.name().equals("body.bits");
    }
}
