package org.tensorizer.isa;

/**
 * The counters of the scalar side, by their number; the first five are named after who waits for them. Names: the chip's
 * own (libedgetpu's register lists); what each counts is derived from whole programs.
 */
public enum ScalarCounter {
    AVDATA_POP("units of the input infed"),
    PARAMETER_POP("units of parameters infed"),
    AVDATA_INFEED("units of the input popped"),
    PARAMETER_INFEED("units of parameters popped"),
    SCALAR_INFEED("loop-back words popped"),
    PRODUCER_A("packets of kind A; only the scalar side clears it"),
    PRODUCER_B("packets of kind B; only the scalar side clears it"),
    RING_OUTFEED("what 0x27 has taken"),
    SCALAR_PIPELINE("not seen");

    private static final ScalarCounter[] ALL = values();

    /** Number of counters. */
    public static final int COUNT = ALL.length;

    private final String counts;

    ScalarCounter(String counts) {
        this.counts = counts;
    }

    /** The number instructions name it by. */
    public int id() {
        return ordinal();
    }

    /** What makes it go up. */
    public String counts() {
        return counts;
    }

    /** One bit for each of some counters. */
    public static int mask(ScalarCounter... counters) {
        int mask = 0;
        for (ScalarCounter counter : counters) {
            mask |= 1 << counter.id();
        }
        return mask;
    }

    static String text(int id) {
        return id < COUNT ? ALL[id].name() : Integer.toString(id);
    }
}
