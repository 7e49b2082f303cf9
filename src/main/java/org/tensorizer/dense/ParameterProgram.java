package org.tensorizer.dense;

import org.tensorizer.isa.Program;

import static org.tensorizer.model.Relocation.Half.LOWER;
import static org.tensorizer.model.Relocation.Half.UPPER;
import static org.tensorizer.model.Relocation.Kind.PARAMETER;

import java.util.List;
import org.tensorizer.dense.ProgramBuilder.Clear;
import org.tensorizer.dense.ProgramBuilder.Dma;
import org.tensorizer.dense.ProgramBuilder.Report;

/**
 * The PARAMETER_CACHING program: brings the payload of one or several layers into the wide memory of their tiles. Layer
 * by layer the stores of all tiles, then the pops that feed them; the payload is one stream over all layers.
 */
final class ParameterProgram {
    private ParameterProgram() {}

    static Program of(List<PlacedLayer> layers) {
        int bytes =
                layers.stream().mapToInt(layer -> layer.shape().payloadBytes()).sum();
        ProgramBuilder program = new ProgramBuilder();
        program.fence(Clear.EVERYTHING, Report.TO_SYNC).syncFirst();
        program.address(1, PARAMETER, LOWER).address(0, PARAMETER, UPPER);
        program.copy(3, 1).copy(2, 0).copy(4, 3).copy(5, 2);
        program.descriptor(4, Dma.PARAMETERS, bytes);
        program.add(Units.PARAMETERS.infeed(Units.PARAMETERS.of(bytes)));

        int unit = 0;
        for (PlacedLayer layer : layers) {
            int units = Units.PARAMETERS.of(layer.shape().payloadBytesPerTile());
            int tiles = layer.outputs().tiles();
            for (int tile = 0; tile < tiles; tile++) {
                program.add(store(layer, 1 << tile));
            }
            for (int tile = 0; tile < tiles; tile++) {
                program.add(Units.PARAMETERS.pop(
                        unit, units, 1 << tile, layer.shape().rowBytes()));
                unit += units;
            }
        }

        program.fence(Clear.BIT_0, Report.AT_THE_END).syncTiles();
        program.zero(2).zero(3).interrupt(4, 3, 2);
        return program.build();
    }

    /** Header rows first, then the weight rows of each group, one row after the other. */
    private static Instruction store(PlacedLayer layer, int tile) {
        int groups = layer.outputs().groupsPerTile();
        int rows = layer.shape().weightRowsPerGroup();
        int header = layer.shape().format().headerRows();
        Instruction store = Instruction.of(Variant.STORE_PARAMETERS).set("tiles", tile);
        Loops walk = Loops.of(store, "rows").base(layer.firstRow() + header);
        if (rows > 1 && groups > 1) {
            walk.move(1, rows).move(1, groups);
        } else if (rows * groups > 1) {
            walk.move(1, rows * groups);
        } else {
            walk.idle(1);
        }
        walk.done();
        if (header > 0) {
            store.set("first.on", 1)
                    .set("first.base", layer.firstRow())
                    .set("first.limit", header - 1)
                    .set("first.end", layer.firstRow() + header - 1)
                    .set("first.rows", header);
        }
        return store;
    }
}
