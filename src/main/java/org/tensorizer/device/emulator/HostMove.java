package org.tensorizer.device.emulator;

import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Infeed;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.Signal;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.Waits;
import org.tensorizer.isa.Walk;

/** 0x25, 0x26 or 0x27, held to the ways in which programs use them. */
final class HostMove {
    /** Words of the loop-back buffer, both halves. */
    static final int LOOP_BACK_WORDS = 2 * Chip.LOOP_BACK_WORDS;

    /** What it moves; the first two in the order of their counters. */
    enum Stream {
        INPUT(Chip.INPUT_UNIT_BYTES, 2 * Chip.INPUT_UNITS),
        PARAMETERS(Chip.PARAMETER_UNIT_BYTES, 2 * Chip.PARAMETER_UNITS),
        LOOP_BACK(Chip.WORD_BYTES, LOOP_BACK_WORDS),
        HOST(Chip.INPUT_UNIT_BYTES, 0),
        COLLECTED(Chip.WORD_BYTES, Chip.SCALAR_WORDS);

        /** Bytes of a unit. */
        final int unit;

        /** Units of the buffer. */
        final int units;

        Stream(int unit, int units) {
            this.unit = unit;
            this.units = units;
        }
    }

    final InstructionSite site;
    final Stream stream;
    final int unit;
    final int units;
    final int base;
    final int wait;
    final int step;

    /** 0x26: packets that it lets go first, null for none. */
    final Wait packets;

    /** 0x26: receiving tiles. */
    final int tiles;

    /** 0x26: bytes of a ring row. */
    final int rowBytes;

    /** 0x27 into the loop-back buffer: units that each packet takes. */
    final int packetUnits;

    HostMove(InstructionSite site) {
        this.site = site;
        site.requireDecoded();
        Opcode opcode = site.opcode();
        boolean pops = opcode == Opcode.POP;
        Walk walk = pops ? Pop.UNITS : opcode == Opcode.INFEED ? Infeed.UNITS : Outfeed.UNITS;
        Waits slots = pops ? Pop.WAITS : opcode == Opcode.INFEED ? Infeed.WAITS : Outfeed.WAITS;
        Signal signal = pops ? Pop.SIGNAL : opcode == Opcode.INFEED ? Infeed.SIGNAL : Outfeed.SIGNAL;
        List<Wait> waits = slots.get(site.instruction());
        int level = signal.level(site.instruction());
        AddressWalk laid = laidOut(walk);
        stream = stream(opcode, waits);
        unit = stream.unit;
        base = laid.loops().base();
        packetUnits = laid.loops().limits()[0] + 1;
        boolean unslotted = stream == Stream.HOST || stream == Stream.COLLECTED;
        if (unslotted) {
            site.require(
                    waits.isEmpty()
                            && laid.loops().tailLevel() == 0
                            && !laid.hasWindow()
                            && laid.total() == packetUnits
                            && (base == 0 || stream == Stream.COLLECTED)
                            && level == (stream == Stream.HOST ? 1 : -1),
                    "unusual walk, slot or signal");
        } else {
            requireRing(laid, level);
            requireWait(waits, laid);
        }
        units = laid.total();
        wait = unslotted ? 0 : waits.get(0).value();
        step = unslotted ? 0 : waits.get(0).step();
        packets = waits.size() > 1 ? waits.get(1) : null;
        tiles = pops ? site.instruction().getInt(Pop.TILES) : 0;
        rowBytes = pops ? (site.instruction().getInt(Pop.ROW_WORDS) + 1) * Chip.WORD_BYTES : 0;
        if (pops) {
            site.require(site.instruction().isSet(Pop.CONSTANT), "bit 392 is off");
            int other = Pop.SIGNAL_OTHER.level(site.instruction());
            site.require(other == (stream == Stream.LOOP_BACK ? 1 : -1), "level %d of the second signal", other);
        }
    }

    private AddressWalk laidOut(Walk walk) {
        try {
            return AddressWalk.of(walk.get(site.instruction()), 0, AddressWalk.LONG);
        } catch (IllegalArgumentException e) {
            throw site.refused("%s: %s", walk.name(), e.getMessage());
        }
    }

    private Stream stream(Opcode opcode, List<Wait> waits) {
        return switch (opcode) {
            case INFEED -> site.instruction().isSet(Infeed.INPUT) ? Stream.INPUT : Stream.PARAMETERS;
            case POP ->
                site.instruction().isSet(Pop.LOOP_BACK)
                        ? Stream.LOOP_BACK
                        : site.instruction().isSet(Pop.INPUT) ? Stream.INPUT : Stream.PARAMETERS;
            default ->
                site.instruction().isSet(Outfeed.TO_HOST)
                        ? Stream.HOST
                        : waits.isEmpty() ? Stream.COLLECTED : Stream.LOOP_BACK;
        };
    }

    /** A ring whose window is half of the buffer, or a walk straight on round the end of the buffer. */
    private void requireRing(AddressWalk laid, int signal) {
        int[] limits = laid.loops().limits();
        boolean usual;
        if (laid.hasWindow()) {
            usual = laid.loops().level() == 1
                    && (limits[0] == 0 || limits[0] + 1 == laid.loops().length())
                    && 2 * laid.loops().length() == stream.units;
        } else {
            usual = limits[1] == 0
                    && limits[2] == 0
                    && laid.loops().tailLevel() == 0
                    && laid.loops().count() <= stream.units;
        }
        usual &= limits[0] == 0 || laid.loops().strides()[0] == 1;
        if (laid.loops().tailLevel() > 0) {
            for (int j = laid.loops().tailLevel() + 1; j < limits.length; j++) {
                usual &= limits[j] == 0;
            }
        }
        site.require(usual && signal == 0, "unusual walk or signal");
    }

    private void requireWait(List<Wait> waits, AddressWalk laid) {
        ScalarCounter expected = switch (site.opcode()) {
            case INFEED -> stream == Stream.INPUT ? ScalarCounter.AVDATA_INFEED : ScalarCounter.PARAMETER_INFEED;
            case POP ->
                switch (stream) {
                    case LOOP_BACK -> ScalarCounter.RING_OUTFEED;
                    case INPUT -> ScalarCounter.AVDATA_POP;
                    default -> ScalarCounter.PARAMETER_POP;
                };
            default -> ScalarCounter.SCALAR_INFEED;
        };
        site.require(
                !waits.isEmpty()
                        && waits.get(0).counter() == expected.id()
                        && (site.opcode() == Opcode.OUTFEED
                                || waits.get(0).step() == 1 && waits.get(0).level() == 0),
                "waits %s, expected one for %s",
                waits,
                expected);
        if (site.opcode() == Opcode.OUTFEED) {
            site.require(laid.loops().tailLevel() == 0 && laid.loops().base() == 0, "unusual walk");
        }
        for (Wait more : waits.subList(1, waits.size())) {
            boolean counts =
                    more.counter() == ScalarCounter.PRODUCER_A.id() || more.counter() == ScalarCounter.PRODUCER_B.id();
            site.require(counts && laid.blockOf(more.level(), laid.total() - 1) == 0, "second slot %s", more);
        }
    }

    @Override
    public String toString() {
        return site.toString();
    }
}
