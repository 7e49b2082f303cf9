package org.tensorizer.dense;

/**
 * All-gather: each tile that holds a slice sends it round the ring, each tile of the next layer puts the slices one
 * behind the other from narrow word 0 on, until it has all of them.
 */
final class Gather {
    /** 64-byte units that a packet takes at most. */
    private static final int PACKET_UNITS = 4;

    private Gather() {}

    /**
     * @param channels as they are spread over the senders
     * @param sourceWord where each sender holds its slice in narrow memory
     * @param receivers mask of the tiles that want all channels
     */
    static void emit(ProgramBuilder program, Partition channels, int sourceWord, int receivers) {
        for (int tile = 0; tile < channels.tiles(); tile++) {
            int words = PlacedLayer.words(channels.channels(tile));
            program.add(unpack(PlacedLayer.words(channels.tileChannels()) * tile, words, tile + 1, receivers));
            program.add(receive(channels.groupsPerTile() * tile, receivers));
            program.add(Ring.send(WideMemory.GATHER_OUT, 1 << tile, receivers, program.nextPacket()));
            program.add(Ring.stage(sourceWord, words, WideMemory.GATHER_OUT, 1 << tile));
        }
    }

    /** Row where the packet arrived to its place in narrow memory; {@code fill}: the packet's number on the tile. */
    private static Instruction unpack(int word, int words, int fill, int receivers) {
        Instruction reader = Instruction.of(Variant.WIDE_GATHER).set("tiles", receivers);
        Loops.of(reader, "rows").base(WideMemory.RING).idle(1).done();
        Loops.of(reader, "words").base(word).move(1, words).done();
        return reader.set("rows.window.on", 1)
                .set("rows.window.length", 1)
                .set("wait", fill)
                .set("wait.step", 1)
                .set("segments", 1);
    }

    /** Takes a packet once the one before was unpacked: {@code unitsBefore} of 64 bytes came before it. */
    private static Instruction receive(int unitsBefore, int receivers) {
        Instruction store = Instruction.of(Variant.STORE_RING).set("tiles", receivers);
        Loops.of(store, "rows").base(WideMemory.RING).idle(1).done();
        return store.set("rows.window.on", 1)
                .set("rows.window.length", 1)
                .set("wait", unitsBefore - PACKET_UNITS)
                .set("wait.step", PACKET_UNITS);
    }
}
