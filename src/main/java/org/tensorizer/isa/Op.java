package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.ASSUMED;
import static org.tensorizer.isa.Fact.EXECUTED;
import static org.tensorizer.isa.Fact.QUANTIZED;

import java.util.Arrays;

/**
 * The ops: multiply-accumulate 0x01, maximum 0x02, sum 0x03, and what {@link Resize} shares with them. A nest of up to
 * eight loops; in every step the activations of one address of narrow memory meet the weights of one quarter row of wide
 * memory in up to 64 lanes.
 *
 * <pre>{@code
 * 0x01   sum[l] += (w[l][k] - zw[l]) * (a[k] - zx)                     all unsigned, int32
 * 0x02   sum[l] = max(sum[l], w[l][k])       0x03   sum[l] += w[l][k]  no activations
 * y = saturate32(sum[l] + bias[l] + constant)
 * v = min(max(f32(y) * scale[l] * M, clamp.min), clamp.max)            [v = table(v)]
 * out = round(v) + zy
 * }</pre>
 *
 * <p>All walks of an op have as many addresses as it has steps, the output walk one a result word.
 */
public final class Op {
    static final String MULTIPLY_ACCUMULATE =
            "sums (weight - zero point) * (activation - zero point) of all steps of a result in up to 64 lanes, adds"
                    + " bias and constant, multiplies by scale and M, clamps, rounds half to even, adds the output zero"
                    + " point and writes words of narrow memory";
    static final String MAXIMUM = "the maximum of all weights of a lane's steps, then as 0x01; no activations";
    static final String SUM = "the sum of all weights of a lane's steps, then as 0x01; no activations";

    private static final int LOOPS = 8;

    static final FieldTable GEOMETRY = new FieldTable(17, TileInstruction.TABLE);

    private static final Field[] LIMIT = new Field[LOOPS];

    static {
        for (int j = 0; j < LOOPS; j++) {
            LIMIT[j] = GEOMETRY.number("loop" + j, 62 + 14 * j, 14, "rounds of op loop " + j + ", minus 1", EXECUTED);
        }
    }

    public static final Field LOOP_TAIL = GEOMETRY.number(
            "loops.tail.limit", 174, 14, "limit of op loop 0 in the last round of the tail's loop", EXECUTED);
    public static final Field LOOP_TAIL_LEVEL =
            GEOMETRY.number("loops.tail.level", 188, 3, "the tail's loop; 0 = no tail", EXECUTED);

    public static final Walk ACTIVATIONS = Walk.operand(GEOMETRY, "activations", "bytes of narrow memory", 191, 18);
    public static final Walk OUTPUTS =
            Walk.operand(GEOMETRY, "outputs", "bytes of narrow memory, one address a word", 574, 18);
    public static final Walk WEIGHTS =
            Walk.operand(GEOMETRY, "weights", "quarter rows of wide memory: 4 * row + quarter", 957, 14);
    public static final Walk SUMS = Walk.operand(GEOMETRY, "sums", "quarter rows of wide memory", 1260, 14);

    public static final Signal SIGNAL_OUTPUTS =
            Signal.of(GEOMETRY, "signal.outputs", 1563, 4, "counts AVDATA: results");
    public static final Signal SIGNAL_WEIGHTS =
            Signal.of(GEOMETRY, "signal.weights", 1568, 4, "counts PARAMETERS: weight passes used up");

    /** Guard blocks of the op's loops. */
    public static final Waits WAITS = Waits.tile(GEOMETRY, 1578, 41, 6, 3, false);

