package org.tensorizer.device.emulator;

import org.tensorizer.isa.FunctionTable;

/** 0x19: loads a function table, a polynomial of degree 4 in each of 8 segments. */
public final class TableLoad extends TileCommand {
    private final float[] coefficients = new float[FunctionTable.COEFFICIENT.size()];
    private final float[] breakPoints = new float[FunctionTable.BREAK_POINT.size()];

    TableLoad(InstructionSite site) {
        super(site);
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] = instruction().getFloat(FunctionTable.COEFFICIENT.get(i));
        }
        for (int i = 0; i < breakPoints.length; i++) {
            breakPoints[i] = instruction().getFloat(FunctionTable.BREAK_POINT.get(i));
        }
    }

    /**
     * The function of a table that was shifted.
     *
     * @param odd whether f(-x) = -f(x)
     * @param byFours whether the argument is reduced: f(4^k m) = 2^-k f(m), 1 <= m < 4
     */
    float value(float x, boolean odd, boolean byFours) {
        float argument = x;
        float back = 1;
        if (odd) {
            argument = Math.abs(x);
            back = Math.signum(x);
        }
        if (byFours) {
            int k = Math.floorDiv(Math.getExponent(Math.max(x, 1e-30f)), 2);
            argument = (float) (x / Math.pow(4, k));
            back = (float) Math.pow(2, -k);
        }
        int segment = 0;
        while (segment < breakPoints.length && breakPoints[segment] <= argument) {
            segment++;
        }
        int first = FunctionTable.COEFFICIENTS * segment;
        float result = coefficients[first + 4];
        for (int power = 3; power >= 0; power--) {
            result = result * argument + coefficients[first + power];
        }
        return result * back;
    }
}
