package org.tensorizer.isa;

import java.util.Arrays;

/**
 * The values of a {@link Walk}: the nest of loops by which a unit goes over addresses, innermost loop first. Loop j makes
 * {@code limits[j] + 1} rounds; when it steps, {@code strides[j]} is added once and nothing is reset. A loop whose active
 * bit is off repeats: its stride leads back over what the inner loops moved.
 *
 * <p>Window: block k of {@code level} (nests of that many inner loops) uses half k % 2 of a buffer of twice
 * {@code length}; length 0 is no window. Tail: while loop {@code tailLevel} is in its last round, loop 0 has the limit
 * {@code tail}; tailLevel 0 is no tail.
 *
 * <p>Arrays are not copied; nobody changes them. Thread-safe as long as that holds.
 *
 * @param base first address, in the walk's units
 * @param active bit j: loop j moves on
 * @param rewind redundant: (limit 0 - tail) times the net step of the tail's loop
 */
public record Loops(
        int base, int[] strides, int[] limits, int active, int level, int length, int tail, int tailLevel, int rewind) {

    /** Starts a walk that is written down loop by loop, innermost first. */
    public static Builder from(int base) {
        return new Builder(base);
    }

    /**
     * A run of units, rows or words through a buffer of two halves: passes over one half each, the last pass shorter.
     *
     * @param base first address, where passes start
     * @param count how many addresses
     * @param pass how many of them one pass has
     * @param half distance of the two halves
     */
    public static Builder stream(int base, int count, int pass, int half) {
        Builder walk =
                from(base).step(1, pass).repeat((count + pass - 1) / pass).window(1, half);
        return count % pass == 0 ? walk : walk.tail(1, count % pass);
    }

    /** Number of addresses, the tail not taken off. */
    public long count() {
        return count(limits.length);
    }

    /** Number of addresses of a nest of {@code level} inner loops, the tail not taken off. */
    public long count(int level) {
        long count = 1;
        for (int j = 0; j < level; j++) {
            count *= limits[j] + 1L;
        }
        return count;
    }

    /** What loop j moves the address by from one of its rounds to the next. */
    public int step(int loop) {
        int step = strides[loop];
        for (int j = 0; j < loop; j++) {
            step += step(j) * limits[j];
        }
        return step;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Loops that
                && base == that.base
                && Arrays.equals(strides, that.strides)
                && Arrays.equals(limits, that.limits)
                && active == that.active
                && level == that.level
                && length == that.length
                && tail == that.tail
                && tailLevel == that.tailLevel
                && rewind == that.rewind;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * base + Arrays.hashCode(strides)) + Arrays.hashCode(limits)) + length;
    }

    /** Such as {@code 2016: +1*32 r*784 | window 1, 32 | tail 1, 7}. */
    @Override
    public String toString() {
        int shown = limits.length;
        while (shown > 0
                && (active >> shown - 1 & 1) == 0
                && limits[shown - 1] == 0
                && (shown == 1 || step(shown - 1) == 0)) {
            shown--;
        }
        StringBuilder text = new StringBuilder().append(base);
        for (int j = 0; j < shown; j++) {
            boolean repeats = (active >> j & 1) == 0;
            text.append(j == 0 ? ": " : " ");
            if (repeats && step(j) == 0) {
                text.append('r');
            } else {
                text.append(repeats ? "~" : "").append(step(j) < 0 ? "" : "+").append(step(j));
            }
            text.append('*').append(limits[j] + 1);
        }
        if (level != 0 || length != 0) {
            text.append(" | window ").append(level).append(", ").append(length);
        }
        if (tailLevel != 0 || tail != 0 || rewind != 0) {
            text.append(" | tail ").append(tailLevel).append(", ").append(tail + 1);
        }
        return text.toString();
    }

    /** Writes a walk down by what each loop moves, innermost first; strides, flags and rewind follow. Not thread-safe. */
    public static final class Builder {
        private static final int MAX_LOOPS = 8;

        private final int base;
        private final int[] steps = new int[MAX_LOOPS];
        private final int[] counts = new int[MAX_LOOPS];
        private int loops;
        private boolean single;
        private int level;
        private int length;
        private int tail;
        private int tailLevel;

        private Builder(int base) {
            this.base = base;
            Arrays.fill(counts, 1);
        }

        /** The next loop outwards makes {@code count} rounds, {@code step} apart. A step of 0 is {@link #repeat}. */
        public Builder step(int step, int count) {
            if (loops == MAX_LOOPS || count < 1) {
                throw new IllegalArgumentException("loop " + loops + " of " + count + " rounds");
            }
            steps[loops] = step;
            counts[loops++] = count;
            return this;
        }

        /** The same, but a loop of one round is left out. */
        public Builder stepIfSeveral(int step, int count) {
            return count == 1 ? this : step(step, count);
        }

        /** Loops so far. */
        public int loops() {
            return loops;
        }

        /** The next loop outwards starts again {@code count} times. */
        public Builder repeat(int count) {
            return step(0, count);
        }

        /** One address only, written as compilers do: stride 1 in loop 0, no active flag. */
        public Builder single() {
            single = true;
            return this;
        }

        public Builder window(int level, int length) {
            this.level = level;
            this.length = length;
            return this;
        }

        /** While loop {@code level} is in its last round, loop 0 makes {@code rounds} rounds. */
        public Builder tail(int level, int rounds) {
            tailLevel = level;
            tail = rounds - 1;
            return this;
        }

        /** The values for a walk of {@code count} loops; missing outer ones run once and lead back. */
        Loops build(int count) {
            if (loops > count) {
                throw new IllegalArgumentException(loops + " loops, the walk has " + count);
            }
            int[] strides = new int[count];
            int[] limits = new int[count];
            int active = 0;
            int moved = 0;
            for (int j = 0; j < count; j++) {
                strides[j] = single && j == 0 ? 1 : steps[j] - moved;
                limits[j] = counts[j] - 1;
                active |= steps[j] != 0 ? 1 << j : 0;
                moved += steps[j] * limits[j];
            }
            int rewind = tailLevel == 0 ? 0 : steps[0] * (limits[0] - tail);
            return new Loops(base, strides, limits, active, level, length, tail, tailLevel, rewind);
        }
    }
}
