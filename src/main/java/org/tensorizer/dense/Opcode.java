package org.tensorizer.dense;

import java.util.Optional;

/**
 * The instructions of the Edge TPU: opcode, length and what the instruction is for. The opcode stands in bits 6 to 11
 * of the first bundle of 128 bits; it alone fixes the length.
 *
 * <p>Source: lengths and opcodes from 326 instruction chunks of 83 compiled models, all of which frame with this table.
 * The names are ours.
 */
public enum Opcode {
    TENSOR(0x01, 17, Confidence.FIRM, "tensor op: convolution, fully connected, depthwise, elementwise"),
    TENSOR_02(0x02, 17, Confidence.GUESS, "another tensor op"),
    TENSOR_03(0x03, 17, Confidence.GUESS, "another tensor op"),
    TENSOR_05(0x05, 17, Confidence.GUESS, "another tensor op"),
    SEND(0x10, 4, Confidence.LIKELY, "ring producer: one row of wide memory as a packet to tiles or to the outfeed"),
    STORE(0x11, 4, Confidence.LIKELY, "ring consumer: what arrives goes into rows of wide memory"),
    STORE_SECOND(0x12, 4, Confidence.LIKELY, "second ring consumer"),
    NARROW(0x13, 7, Confidence.LIKELY, "narrow-memory reader: words of narrow memory into a row of wide memory"),
    WIDE(0x14, 7, Confidence.LIKELY, "wide-memory reader: rows of wide memory into words of narrow memory"),
    MESH_15(0x15, 6, Confidence.LIKELY, "mesh bus between neighbouring tiles"),
    MESH_16(0x16, 6, Confidence.LIKELY, "mesh bus between neighbouring tiles"),
    MESH_17(0x17, 6, Confidence.LIKELY, "mesh bus between neighbouring tiles"),
    MESH_18(0x18, 6, Confidence.LIKELY, "mesh bus between neighbouring tiles"),
    TILE_19(0x19, 13, Confidence.UNKNOWN, "a tile instruction nobody has read yet"),
    FENCE(0x1a, 1, Confidence.LIKELY, "tile fence: everything before it is finished, then counters are cleared"),
    SCALAR(0x20, 1, Confidence.FIRM, "scalar core: ALU and the push of DMA descriptors"),
    HALT(0x21, 1, Confidence.FIRM, "end of the program"),
    BRANCH_22(0x22, 1, Confidence.GUESS, "branch"),
    BRANCH_23(0x23, 1, Confidence.GUESS, "branch"),
    SYNC(0x24, 2, Confidence.LIKELY, "scalar fence: the scalar core waits for tiles or flags"),
    INFEED(0x25, 2, Confidence.LIKELY, "host stream into the infeed buffer"),
    POP(0x26, 4, Confidence.LIKELY, "infeed buffer to the tiles of a mask"),
    OUTFEED(0x27, 2, Confidence.LIKELY, "packet of the ring to the host"),
    START(0x3e, 1, Confidence.FIRM, "first instruction of a chunk, holds its length"),
    END(0x3f, 1, Confidence.FIRM, "last instruction of a chunk");

    /** Bytes of a bundle, the unit all instruction lengths are counted in. */
    public static final int BUNDLE_BYTES = 16;

    /** Bits of a bundle. */
    public static final int BUNDLE_BITS = 128;

    private static final Opcode[] BY_CODE = new Opcode[64];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final int bundles;
    private final Confidence confidence;
    private final String meaning;

    Opcode(int code, int bundles, Confidence confidence, String meaning) {
        this.code = code;
        this.bundles = bundles;
        this.confidence = confidence;
        this.meaning = meaning;
    }

    /** The opcode of a number 0 to 63, empty if no known program holds it. */
    public static Optional<Opcode> of(int code) {
        return code < 0 || code > 63 ? Optional.empty() : Optional.ofNullable(BY_CODE[code]);
    }

    /** Opcode of the instruction whose first 16 bits (little-endian) these are. */
    static Optional<Opcode> ofFirstBits(int bits) {
        return Optional.ofNullable(BY_CODE[bits >>> 6 & 63]);
    }

    public int code() {
        return code;
    }

    /** Length in bundles of 16 bytes, 1 to 17. The length is firm for every opcode of the table. */
    public int bundles() {
        return bundles;
    }

    public int bytes() {
        return bundles * BUNDLE_BYTES;
    }

    public int bits() {
        return bundles * BUNDLE_BITS;
    }

    /** How far {@link #meaning()} can be trusted. */
    public Confidence confidence() {
        return confidence;
    }

    public String meaning() {
        return meaning;
    }

    /** Whether tiles execute it: it then carries a tile mask and a sequence number. Opcodes from 0x20 on do not. */
    public boolean isTileOp() {
        return code < 0x20;
    }
}
