package org.tensorizer.compiler;

import static org.tensorizer.compiler.SoftmaxCode.op;
import static org.tensorizer.compiler.SoftmaxCode.thrice;
import static org.tensorizer.compiler.SoftmaxCode.unclamped;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.conv.ConvolutionCode;
import org.tensorizer.conv.PerTile;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;
import org.tensorizer.isa.WideToNarrow;

/**
 * Step 6 of a softmax: the exponentials of all numbers on every tile. Where their number is odd the last one has no other
 * to its word: it goes over the mesh to tile 0, which clears the other half, and back.
 */
final class SoftmaxSum {
    private static final int MESH_COUNTERS = 0xff0;

    private final SoftmaxCode code;
    private final SoftmaxPlan plan;
    private final ProgramBuilder program;
    private final int last;

    SoftmaxSum(SoftmaxCode code) {
        this.code = code;
        this.plan = code.plan();
        this.program = code.program();
        this.last = plan.tiles() - 1;
    }

    void emit() {
        PerTile.add(program, tile -> words(tile) > 0 ? own(tile) : null);
        program.fence(ProgramBuilder.TILE_COUNTERS).fence();
        Packets packets = new Packets(program, code.progress(), Packets.Rows.HIGHEST);
        for (int tile = 0; tile < plan.tiles(); tile++) {
            for (int sender = 0; sender < plan.tiles(); sender++) {
                if (sender != tile && words(sender) > 0) {
                    packets.send(sender, 1 << tile, place(sender), words(sender), place(sender));
                }
            }
        }
        code.packetsDone();
        if (plan.isOdd()) {
            lastNumber();
        } else {
            code.clear(2);
        }
        program.packets(code.progress().packetsA(), code.progress().packetsB())
                .meet(ProgramBuilder.PACKET_COUNTERS)
                .fence()
                .fence();
        code.progress().clearPackets();
        if (plan.isOdd() && last > 0) {
            send(0, last, plan.relay() - 1, plan.relay() - 1);
            program.fence(MESH_COUNTERS, TileFence.MESH).fence();
            code.clear(2);
        }
    }

    /** Words of two numbers of a tile, the last one of an odd number not counted. */
    private int words(int tile) {
        if (!code.isIn(tile)) {
            return 0;
        }
        return tile < last
                ? 2 * plan.words(tile)
                : plan.wideWords() - (plan.isOdd() ? 1 : 0) - 2 * LayerPlan.TILE_WORDS * last;
    }

    private int place(int tile) {
        return plan.exponentials() + 2 * LayerPlan.TILE_WORDS * tile;
    }

    private Instruction own(int tile) {
        int words = words(tile);
        int step = 8 * plan.words(tile);
        Instruction op = unclamped(op(Opcode.MULTIPLY_ACCUMULATE));
        Op.rounds(op, 1, words);
        Op.ACTIVATIONS.set(
                op,
                Loops.from(0)
                        .step(4, words)
                        .repeat(1)
                        .step(step, 1)
                        .repeat(1)
                        .step(step, 1)
                        .repeat(1)
                        .step(step, 1));
        Op.OUTPUTS.set(op, thrice(Loops.from(4 * place(tile)).step(4, words), 4 * plan.wideWords()));
        Op.WEIGHTS.set(op, Loops.from(code.identity()).step(4, 1).repeat(words));
        Op.SUMS.set(op, Loops.from(0).repeat(words).window(0, 256));
        return op;
    }

    private void lastNumber() {
        program.fence().fence();
        int own = 2 * plan.words(last) - (plan.classes() % 4 == 1 ? 2 : 1);
        int pair = last > 0 ? plan.relay() + 8 : own;
        if (last > 0) {
            send(last, 0, own, pair);
        }
        program.fence(MESH_COUNTERS, TileFence.MESH).fence();
        program.fence(ProgramBuilder.TILE_COUNTERS).fence().fence(ProgramBuilder.TILE_COUNTERS);
        code.progress().clear();
        program.add(factor()).add(masked(pair)).fence();
        code.tell(plan.relay() - 1, 1, Packets.Rows.BELOW_TABLES);
        code.clear(2);
    }

    /** Scale 1 for the number, 0 for the other half of its word. */
    private Instruction factor() {
        Instruction reader = ConvolutionCode.scaling().set(TileInstruction.TILES, 1);
        WideToNarrow.ROWS.set(reader, Loops.from(plan.oddRow()).step(1, 1));
        WideToNarrow.WORDS.set(
                reader, Loops.from(0).step(1, 1).step(Chip.SCALING_UNITS / 2, 1).window(2, Chip.SCALING_UNITS / 4));
        WideToNarrow.WAITS.set(reader, 0, Wait.room(TileCounter.AVDATA, 2, -1, 1));
        return reader;
    }

