package org.tensorizer.device.emulator;

/**
 * SEND: one row of wide memory as a packet, to tiles or to the outfeed.
 *
 * @param row of wide memory
 * @param number number of the packet on the ring
 * @param receivers bits 0 to 15 tiles, bit 16 the outfeed
 */
record SendOperation(Encoded at, int row, int number, int receivers) implements TileOperation {
    static SendOperation decode(Encoded at) {
        RowWalk walk = RowWalk.read(at);
        at.require(walk.windowed() && walk.window() == 1 && walk.rows().length == 1, "sends more than one row");
        at.requireEqual("rows.active", 1, walk.active());
        at.requireEqual("wait.step", 1, at.get("wait.step"));
        int receivers = at.get("receivers");
        at.require(receivers != 0, "nobody receives the packet");
        at.require(
                receivers <= Ring.OUTFEED, "tiles and the outfeed receive one packet, 0x%x: not modelled", receivers);
        return new SendOperation(at, walk.rows()[0], at.get("wait"), receivers);
    }

    @Override
    public Tile.Unit unit() {
        return Tile.Unit.SEND;
    }

    @Override
    public boolean run(Tile tile, Ring ring) {
        if (tile.staged < 0 || ring.sent() < number) {
            return false;
        }
        at.requireEqual("wait", ring.sent(), number);
        at.requireEqual("row sent", tile.staged, row);
        ring.send(receivers, tile.wide[row]);
        tile.staged = -1;
        return true;
    }
}
