package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.recovery.RivalTournament.CellProbe;

/**
 * A way to lay out weights in blocks of outputs by inputs. Headers stand where they are known to.
 *
 * @param lanes outputs of a block
 * @param inputs inputs of a block
 * @param laneFastest within a block the output is the inner index, else the input
 * @param lanesFirst blocks follow each other along the lanes first, else along the inputs
 * @param exchanged outputs and inputs change places in all of this
 */
record Blocking(DenseShape shape, int lanes, int inputs, boolean laneFastest, boolean lanesFirst, boolean exchanged) {
    private static final int SAMPLE = 512;

    /** The claimed one. */
    static Blocking claimed(DenseShape shape) {
        return new Blocking(shape, 64, 4, false, false, false);
    }

    /** The claimed one first, then lanes of 8 to 64 with 1 to 64 inputs in all orders; each once, under its first name. */
    static List<Blocking> all(DenseShape shape) {
        List<Blocking> all = new ArrayList<>(List.of(claimed(shape)));
        boolean[] either = {false, true};
        for (boolean exchanged : either) {
            for (boolean lanesFirst : either) {
                for (boolean laneFastest : either) {
                    for (int lanes : new int[] {8, 16, 32, 64}) {
                        for (int inputs : new int[] {1, 2, 4, 8, 64}) {
                            all.add(new Blocking(shape, lanes, inputs, laneFastest, lanesFirst, exchanged));
                        }
                    }
                }
            }
        }
        Set<List<Integer>> seen = new HashSet<>();
        return all.stream().filter(blocking -> seen.add(blocking.sample())).toList();
    }

    /** Cells of some weights, drawn by lot: the same for blockings that are the same under two names. */
    private List<Integer> sample() {
        Random random = new Random(4);
        List<Integer> cells = new ArrayList<>();
        for (int i = 0; i < SAMPLE; i++) {
            int weight = random.nextInt(shape.inputs() * shape.outputs());
            cells.add(out(weight) * shape.inputs() + in(weight));
        }
        return cells;
    }

    /** Probes on which at least one of the blockings says that an output moves, drawn by lot. */
    static List<CellProbe> probes(List<Blocking> blockings, DenseLayout layout, int count) {
        Random random = new Random(64);
        List<CellProbe> probes = new ArrayList<>();
        while (probes.size() < count) {
            int offset = random.nextInt(layout.size());
            int weight = weight(offset, layout);
            if (weight >= 0) {
                Blocking blocking = blockings.get(random.nextInt(blockings.size()));
                probes.add(new CellProbe(offset, blocking.in(weight)));
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
        return exchanged ? inner(weight) : outer(weight);
    }

    private int in(int weight) {
        return exchanged ? outer(weight) : inner(weight);
    }

    /** Channel on the axis of the lanes. */
    private int outer(int weight) {
        int block = weight / (lanes * inputs);
        int inBlock = weight % (lanes * inputs);
        int lane = laneFastest ? inBlock % lanes : inBlock / inputs;
        int blocksAcross = (exchanged ? shape.inputs() : shape.outputs()) / lanes;
        int blocksAlong = (exchanged ? shape.outputs() : shape.inputs()) / inputs;
        return (lanesFirst ? block % blocksAcross : block / blocksAlong) * lanes + lane;
    }

    /** Channel on the axis of the block's inputs. */
    private int inner(int weight) {
        int block = weight / (lanes * inputs);
        int inBlock = weight % (lanes * inputs);
        int input = laneFastest ? inBlock / lanes : inBlock % inputs;
        int blocksAcross = (exchanged ? shape.inputs() : shape.outputs()) / lanes;
        int blocksAlong = (exchanged ? shape.outputs() : shape.inputs()) / inputs;
        return (lanesFirst ? block / blocksAcross : block % blocksAlong) * inputs + input;
    }

    /** Such as {@code 64 outputs by 4 inputs}; other orders than the claimed one are said. */
    @Override
    public String toString() {
        return lanes
                + (exchanged ? " inputs by " : " outputs by ")
                + inputs
                + (exchanged ? " output" : " input")
                + (inputs == 1 ? "" : "s")
                + (laneFastest ? ", lane fastest" : "")
                + (lanesFirst ? ", lanes first" : "");
    }
}
