package org.tensorizer.dense;

import static org.tensorizer.dense.Confidence.FIRM;
import static org.tensorizer.dense.Confidence.LIKELY;

/** Fields of the tensor op as Dense layers use it. Convolutions use bits that are not listed here. */
final class TensorFields {
    private static final String EXECUTED = "derived: the known programs execute with it, rewired ones as predicted";
    private static final String QUANTIZATION = "84 of 84 tensor ops of three compiled networks, bit-exact";
    private static final String FORMATS = "tensor ops of Dense layers inside real networks, byte-exact";

    private TensorFields() {}

    static void fill(OpcodeTable table) {
        table.field("input.limit", 62, 14, FIRM, "words of 4 inputs, minus 1", EXECUTED);
        table.field("group.limit", 76, 10, FIRM, "groups of 64 output channels of the tile, minus 1", EXECUTED);
        WalkTable.of(table, "activations", "word of narrow memory (4 inputs)")
                .base(193, 18)
                .loops(8, 211, 17, 20, 18)
                .active(505);
        WalkTable.of(table, "outputs", "word of narrow memory (4 outputs)")
                .base(576, 18)
                .loops(8, 594, 17, 20, 18)
                .active(888);
        WalkTable.of(table, "weights", "row of wide memory (64 lanes x 4 inputs)")
                .base(959, 14)
                .loops(8, 973, 13, 16, 14)
                .active(1203);
        WalkTable.of(table, "accumulator", "accumulator")
                .loops(8, 1276, 13, 16, 16)
                .withoutFlags();
        table.field("several.1514", 1514, 1, LIKELY, "1 with several groups a tile", FORMATS);
        table.field("several.1519", 1519, 1, LIKELY, "1 with several groups a tile", FORMATS);
        table.reserved(1563, 7, "0x65 in every known program");
        table.field("header.1580", 1580, 7, LIKELY, "0x4b where the parameters have header rows, else 0", FORMATS);
        table.field("header.1602", 1602, 1, LIKELY, "1 where the parameters have header rows", FORMATS);
        table.field("header.1618", 1618, 1, LIKELY, "1 where the parameters have header rows", FORMATS);
        table.reserved(1843, 3, "7 in every known program");
        quantization(table);
        table.reserved(1923, 4, "9 in every known program");
        table.field("lanes.a", 1934, 6, FIRM, "lanes that compute, minus 1; output channels rounded up to 4", FORMATS);
        table.field("lanes.b", 1940, 6, FIRM, "the same once more", FORMATS);
    }

    private static void quantization(OpcodeTable table) {
        table.field("per-channel", 1853, 1, LIKELY, "1 where scale and zero point stand in header rows", FORMATS);
        table.field(
                "weight.zero-point",
                1854,
                8,
                FIRM,
                "stored byte of weight 0; 0 where it is in the header",
                QUANTIZATION);
        table.field("input.zero-point", 1870, 8, FIRM, "stored byte of input 0, unsigned domain", QUANTIZATION);
        table.field("header.zero-point-row", 1886, 2, LIKELY, "header row of the zero points", FORMATS);
        table.field("header.bias-row", 1898, 2, LIKELY, "header row of the bias", FORMATS);
        table.field("header.zero-point-row2", 1910, 2, LIKELY, "header row of the zero points once more", FORMATS);
        table.field(
                "multiplier",
                1949,
                32,
                FIRM,
                "float32 f32(f32(s_in * s_w) * f32(1 / s_out)); 1.0 where the scale is in the header",
                QUANTIZATION);
        table.field(
                "clamp.max",
                1981,
                32,
                FIRM,
                "float32 f32(f32((255 - zp) * s_out) * f32(1 / s_out)), before the output zero point is added",
                QUANTIZATION);
        table.field("clamp.min", 2013, 32, FIRM, "float32, the same with -zp", QUANTIZATION);
        table.field("output.zero-point", 2077, 8, FIRM, "stored byte of output 0, unsigned domain", QUANTIZATION);
        table.field("format", 2093, 2, FIRM, "bit 0 = bias, bit 1 = per-channel", FORMATS);
    }
}
