package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.MeshBus;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.Wait;

/**
 * One word from a tile to another over the mesh, first along the column, then along the row; tiles in between keep it in
 * one of two halves of a buffer. Source: derived, identical with compiled programs.
 *
 * @param relay first of 8 words of the tiles in between
 */
record MeshChain(ProgramBuilder program, int relay) {
    void send(int sender, int receiver, int source, int destination) {
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
        return Loops.from(relay).step(1, 1).window(1, 4);
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
