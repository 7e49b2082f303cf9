package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * 0x19: the table of a function for the ops that follow on the tile, until the next one: 8 segments of polynomials of
 * degree 4 in float32. Segment = number of break points at or below x; Horner's rule in float32. Seen: logistic, tanh
 * (odd), exp * 65535, 65536 / sqrt(2 x).
 */
public final class FunctionTable {
    static final String SEMANTICS = "loads the function table of its tiles: 8 segments of 5 float32 coefficients";

    /** Segments. */
    public static final int SEGMENTS = 8;

    /** Coefficients of a segment, constant term first. */
    public static final int COEFFICIENTS = 5;

    static final FieldTable TABLE = new FieldTable(13, TileInstruction.TABLE);

    /** Of segment s, power p: number 5 s + p. */
    public static final List<Field> COEFFICIENT;

    /** Between the segments, ascending. */
    public static final List<Field> BREAK_POINT;

    static {
        List<Field> coefficients = new ArrayList<>();
        for (int i = 0; i < SEGMENTS * COEFFICIENTS; i++) {
            coefficients.add(TABLE.real(
                    "segment" + i / COEFFICIENTS + ".x" + i % COEFFICIENTS,
                    62 + 32 * i,
                    "coefficient of the power",
                    EXECUTED));
        }
        List<Field> breaks = new ArrayList<>();
        for (int i = 0; i < SEGMENTS - 1; i++) {
            breaks.add(TABLE.real(
                    "break" + i,
                    62 + 32 * (SEGMENTS * COEFFICIENTS + i),
                    "first argument of segment " + (i + 1),
                    EXECUTED));
        }
        COEFFICIENT = List.copyOf(coefficients);
        BREAK_POINT = List.copyOf(breaks);
    }

    public static final Field CONSTANT = TABLE.number("constant", 1566, 2, "3 in every known program", Fact.CONSTANT);

    private FunctionTable() {}

    /** Coefficients and break points, in their order, from the hexadecimal bits of float32 numbers between blanks. */
    public static float[] values(String bits) {
        String[] words = bits.strip().split("\\s+");
        float[] values = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = Float.intBitsToFloat(HexFormat.fromHexDigits(words[i]));
        }
        return values;
    }

    /**
     * The instruction that loads a table.
     *
     * @param tiles mask
     * @param values all coefficients, then all break points
     */
    public static Instruction load(int tiles, float[] values) {
        Instruction table = Instruction.of(Opcode.FUNCTION_TABLE)
                .set(TileInstruction.TILES, tiles)
                .set(CONSTANT, 3);
        int coefficients = COEFFICIENT.size();
        for (int i = 0; i < values.length; i++) {
            table.setFloat(i < coefficients ? COEFFICIENT.get(i) : BREAK_POINT.get(i - coefficients), values[i]);
        }
        return table;
    }
}
