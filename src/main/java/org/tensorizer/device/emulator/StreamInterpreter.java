package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.InstructionStream;
import org.tensorizer.dense.Opcode;
import org.tensorizer.model.Relocation;

/**
 * Executes one instruction stream with addresses in place of values.
 *
 * <p>Instructions of a tile wait in a queue for each unit. At every fence, and where the scalar core waits for the tiles,
 * everything runs until nothing moves; what is left over then has stalled.
 */
final class StreamInterpreter {
    private static final int ALL_TILES = (1 << ChipParameters.TILES) - 1;
    private static final int TILE_COUNTERS = 0x3fffe;
    private static final int PACKET_COUNTER = 1 << 18;

    /** Values of fields without a modelled effect in the known Dense programs. What others do is anybody's guess. */
    private static final Set<Integer> KNOWN_FLAGS = Set.of(0, 1, 4, 5, 0x20, 0x1ff);

    private static final Set<Integer> KNOWN_REPORTS = Set.of(0, 1, 13);
    private static final Set<Integer> KNOWN_CLEARS = Set.of(0, 1, 0x3fffe, 0x40000, 0xffffe, 0xfffff);

    /** Addresses that all instructions of a stream hold; the largest known programs have some ten thousand. */
    private static final long MOST_ADDRESSES = 1 << 20;

    private final InstructionStream stream;
    private final Host host;
    private final Arena arena;
    private final List<Tile> tiles = new ArrayList<>();
    private final Ring ring = new Ring(tiles);
    private final Infeed infeed = new Infeed(tiles);
    private final Outfeed outfeed = new Outfeed();
    private final ScalarCore scalar;
    private long addresses;

    private StreamInterpreter(InstructionStream stream, List<Relocation> relocations, Host host, Arena arena) {
        this.stream = stream;
        this.host = host;
        this.arena = arena;
        this.scalar = new ScalarCore(relocations, host, infeed);
        for (int t = 0; t < ChipParameters.TILES; t++) {
            tiles.add(new Tile(t));
        }
    }

    /**
     * Executes a PARAMETER_CACHING stream.
     *
     * @param payloadBytes length of the payload the host has
     */
    static ParameterImage parameterCaching(
            String name, ByteBuffer chunk, List<Relocation> relocations, int payloadBytes) {
        StreamInterpreter run = of(name, chunk, relocations, Host.withParameters(payloadBytes), new Arena(0));
        run.execute();
        return ParameterImage.of(name, run.tiles);
    }

    /**
     * Executes an EXECUTION_ONLY stream.
     *
     * @param payloadBytes length of the parameters it works with, which bounds how much work that can be
     */
    static Dataflow executionOnly(String name, ByteBuffer chunk, List<Relocation> relocations, int payloadBytes) {
        StreamInterpreter run = of(name, chunk, relocations, Host.withInput(), Arena.forParameters(payloadBytes));
        run.execute();
        return new Dataflow(
                run.host.inputBytes(), run.arena.words(), run.arena.groups(), run.outfeed.words(), run.written());
    }

    private static StreamInterpreter of(
            String name, ByteBuffer chunk, List<Relocation> relocations, Host host, Arena arena) {
        InstructionStream stream = InstructionStream.frame(name, chunk, new ByteRange(0, chunk.limit()));
        return new StreamInterpreter(stream.checkClosed(), relocations, host, arena);
    }

    private void execute() {
        boolean halted = false;
        Encoded last = null;
        for (int i = 0; i < stream.size(); i++) {
            Encoded at = Encoded.of(stream, i);
            at.requireKnownBits();
            at.require(
                    !halted || at.opcode() == Opcode.SCALAR || at.opcode() == Opcode.END, "an instruction after HALT");
            step(at);
            halted |= at.opcode() == Opcode.HALT;
            last = at;
        }
        scalar.requireRelocated(last);
        host.requireDone(last, outfeed.bytes());
    }

    private void step(Encoded at) {
        switch (at.opcode()) {
            case START, END -> {} // framing has checked them
            case SCALAR -> {
                scalar.run(at);
                if (!arena.started() && host.inputBytes() >= 0) {
                    arena.startAfter(host.inputBytes());
                }
            }
            case SYNC -> sync(at);
            case FENCE -> fence(at);
            case INFEED -> infeed.infeed(at);
            case POP -> infeed.pop(at);
            case OUTFEED -> outfeed.add(at);
            case HALT -> drain(at);
            default -> queue(at);
        }
    }

    private void queue(Encoded at) {
        at.require(at.opcode().isTileOp(), "an instruction no Dense program has; what it does is not known");
        TileOperation operation = TileOperation.decode(at, arena);
        addresses += operation.addresses();
        at.require(addresses <= MOST_ADDRESSES, "the stream walks over more than %d addresses", MOST_ADDRESSES);
        for (Tile tile : tiles) {
            if ((at.tiles() >> tile.index & 1) != 0) {
                tile.queue(operation.unit()).add(operation);
            }
        }
    }

    private void sync(Encoded at) {
        int packets = at.get("packets");
        at.require(KNOWN_FLAGS.contains(at.get("flag")), "flag 0x%x is in no known program", at.get("flag"));
        if (at.tiles() == 0) {
            at.requireEqual("packets waited for without the tiles", 0, packets);
            return;
        }
        at.require(at.tiles() == ALL_TILES, "waits for some tiles only, 0x%x: not modelled", at.tiles());
        drain(at);
        at.require(packets == 0 || packets == ring.sent(), "waits for %d packets, %d were sent", packets, ring.sent());
    }

    private void fence(Encoded at) {
        at.require(at.tiles() == ALL_TILES, "a fence over some tiles only, 0x%x: not modelled", at.tiles());
        drain(at);
        int clear = at.get("clear");
        at.require(KNOWN_CLEARS.contains(clear), "clears counters 0x%x, as no known program does", clear);
        at.require(KNOWN_REPORTS.contains(at.get("report")), "report %d is in no known program", at.get("report"));
        if ((clear & TILE_COUNTERS) != 0) {
            tiles.forEach(Tile::clearCounters);
        }
        if ((clear & PACKET_COUNTER) != 0) {
            ring.clearSent();
        }
    }

    private void drain(Encoded at) {
        boolean moved = true;
        while (moved) {
            moved = infeed.step();
            for (Tile tile : tiles) {
                moved |= tile.step(ring);
            }
            moved |= outfeed.step(ring);
        }
        for (Tile tile : tiles) {
            tile.requireIdle(at);
        }
        infeed.requireIdle(at);
        outfeed.requireIdle(at, ring);
    }

    private boolean[][] written() {
        boolean[][] written = new boolean[ChipParameters.TILES][ChipParameters.WIDE_ROWS];
        for (Tile tile : tiles) {
            for (int row = 0; row < tile.wide.length; row++) {
                written[tile.index][row] = tile.wide[row] != null;
            }
        }
        return written;
    }
}