    public static final Field WEIGHTS_FROM_RING = GEOMETRY.flag(
            "weights.fromRing",
            1843,
            "the weights are parameters from the ring; no effect on values",
            new Fact(Fact.Confidence.LIKELY, EXECUTED.source()));
    public static final Field FRESH_SUMS = GEOMETRY.flag(
            "sums.fresh",
            1844,
            "sums start from zero; else they go on from the sums of their row (only with sums in rows)",
            EXECUTED);
    public static final Field SUMS_INSIDE = GEOMETRY.flag(
            "sums.inside", 1845, "sums stay in the op; else they are 64 int32 in a row of the sums walk", EXECUTED);
    public static final Field WIDE_ACTIVATIONS =
            GEOMETRY.flag("activations.16", 1846, "activations are 16 bits", EXECUTED);
    public static final Field WIDE_WEIGHTS = GEOMETRY.flag("weights.16", 1847, "weights are 16 bits", EXECUTED);
    public static final Field INPUTS_OFF = GEOMETRY.mask(
            "inputs.off", 1850, 3, "inputs 1, 2, 3 of every step switched off: 0, 6 (16 bits) or 7", EXECUTED);
    public static final Field ZERO_POINT_ROWS = GEOMETRY.flag(
            "weights.zeroPointRows", 1853, "weight zero points by lane, uint32, from wide rows", EXECUTED);
    public static final Field WEIGHT_ZERO_POINT = GEOMETRY.number(
            "weights.zeroPoint", 1854, 16, "stored value of weight 0, the same in all lanes", QUANTIZED);
    public static final Field INPUT_ZERO_POINT =
            GEOMETRY.number("input.zeroPoint", 1870, 16, "stored value of activation 0, unsigned domain", QUANTIZED);
    public static final Field ZERO_POINT_LAST = GEOMETRY.number(
            "weights.zeroPointRows.last", 1886, 12, "row after which the first follows again", EXECUTED);
    public static final Field ZERO_POINT_STEP = GEOMETRY.number(
            "weights.zeroPointRows.step", 1898, 12, "rows from one channel group to the next", EXECUTED);
    public static final Field ZERO_POINT_FIRST =
            GEOMETRY.number("weights.zeroPointRows.first", 1910, 12, "row of the first channel group", EXECUTED);
    public static final Field GROUP_LEVEL =
            GEOMETRY.number("group.level", 1923, 3, "a channel group is a nest of so many op loops", EXECUTED);
    public static final Field REDUCED =
            GEOMETRY.mask("reduced", 1926, 8, "bit j: op loop j is summed (with sums in rows)", EXECUTED);
    public static final Field LANES_LAST =
            GEOMETRY.number("lanes.last", 1934, 6, "lanes of the last channel group, minus 1", EXECUTED);
    public static final Field LANES = GEOMETRY.number("lanes", 1940, 6, "lanes of the other groups, minus 1", EXECUTED);
    public static final Field THROUGH_TABLE =
            GEOMETRY.flag("table.on", 1946, "the result goes through the function table of 0x19", EXECUTED);
    public static final Field TABLE_BY_FOURS =
            GEOMETRY.flag("table.byFours", 1947, "argument 4^k m with 1 <= m < 4, result table(m) * 2^-k", EXECUTED);
    public static final Field WIDE_RESULTS = GEOMETRY.flag("outputs.16", 1948, "results are 16 bits", EXECUTED);

    static final FieldTable ARITHMETIC = new FieldTable(17, GEOMETRY);

    public static final Field MULTIPLIER = ARITHMETIC.real(
            "multiplier", 1949, "M: f32(f32(s_in * s_w) * f32(1 / s_out)), 1.0 where scales are by lane", QUANTIZED);
    public static final Field CLAMP_MAX = ARITHMETIC.real(
            "clamp.max", 1981, "f32(f32((255 - z) * s) * f32(1 / s)), lower with an activation", QUANTIZED);
    public static final Field CLAMP_MIN = ARITHMETIC.real("clamp.min", 2013, "the same with -z", QUANTIZED);
    public static final Field CONSTANT = ARITHMETIC.signed("constant", 2045, 32, "added to the sum", QUANTIZED);
    public static final Field OUTPUT_ZERO_POINT =
            ARITHMETIC.number("output.zeroPoint", 2077, 16, "stored value of result 0, unsigned domain", QUANTIZED);
    public static final Field FORMAT = ARITHMETIC.mask(
            "format", 2093, 2, "bit 0: bias, bit 1: scale, by lane from the scaling registers", EXECUTED);
    public static final Field ODD_TABLE = ARITHMETIC.number("table.odd", 2095, 2, "3: f(-x) = -f(x); else 0", ASSUMED);

    private Op() {}

    /** The limits of the op's own loops, rounds minus 1, innermost first. */
    public static int[] limits(Instruction instruction) {
        int[] limits = new int[LOOPS];
        for (int j = 0; j < LOOPS; j++) {
            limits[j] = instruction.getInt(LIMIT[j]);
        }
        return limits;
    }

    static boolean isLoop(Field field) {
        return Arrays.asList(LIMIT).contains(field);
    }

    /** Sets the rounds of the op's own loops, innermost first; missing outer loops run once. */
    public static void rounds(Instruction instruction, int... rounds) {
        for (int j = 0; j < rounds.length; j++) {
            instruction.set(LIMIT[j], rounds[j] - 1);
        }
    }
}
