package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.isa.Loops;

/**
 * A walk laid out: the addresses of its elements in order, and how elements form blocks. Block k of a level is the k-th
 * nest of that many inner loops of the full nest; where a tail shortens a nest, it is one block all the same.
 *
 * <p>Addresses are computed on first use and shared; nobody changes them. Thread-safe.
 */
public final class AddressWalk {
    /** Elements of the longest walk that is laid out whatever stands beside it. A decision, for damaged programs. */
    static final int LONG = 1 << 18;

    /** Elements of the longest walk that is laid out at all. */
    static final int LONGEST = 1 << 22;

    private final Loops loops;
    private final int shortened;
    private final long[] counts;
    private final int total;
    private final int blocks;
    private int[] nominal;
    private volatile LaidWalk firstHalf;
    private volatile LaidWalk secondHalf;

    private AddressWalk(Loops loops, int shortened, int longest) {
        this.loops = loops;
        this.shortened = shortened;
        counts = new long[loops.limits().length + 1];
        for (int level = 0; level < counts.length; level++) {
            counts[level] = loops.count(level);
        }
        requireAtMost(longest, counts[counts.length - 1]);
        if (loops.tailLevel() > 0) {
            nominal = kept(longest);
            total = nominal.length;
        } else {
            total = (int) counts[counts.length - 1];
        }
        blocks = blockOf(loops.level(), total - 1) + 1;
    }

    /**
     * A walk as an instruction has it.
     *
     * @param shortened the loop that the tail shortens: 0, or 1 in a transposing walk
     * @param longest elements that are laid out
     * @throws IllegalArgumentException redundant fields contradict each other, or the walk is too long
     */
    static AddressWalk of(Loops loops, int shortened, int longest) {
        int at = 0;
        for (int j = 0; j < loops.limits().length; j++) {
            int stride = loops.strides()[j];
            int limit = loops.limits()[j];
            boolean moves = (loops.active() >> j & 1) != 0;
            if (!moves && stride != -at && !(j == 0 && limit == 0)) {
                throw new IllegalArgumentException(
                        "inactive loop " + j + " with stride " + stride + " does not lead back over " + at);
            }
            at = (at + stride) * limit + at;
        }
        if (loops.tailLevel() > 0) {
            int rewind = loops.step(shortened) * (loops.limits()[shortened] - loops.tail());
            if (loops.rewind() != rewind) {
                throw new IllegalArgumentException("tail rewind: expected " + rewind + ", found " + loops.rewind());
            }
            if (loops.tail() > loops.limits()[shortened] && moreThanOnce(loops)) {
                throw new IllegalArgumentException("loops outside the tail level");
            }
        } else if (loops.rewind() != 0 || loops.tail() != 0) {
            throw new IllegalArgumentException(
                    "a tail of " + loops.tail() + ", rewind " + loops.rewind() + ", of no loop");
        }
        return new AddressWalk(loops, shortened, longest);
    }

    /** Loops without addresses: the rounds of an op. */
    static AddressWalk counting(int[] limits, int tail, int tailLevel, int longest) {
        int[] strides = new int[limits.length];
        return new AddressWalk(new Loops(0, strides, limits, 0, 0, 0, tail, tailLevel, 0), 0, longest);
    }

    private static void requireAtMost(int longest, long elements) {
        if (elements > longest || elements <= 0) {
            throw new IllegalArgumentException(
                    "a walk of " + elements + " elements, at most " + longest + " are laid out");
        }
    }

    private static boolean moreThanOnce(Loops loops) {
        for (int j = loops.tailLevel() + 1; j < loops.limits().length; j++) {
            if (loops.limits()[j] > 0) {
                return true;
            }
        }
        return false;
    }

