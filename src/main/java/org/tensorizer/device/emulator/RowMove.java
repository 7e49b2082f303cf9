package org.tensorizer.device.emulator;

import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.Wait;

/** Rows to the ring (0x10) or from it (0x11, 0x12). */
final class RowMove extends TileCommand {
    final AddressWalk rows;
    final int signal;
    final Wait[] waits;

    /** 0x10: level of the signal that all tiles count, -1 for none. */
    final int ringSignal;

    /** 0x10: packets of kind B. 0x12 takes them, 0x11 those of kind A. */
    final boolean kindB;

    /** 0x10: receiving tiles, bit 16 the outfeed. */
    final int receivers;

    /** 0x11, 0x12: rows of the header in front of each pass, 0 for none. */
    final int headerRows;

    final int headerBase;
    final int headerEnd;

    /** Rows of the walk that follow one header. */
    final int pass;

    RowMove(InstructionSite site) {
        super(site);
        boolean sends = opcode() == Opcode.RING_BUS_PRODUCER;
        rows = walk("rows", (sends ? RingBusProducer.ROWS : RingBusConsumer.ROWS).get(instruction()), 0);
        signal = (sends ? RingBusProducer.SIGNAL : RingBusConsumer.SIGNAL).level(instruction());
        waits = waits((sends ? RingBusProducer.WAITS : RingBusConsumer.WAITS).get(instruction()));
        ringSignal = sends ? RingBusProducer.SIGNAL_RING.level(instruction()) : -1;
        kindB = sends ? instruction().isSet(RingBusProducer.KIND_B) : opcode() == Opcode.RING_BUS_CONSUMER_1;
        receivers = sends ? instruction().getInt(RingBusProducer.RECEIVERS) : 0;
        if (!sends && instruction().isSet(RingBusConsumer.HEADER_ON)) {
            headerRows = instruction().getInt(RingBusConsumer.HEADER_ROWS);
            headerBase = instruction().getInt(RingBusConsumer.HEADER_BASE);
            headerEnd = instruction().getInt(RingBusConsumer.HEADER_END);
            int limit = instruction().getInt(RingBusConsumer.HEADER_LIMIT);
            site.require(
                    headerRows == limit + 1 && headerRows <= headerEnd - headerBase + 1,
                    "header of %d rows, limit %d, in rows %d..%d",
                    headerRows,
                    limit,
                    headerBase,
                    headerEnd);
            pass = rows.count(instruction().getInt(RingBusConsumer.HEADER_LEVEL) + 1);
        } else {
            headerRows = 0;
            headerBase = 0;
            headerEnd = 0;
            pass = 0;
        }
    }
}