    private Instruction masked(int pair) {
        Instruction op = op(Opcode.MULTIPLY_ACCUMULATE)
                .set(TileInstruction.TILES, 1)
                .set(Op.WIDE_ACTIVATIONS)
                .set(Op.WIDE_RESULTS)
                .set(Op.GROUP_LEVEL, 1)
                .set(Op.LANES, 1)
                .set(Op.LANES_LAST, 1)
                .set(Op.FORMAT, 2)
                .setFloat(Op.CLAMP_MAX, 65535);
        Op.ACTIVATIONS.set(op, Loops.from(4 * pair).step(4, 1).step(4, 1).step(4, 1));
        Op.OUTPUTS.set(
                op,
                Loops.from(4 * (plan.relay() - 1))
                        .step(4, 1)
                        .step(4 * plan.wideWords(), 1)
                        .step(4, 1));
        Op.WEIGHTS.set(op, Loops.from(code.identity()).single());
        Op.SUMS.set(op, Loops.from(0).single());
        Op.WAITS.set(op, 0, Wait.data(TileCounter.WIDE_TO_SCALING, 1, 1, 1));
        Op.WAITS.set(op, 1, Wait.data(TileCounter.NARROW_TO_WIDE, 2, 0, 1));
        Op.SIGNAL_OUTPUTS.set(op, 2);
        Op.SIGNAL_WEIGHTS.set(op, 1);
        return op;
    }

    /**
     * One word from a tile to another over the mesh, first along the column, then along the row; tiles in between keep it in
     * one of two halves of a buffer. Source: derived, identical with compiled programs.
     */
    private void send(int sender, int receiver, int source, int destination) {
        int rows = receiver / Chip.GRID - sender / Chip.GRID;
        int columns = receiver % Chip.GRID - sender % Chip.GRID;
        Opcode vertical = rows < 0 ? Opcode.MESH_BUS_2 : Opcode.MESH_BUS_0;
        Opcode across = columns < 0 ? Opcode.MESH_BUS_1 : Opcode.MESH_BUS_3;
        List<Integer> path = path(sender, rows, columns);
        int turn = Math.abs(rows);
        for (int k = 0; k < path.size(); k++) {
            Opcode into = k <= turn ? vertical : across;
            Opcode out = k < turn ? vertical : across;
            int tiles = 1 << path.get(k);
            if (k == 0) {
                Instruction give = instruction(out, tiles);
                MeshBus.SOURCE.set(give, Loops.from(source).single());
                program.add(give);
            } else if (k == path.size() - 1) {
                Instruction take = instruction(into, tiles);
                MeshBus.DESTINATION.set(take, Loops.from(destination).single());
                program.add(take);
            } else if (into == out) {
                program.add(take(give(instruction(into, tiles), into), out, 1));
            } else {
                program.add(take(instruction(into, tiles), out, 0));
                program.add(give(instruction(out, tiles), into));
            }
        }
    }

    private static List<Integer> path(int sender, int rows, int columns) {
        List<Integer> path = new ArrayList<>();
        int tile = sender;
        path.add(tile);
        for (int i = 0; i < Math.abs(rows); i++) {
            tile += Chip.GRID * Integer.signum(rows);
            path.add(tile);
        }
        for (int i = 0; i < Math.abs(columns); i++) {
            tile += Integer.signum(columns);
            path.add(tile);
        }
        return path;
    }

    private static Instruction instruction(Opcode mesh, int tiles) {
        return Instruction.of(mesh).set(TileInstruction.TILES, tiles);
    }

    private Loops.Builder buffer() {
        return Loops.from(plan.relay()).step(1, 1).window(1, 4);
    }

    private Instruction give(Instruction mesh, Opcode into) {
        MeshBus.SOURCE.set(mesh, buffer());
        MeshBus.WAITS.set(mesh, 0, Wait.data(MeshBus.in(into), 1, 1, 1));
        MeshBus.SIGNAL_SOURCE.set(mesh, 1);
        return mesh;
    }

    private Instruction take(Instruction mesh, Opcode out, int slot) {
        MeshBus.DESTINATION.set(mesh, buffer());
        MeshBus.WAITS.set(mesh, slot, Wait.room(MeshBus.out(out), 1, -1, 1));
        MeshBus.SIGNAL_DESTINATION.set(mesh, 1);
        return mesh;
    }
}
