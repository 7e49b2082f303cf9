package org.tensorizer.network.trace;

/**
 * Where a byte comes from, as one int: the kind in the three highest bits, a number within the kind below them.
 *
 * <ul>
 *   <li>{@link #NOTHING}: nobody wrote it, or a result of lanes without data; always the int 0
 *   <li>{@link #PARAMETER}: offset in the cached payload, continued by the streamed payload
 *   <li>{@link #INPUT}: byte over all inputs in their order
 *   <li>{@link #RESULT}: byte over all results of all ops; lanes of a result are consecutive
 *   <li>{@link #FILL}: four times the number of a constant of the mesh, plus the byte
 *   <li>{@link #SUMS}: 256 times the number of the op that left int32 sums in wide memory, plus the byte
 *   <li>{@link #COMPUTED}: the scalar core computed it from data
 *   <li>{@link #MIXED}: for words of activations only, number of an entry in {@link TagWords}
 * </ul>
 */
public final class Tag {
    public static final int NOTHING = 0;
    public static final int PARAMETER = 1;
    public static final int INPUT = 2;
    public static final int RESULT = 3;
    public static final int FILL = 4;
    public static final int SUMS = 5;
    public static final int COMPUTED = 6;
    public static final int MIXED = 7;

    /** Numbers of a kind are below this. */
    public static final int LIMIT = 1 << 29;

    private Tag() {}

    /** @throws TraceException the program has more bytes of a kind than a tag can tell apart */
    public static int of(int kind, long index) {
        if (index < 0 || index >= LIMIT) {
            throw new TraceException("byte " + index + " of kind " + kind + ", tags tell " + LIMIT + " apart");
        }
        return kind << 29 | (int) index;
    }

    public static int kind(int tag) {
        return tag >>> 29;
    }

    public static int index(int tag) {
        return tag & LIMIT - 1;
    }

    /** Whether the byte has a value that depends on no data: a constant of the program, or nothing. */
    public static boolean isConstant(int tag) {
        int kind = kind(tag);
        return kind == NOTHING || kind == FILL;
    }

    /** For messages: what the byte is. */
    static String describe(int tag) {
        String what = switch (kind(tag)) {
            case PARAMETER -> "payload byte ";
            case INPUT -> "input byte ";
            case RESULT -> "result byte ";
            case FILL -> "constant byte ";
            case SUMS -> "sums byte ";
            case COMPUTED -> "scalar core byte ";
            case MIXED -> "word of mixed origin ";
            default -> "nothing ";
        };
        return what + index(tag);
    }
}
