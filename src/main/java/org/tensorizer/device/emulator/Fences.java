package org.tensorizer.device.emulator;

import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.ScalarFence;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;

/** The two fences, once everything that can run has run: what they wait for must be idle, counts must be exact. */
final class Fences {
    private final Scheduler scheduler;

    Fences(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** 0x24: the scalar core waits, then sets its counters. */
    void scalar(InstructionSite site) {
        site.requireDecoded();
        Instruction i = site.instruction();
        boolean counts = false;
        for (ScalarCounter counter : ScalarCounter.values()) {
            counts |= i.isSet(ScalarFence.COUNT_ON.get(counter.id()));
        }
        scheduler.requireIdle(i.getInt(ScalarFence.TILES), counts ? TileFence.ALL_UNITS : 0);
        int engines = i.getInt(ScalarFence.ENGINES);
        HostSide host = scheduler.host;
        site.require(
                ((engines & 4) == 0 || host.infeeds.isEmpty()) && ((engines & 8) == 0 || host.outfeeds.isEmpty()),
                "infeed or outfeed not finished");
        for (ScalarCounter counter : ScalarCounter.values()) {
            if (i.isSet(ScalarFence.COUNT_ON.get(counter.id()))) {
                boolean known = counter == ScalarCounter.PRODUCER_A || counter == ScalarCounter.PRODUCER_B;
                site.require(known, "waits for scalar counter %s: not modelled", counter);
                int expected = i.getInt(ScalarFence.COUNT.get(counter.id()));
                site.require(
                        expected == host.counter(counter),
                        "waits for %s = %d, it is %d",
                        counter,
                        expected,
                        host.counter(counter));
            }
        }
        int value = i.getInt(ScalarFence.VALUE);
        int set = i.getInt(ScalarFence.COUNTERS);
        site.require(set != 0 || value == 0, "value %d for no counter", value);
        for (ScalarCounter counter : ScalarCounter.values()) {
            if ((set >> counter.id() & 1) != 0) {
                host.setCounter(site, counter.id(), value);
            }
        }
    }

    /** 0x1a: tiles wait, then set their counters. */
    void tile(InstructionSite site) {
        site.requireDecoded();
        Instruction i = site.instruction();
        int mask = i.getInt(TileFence.TILES);
        int units = i.getInt(TileFence.UNITS);
        scheduler.requireIdle(mask, units);
        int kinds = i.getInt(TileFence.PACKET_KINDS);
        int packets = i.getInt(TileFence.PACKETS);
        site.require(kinds != 0 || packets == 0, "%d packets of no kind", packets);
        for (Tile tile : scheduler.tiles) {
            if ((mask >> tile.number & 1) == 0) {
                continue;
            }
            if (units != 0) {
                tile.restart();
            }
            if (units == TileFence.ALL_UNITS) {
                tile.forgetUnread();
            }
            for (int kind = 0; kind < 2; kind++) {
                int sent = tile.counter(TileCounter.RING_PRODUCER_A.id() + kind);
                site.require(
                        (kinds >> kind & 1) == 0 || sent == packets,
                        "tile %d waits for %d packets of kind %s, %d were sent",
                        tile.number,
                        packets,
                        kind == 0 ? "A" : "B",
                        sent);
            }
            for (TileCounter counter : TileCounter.values()) {
                if ((i.getInt(TileFence.COUNTERS) & TileFence.bit(counter)) != 0) {
                    tile.setCounter(counter.id(), i.getInt(TileFence.VALUE));
                }
            }
        }
    }
}
