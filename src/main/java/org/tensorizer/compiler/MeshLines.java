package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.tensorizer.conv.Progress;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;

/**
 * Transfers along the rows or the columns of the grid, with tiles in between passing on what is not for them, and the
 * merging of what several lines do alike into one instruction.
 *
 * <p>Merging: a send joins the tile's own receive before it. An instruction joins an equal one of a tile at the same place
 * of another line that stands behind the last one of its own line and opcode; a receive from a tile whose sending
 * instruction has both halves joins nothing. Pairs of narrowToWide and wideToNarrow join any equal pair. Source: found from
 * four compiled programs, exact there.
 */
final class MeshLines {
    private final Progress progress;
    private final Map<Opcode, Integer> relay;
    private final IntUnaryOperator place;
    private final List<Item> items = new ArrayList<>();
    private final Map<List<Object>, Item> last = new HashMap<>();

    private record Item(int line, int tile, Instruction instruction, boolean alone) {
        Opcode opcode() {
            return instruction.opcode();
        }
    }

    /** An instruction that several tiles share. */
    private static final class Shared {
        private final Instruction instruction;
        private final int place;
        private int tiles;

        Shared(Instruction instruction, int place) {
            this.instruction = instruction;
            this.place = place;
        }
    }

    /**
     * Words of narrow memory, one or two loops.
     *
     * @param counts innermost first
     */
    record Run(int base, int[] steps, int[] counts) {
        /** Words one after the other. */
        static Run of(int base, int words) {
            return new Run(base, new int[] {1}, new int[] {words});
        }

        /** Blocks of words, {@code step} apart. */
        static Run of(int base, int words, int step, int blocks) {
            return new Run(base, new int[] {1, step}, new int[] {words, blocks});
        }

        private Loops.Builder walk() {
            Loops.Builder walk = Loops.from(base);
            for (int j = 0; j < steps.length; j++) {
                walk.step(steps[j], counts[j]);
            }
            return walk;
        }

        private int words() {
            return Arrays.stream(counts).reduce(1, (a, b) -> a * b);
        }

        /** Loops of a block that is counted. */
        private int level() {
            return counts.length - 1;
        }

        private int blocks() {
            return counts[counts.length - 1];
        }
    }

    /**
     * @param relay word of narrow memory, of two, through which each mesh unit passes on
     * @param place of a tile in its line
     */
    MeshLines(Progress progress, Map<Opcode, Integer> relay, IntUnaryOperator place) {
        this.progress = progress;
        this.relay = relay;
        this.place = place;
    }

    /** A pair of narrowToWide and wideToNarrow of one tile. */
    void local(int line, int tile, Instruction pack, Instruction unpack) {
        items.add(new Item(line, tile, pack, false));
        items.add(new Item(line, tile, unpack, false));
    }

    /** Words of the first tile of a path to the last. */
    void transfer(int line, Opcode mesh, List<Integer> path, Run source, Run destination) {
        int first = path.get(0);
        int receiver = path.get(path.size() - 1);
        boolean busy = send(line, mesh, first, source);
        int words = source.words();
        for (int tile : path.subList(1, path.size() - 1)) {
            put(line, tile, pass(mesh, tile, words), false);
            progress.blocks(MeshBus.in(mesh))[tile] += words;
            progress.blocks(MeshBus.out(mesh))[tile] += words;
            busy = true;
        }
        Instruction take = Instruction.of(mesh);
        MeshBus.DESTINATION.set(take, destination.walk());
        MeshBus.SIGNAL_DESTINATION.set(take, destination.level());
        put(line, receiver, take, busy);
        progress.blocks(MeshBus.in(mesh))[receiver] += destination.blocks();
    }

    /** @return whether the instruction that sends receives as well */
    private boolean send(int line, Opcode mesh, int tile, Run source) {
        Item before = last.get(List.of(line, mesh, tile));
        boolean joins = before != null && MeshBus.SIGNAL_SOURCE.level(before.instruction()) < 0;
        Instruction give = joins ? before.instruction() : Instruction.of(mesh);
        MeshBus.SOURCE.set(give, source.walk());
        MeshBus.SIGNAL_SOURCE.set(give, source.level());
        if (!joins) {
            put(line, tile, give, false);
        }
        progress.blocks(MeshBus.out(mesh))[tile] += source.blocks();
        return joins;
    }

    private Instruction pass(Opcode mesh, int tile, int words) {
        TileCounter in = MeshBus.in(mesh);
        TileCounter out = MeshBus.out(mesh);
        Instruction pass = Instruction.of(mesh);
        Loops.Builder walk = Loops.from(relay.get(mesh)).repeat(words).window(0, 1);
        MeshBus.SOURCE.set(pass, walk);
        MeshBus.DESTINATION.set(pass, walk);
        MeshBus.WAITS.set(pass, 0, Wait.data(in, 0, progress.blocks(in)[tile] + 1, 1));
        MeshBus.WAITS.set(pass, 1, Wait.room(out, 0, progress.blocks(out)[tile] - 1, 1));
        MeshBus.SIGNAL_SOURCE.set(pass, 0);
        MeshBus.SIGNAL_DESTINATION.set(pass, 0);
        return pass;
    }

    private void put(int line, int tile, Instruction instruction, boolean alone) {
        Item item = new Item(line, tile, instruction, alone);
        items.add(item);
        last.put(List.of(line, instruction.opcode(), tile), item);
    }

    /** Merges what was asked for so far, adds it to a program and forgets it; what may join later stays known. */
    void emit(ProgramBuilder program) {
        List<Shared> all = new ArrayList<>();
        Map<List<Object>, Integer> cursor = new HashMap<>();
        Map<Integer, Integer> packed = new HashMap<>();
        for (Item item : items) {
            int at = find(all, item, cursor, packed);
            if (at < 0) {
                all.add(new Shared(item.instruction(), place.applyAsInt(item.tile())));
                at = all.size() - 1;
            }
            all.get(at).tiles |= 1 << item.tile();
            cursor.put(List.of(item.line(), item.opcode()), at);
            if (item.opcode() == Opcode.NARROW_TO_WIDE) {
                packed.put(item.tile(), at);
            }
        }
        items.clear();
        all.forEach(each -> program.add(each.instruction.set(TileInstruction.TILES, each.tiles)));
    }

    private int find(List<Shared> all, Item item, Map<List<Object>, Integer> cursor, Map<Integer, Integer> packed) {
        if (item.alone()) {
            return -1;
        }
        Opcode opcode = item.opcode();
        boolean pair = opcode == Opcode.NARROW_TO_WIDE || opcode == Opcode.WIDE_TO_NARROW;
        int from = pair ? 0 : cursor.getOrDefault(List.of(item.line(), opcode), -1) + 1;
        for (int j = from; j < all.size(); j++) {
            Shared other = all.get(j);
            if (other.place == place.applyAsInt(item.tile())
                    && other.instruction.equals(item.instruction())
                    && (opcode != Opcode.WIDE_TO_NARROW || j == packed.get(item.tile()) + 1)) {
                return j;
            }
        }
        return -1;
    }
}
