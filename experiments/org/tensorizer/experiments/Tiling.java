package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tensorizer.isa.DenseShape;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.recovery.CellProbe;

/**
 * A way to lay out weights: tiles of {@code lanes} outputs by {@code inputs} inputs, the input innermost; tile after tile
 * along the inputs, then along the outputs. Headers stand where they are known to. With the axes exchanged, outputs and
 * inputs change places in all of this.
 */
record Tiling(DenseShape shape, int lanes, int inputs, boolean exchanged) {
    /** Lanes of 8, 16, 32, 64, with 1, 2, 4, 8, 64 inputs, both ways round. */
    static List<Tiling> all(DenseShape shape) {
        List<Tiling> all = new ArrayList<>();
        for (boolean exchanged : new boolean[] {false, true}) {
            for (int lanes : new int[] {8, 16, 32, 64}) {
                for (int inputs : new int[] {1, 2, 4, 8, 64}) {
                    all.add(new Tiling(shape, lanes, inputs, exchanged));
                }
            }
        }
        return all;
    }

    /** Probes on which at least one of the tilings says that an output moves, drawn by lot. */
    static List<CellProbe> probes(DenseLayout layout, int count) {
        List<Tiling> all = all(layout.shape());
        Random random = new Random(64);
        List<CellProbe> probes = new ArrayList<>();
        while (probes.size() < count) {
            int offset = random.nextInt(layout.size());
            int weight = weight(offset, layout);
            if (weight >= 0) {
                probes.add(new CellProbe(
                        offset, all.get(random.nextInt(all.size())).in(weight)));
            }
        }
        return probes;
    }

    /** The output that moves, {@link CellProbe#NONE} if the byte is another input's. */
    int predict(CellProbe probe, DenseLayout layout) {
        int weight = weight(probe.offset(), layout);
        return weight >= 0 && in(weight) == probe.in() ? out(weight) : CellProbe.NONE;
    }

    /** The number of a payload byte among the weights, headers left out; -1 if it is in a header. */
    private static int weight(int offset, DenseLayout layout) {
        int inGroup = offset % layout.groupBytes();
        return inGroup < layout.headerBytes() ? -1 : offset - (offset / layout.groupBytes() + 1) * layout.headerBytes();
    }

    private int out(int weight) {
        return exchanged ? inner(weight, shape.outputs()) : outer(weight, shape.inputs());
    }

    private int in(int weight) {
        return exchanged ? outer(weight, shape.outputs()) : inner(weight, shape.inputs());
    }

    /** Index along the lanes; {@code n} channels on the other axis. */
    private int outer(int weight, int n) {
        return weight / (lanes * n) * lanes + weight % (lanes * inputs) / inputs;
    }

    /** Index along the inputs of the tile. */
    private int inner(int weight, int n) {
        return weight % (lanes * n) / (lanes * inputs) * inputs + weight % inputs;
    }

    @Override
    public String toString() {
        return exchanged
                ? lanes + " inputs by " + inputs + (inputs == 1 ? " output" : " outputs") + " (axes exchanged)"
                : lanes + " outputs by " + inputs + (inputs == 1 ? " input" : " inputs");
    }
}
