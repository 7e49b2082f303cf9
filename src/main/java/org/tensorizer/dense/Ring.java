package org.tensorizer.dense;

/** What puts packets on the ring: words of narrow memory are staged in a row of wide memory, the row is sent. */
final class Ring {
    /** Receiver bit of the outfeed. */
    static final int OUTFEED = 1 << 16;

    private Ring() {}

    /** Words of narrow memory into a row of wide memory, on each tile of the mask. */
    static Instruction stage(int word, int words, int row, int tiles) {
        Instruction reader = Instruction.of(Variant.NARROW).set("tiles", tiles);
        Loops.of(reader, "words").base(word).move(1, words).done();
        Loops.of(reader, "rows").base(row).idle(1).done();
        return reader.set("rows.window.on", 1).set("rows.window.length", 1);
    }

    /** The row of one tile as a packet to the receivers. */
    static Instruction send(int row, int tile, int receivers, int packet) {
        Instruction send = Instruction.of(Variant.SEND).set("tiles", tile);
        Loops.of(send, "rows").base(row).move(1, 1).done();
        return send.set("rows.window.on", 1)
                .set("rows.window.length", 1)
                .set("wait", packet)
                .set("wait.step", 1)
                .set("receivers", receivers);
    }
}