    /** Position in the full nest of every element that the tail leaves; elements a long tail adds belong to the last. */
    private int[] kept(int longest) {
        int level = loops.tailLevel();
        int limit = loops.limits()[shortened];
        int full = (int) counts[counts.length - 1];
        if (loops.tail() > limit) {
            if (shortened != 0 || counts(level) != limit + 1L) {
                throw new IllegalArgumentException("a long tail of a nest");
            }
            long longer = (long) full + loops.tail() - limit;
            requireAtMost(longest, longer);
            int[] kept = new int[(int) longer];
            Arrays.setAll(kept, i -> Math.min(i, full - 1));
            return kept;
        }
        int[] kept = new int[full];
        int count = 0;
        long rounds = level < loops.limits().length ? loops.limits()[level] + 1L : 1;
        for (int at = 0; at < full; at++) {
            boolean last = level >= loops.limits().length || at / counts(level) % rounds == rounds - 1;
            if (!last || at / counts[shortened] % (limit + 1) <= loops.tail()) {
                kept[count++] = at;
            }
        }
        return Arrays.copyOf(kept, count);
    }

    private long counts(int level) {
        return counts[Math.min(level, counts.length - 1)];
    }

    public Loops loops() {
        return loops;
    }

    /** Number of elements. */
    public int total() {
        return total;
    }

    /** Elements of a full nest of {@code level} inner loops. */
    public int count(int level) {
        return (int) counts(level);
    }

    /** Whether blocks alternate between two halves of a buffer. */
    boolean hasWindow() {
        return loops.length() != 0;
    }

    /** Blocks of the window's level. */
    int windowBlocks() {
        return blocks;
    }

    /** The block of a level that an element belongs to. */
    public int blockOf(int level, int element) {
        return (int) ((nominal == null ? element : nominal[element]) / counts(level));
    }

    /** Whether a block of the level begins at an element. */
    boolean begins(int level, int element) {
        return element == 0 || blockOf(level, element) != blockOf(level, element - 1);
    }

    /** Blocks of a level that are complete after so many elements. */
    int completed(int level, int elements) {
        if (elements == 0) {
            return 0;
        }
        int block = blockOf(level, elements - 1);
        return elements == total || blockOf(level, elements) != block ? block + 1 : block;
    }

    /** First element after the block of the level that an element belongs to. */
    int endOfBlock(int level, int element) {
        long end = (blockOf(level, element) + 1L) * counts(level);
        if (nominal == null) {
            return (int) Math.min(end, total);
        }
        int low = element + 1;
        int high = total;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (nominal[middle] < end) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Address of every element; not to be changed.
     *
     * @param half half of the window that the first block uses, 0 without window
     */
    public int[] addresses(int half) {
        return laid(half).addresses();
    }

    /** Refuses a walk that leaves a memory: its elements have so many bytes each, or whatever addresses count. */
    void requireWithin(InstructionSite by, String what, int bytes, int size) {
        for (int half = 0; half < (hasWindow() ? 2 : 1); half++) {
            for (int address : addresses(half)) {
                by.require(address >= 0 && address + bytes <= size, "%s %d", what, address);
            }
        }
    }

    /** The addresses with their runs. */
    LaidWalk laid(int half) {
        boolean second = half == 1 && hasWindow();
        LaidWalk known = second ? secondHalf : firstHalf;
        return known != null ? known : lay(second);
    }

    private synchronized LaidWalk lay(boolean second) {
        LaidWalk known = second ? secondHalf : firstHalf;
        if (known == null) {
            known = LaidWalk.of(layOut(second ? 1 : 0));
            if (second) {
                secondHalf = known;
            } else {
                firstHalf = known;
            }
        }
        return known;
    }

    private int[] layOut(int half) {
        int[] laid = new int[total];
        int[] round = new int[loops.limits().length];
        int at = loops.base();
        int element = 0;
        int full = (int) counts[counts.length - 1];
        for (int position = 0; position < full; position++) {
            if (element < total && (nominal == null || nominal[element] == position)) {
                laid[element] = at + window(half, element);
                element++;
            }
            int loop = 0;
            while (loop < round.length && round[loop] == loops.limits()[loop]) {
                round[loop++] = 0;
            }
            if (loop < round.length) {
                round[loop]++;
                at += loops.strides()[loop];
            }
        }
        for (int more = 1; element < total; more++) {
            laid[element] = at + more * loops.strides()[0] + window(half, element);
            element++;
        }
        return laid;
    }

    private int window(int half, int element) {
        return hasWindow() ? ((blockOf(loops.level(), element) + half) & 1) * loops.length() : 0;
    }

    @Override
    public String toString() {
        return loops.toString();
    }
}
