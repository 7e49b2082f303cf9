package org.tensorizer.network.trace;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Words of four activations as one int: the tag of byte 0 where the others follow it one by one, which is the rule; else
 * the number of an entry here. Not safe for several threads.
 */
public final class TagWords {
    private record Four(int a, int b, int c, int d) {}

    private final Map<Four, Integer> numbers = new HashMap<>();
    private int[] entries = new int[64];

    /** The word of four tags. */
    int of(int[] tags, int at) {
        int a = tags[at];
        int b = tags[at + 1];
        int c = tags[at + 2];
        int d = tags[at + 3];
        if (a == 0 ? (b | c | d) == 0 : b == a + 1 && c == a + 2 && d == a + 3) {
            return a;
        }
        if (Tag.isConstant(a) && Tag.isConstant(b) && Tag.isConstant(c) && Tag.isConstant(d)) {
            return a != 0 ? a : b != 0 ? b : c != 0 ? c : d;
        }
        Four four = new Four(a, b, c, d);
        Integer known = numbers.get(four);
        if (known == null) {
            known = numbers.size();
            numbers.put(four, known);
            if (4 * known == entries.length) {
                entries = Arrays.copyOf(entries, 2 * entries.length);
            }
            entries[4 * known] = a;
            entries[4 * known + 1] = b;
            entries[4 * known + 2] = c;
            entries[4 * known + 3] = d;
        }
        return Tag.of(Tag.MIXED, known);
    }

    /** Tag of one of the four bytes of a word. */
    public int tag(int word, int part) {
        if (Tag.kind(word) == Tag.MIXED) {
            return entries[4 * Tag.index(word) + part];
        }
        return Tag.isConstant(word) ? word : word + part;
    }

    /**
     * How many bytes from byte 0 on follow each other and come from data; 4 unless the word is of mixed origin or
     * constant.
     */
    public int run(int word) {
        if (Tag.isConstant(word)) {
            return 0;
        }
        if (Tag.kind(word) != Tag.MIXED) {
            return 4;
        }
        int first = tag(word, 0);
        if (Tag.isConstant(first)) {
            return 0;
        }
        int run = 1;
        while (run < 4 && tag(word, run) == first + run) {
            run++;
        }
        return run;
    }

    /** Whether all bytes after the run are constant, so that the word is one piece of one origin and padding. */
    public boolean isWhole(int word) {
        for (int part = run(word); part < 4; part++) {
            if (!Tag.isConstant(tag(word, part))) {
                return false;
            }
        }
        return true;
    }
}
