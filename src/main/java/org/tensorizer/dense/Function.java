package org.tensorizer.dense;

import org.tensorizer.isa.FunctionTable;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Op;

/**
 * The functions that the chip takes from a table: bits of the coefficients of 8 segments, then of 7 break points, for an
 * output in units of one {@link #steps}-th; for another scale every coefficient is scaled in float32.
 *
 * <p>Source: coefficients and limits of compiled programs (LOGISTIC of movenet_lightning, TANH of rl_mlp_tanh), the same in
 * all of them.
 */
public enum Function {
    LOGISTIC(256, 0x41265904, false, """
            4200549c 415db7c6 40111a70 3e29f7bb 3b95f260
            4304a187 42ab6803 41aee024 40251eb8 3df136b6
            43077562 42a46b63 418371fd 3f05681a be04c80f
            4300006a 427fe396 bea8c7fe c0c9f57d bf94c0e4
            430000b8 427fb331 3ef2682d c0cf35b5 3f9cb2b2
            42ddc7c6 42c56c6f c1d72011 405be5c6 be2ff6d3
            4343d750 41efbc0b c0b6a9cd 3efb0c86 bc82c2d7
            4374cc57 4085560c bf168355 3d187e2a ba69a584
            c0b479b1 c03dc92e bfaba1f5 3db069f8 3fe71fbc 4099a343 41078f0a
            """),
    TANH(128, 0x40dbfe6b, true, """
            a8100000 42fff70c 3ee80451 c23a0904 4155f798
            bdd73b0b 430093c1 3e5bd5c7 c2490026 4198f5d1
            c0bca9f0 431d4c4a c25767c2 c08dc79e 408ba428
            c19a30e6 434afa1b c2e19bbb 41ed2b1d c044f1f0
            4133d973 430fbe7e c28af73c 4177f011 bfaaf5e5
            4278c2c6 4287de5d c1d81426 409c1331 beac17e8
            42d42a99 41903ad2 c0b46efe 3f4ae85e bd2cb424
            42fa3662 3fe5a31f bed6a9c4 3d3319ae bae0dafc
            3eb83694 3f47de0b 3f965533 4001ec93 402bcf21 40630652 409ac3f4
            """);

    /** {@link Op#ODD_TABLE} of an odd function. */
    private static final int ODD = 3;

    private final int steps;
    private final int limit;
    private final boolean odd;
    private final float[] table;

    Function(int steps, int limit, boolean odd, String bits) {
        this.steps = steps;
        this.limit = limit;
        this.odd = odd;
        this.table = FunctionTable.values(bits);
    }

    /** The instruction that loads the table for outputs of a scale on the tiles of a mask. */
    public Instruction load(int tiles, float outputScale) {
        float[] scaled = table.clone();
        float inverse = 1f / outputScale;
        for (int i = 0; i < FunctionTable.COEFFICIENT.size(); i++) {
            scaled[i] = table[i] / steps * inverse;
        }
        return FunctionTable.load(tiles, scaled);
    }

    /** Makes an op take its results from the table. */
    void apply(Instruction op) {
        op.set(Op.THROUGH_TABLE).set(Op.ODD_TABLE, odd ? ODD : 0);
    }

    /** The largest argument; the smallest is its negative. */
    float limit() {
        return Float.intBitsToFloat(limit);
    }
}
