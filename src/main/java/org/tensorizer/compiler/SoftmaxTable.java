package org.tensorizer.compiler;

import org.tensorizer.isa.FunctionTable;
import org.tensorizer.isa.Instruction;

/**
 * The two function tables of a softmax: bits of the coefficients of 8 segments, then of 7 break points.
 *
 * <p>Source: coefficients of compiled programs, the same in all of them.
 */
enum SoftmaxTable {
    /** exp(x) * 65535 for x up to 0. */
    EXPONENTIAL("""
            44e5f55c 441d8dc9 42a2afa8 4095cab4 3dcf45c2
            4659a168 45d554f6 44a0412a 42d9b585 4060d81f
            470121be 46a24017 459fe964 44112fbe 41cb5dd3
            47449ff0 4715e4c2 4639c0ca 44da36f1 42ca1d8d
            476d9bf8 4751c52c 469f09c7 45702e8d 4394ba1d
            477d4a57 4774d594 46daa6a6 45d3725e 4434d33d
            477ff661 477f9434 46fc2a11 461a0641 44c72aea
            477fff00 477ffef3 46fffa9e 462a207c 451c7c63
            c0ff9475 c0af6050 c07bb089 c02cb4ec bfe0f9a9 bf6abd95 be32671f
            """),
    /** 65536 / sqrt(2 x) for x from 1 to 4. */
    RECIPROCAL_ROOT("""
            47d62fb4 c803f636 47db5722 c740be35 460a357b
            47c2e514 c7c6c3c5 4788a6ad c6c69257 456b57aa
            47af3d7e c7907d9a 47209fc4 c63cb459 44b4d079
            479d13d2 c75017dd 46b9cf3f c5af4fb6 4406e281
            478c9847 c7153a9e 46558933 c5217249 434718c8
            477cee8c c6d93e73 45fb974c c499f9b3 4299ba81
            476756f3 c6a64a81 45a14319 c4256088 420a6991
            476756f3 c6a64a81 45a14319 c4256088 420a6991
            3f96545a 3fb9f21d 3fe5fda8 401006eb 40332a53 405bff99 7f800000
            """);

    private final float[] values;

    SoftmaxTable(String bits) {
        this.values = FunctionTable.values(bits);
    }

    Instruction instruction(int tiles) {
        return FunctionTable.load(tiles, values);
    }
}
