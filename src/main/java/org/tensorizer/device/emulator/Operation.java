package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Some steps of an op (0x01, 0x02, 0x03, 0x05) on some tiles, between two points where it could have had to wait: one or
 * more sections of its {@link OpShape}. All sections of one execution of an instruction have one {@link #run()}.
 */
public final class Operation implements LinkedStep {
    /**
     * What the op reads of wide memory on one tile.
     *
     * <p>Rows of a section are those of {@link OpShape#rows}, in that order.
     */
    static final class Operand {
        final List<RowBytes[]> sections = new ArrayList<>();
        final Map<Integer, GroupParameters> groups = new TreeMap<>();
        final Map<Integer, RowBytes> sumsBefore = new TreeMap<>();
        final Map<Integer, RowBytes> sumsAfter = new TreeMap<>();

        void append(Operand next) {
            sections.addAll(next.sections);
            groups.putAll(next.groups);
            sumsBefore.putAll(next.sumsBefore);
            sumsAfter.putAll(next.sumsAfter);
        }
    }

    /**
     * Values by lane of a channel group; null where the op has one for all.
     *
     * @param bias int32, little-endian
     * @param scale float32, little-endian
     * @param zeroPoints uint32, little-endian
     */
    public record GroupParameters(RowBytes bias, RowBytes scale, RowBytes zeroPoints) {
        static final GroupParameters NONE = new GroupParameters(null, null, null);

        /** Whether biases and scales are the same in every inference. */
        boolean isConstant() {
            return (bias == null || bias.isConstant()) && (scale == null || scale.isConstant());
        }
    }

    /** Halves of windows that the walks start in. */
    record Halves(int activations, int outputs, int weights) {}

    private final TensorOp op;
    private final int run;
    private final Halves halves;
    private final int firstSection;
    private int endSection;
    private final List<Integer> tiles = new ArrayList<>();
    private final List<Operand> operands = new ArrayList<>();

    Operation(TensorOp op, int run, Halves halves, int firstSection, int endSection) {
        this.op = op;
        this.run = run;
        this.halves = halves;
        this.firstSection = firstSection;
        this.endSection = endSection;
    }

    void add(int tile, Operand operand) {
        tiles.add(tile);
        operands.add(operand);
    }

    /** Whether that does the same sections on other tiles. */
    boolean isSame(Operation that) {
        return run == that.run
                && halves.equals(that.halves)
                && firstSection == that.firstSection
                && endSection == that.endSection;
    }

    /** Appends the sections that follow on the same tiles; false if that are other ones. */
    boolean extend(Operation next) {
        if (run != next.run
                || !halves.equals(next.halves)
                || endSection != next.firstSection
                || !tiles.equals(next.tiles)) {
            return false;
        }
        endSection = next.endSection;
        for (int i = 0; i < operands.size(); i++) {
            operands.get(i).append(next.operands.get(i));
        }
        return true;
    }

    public TensorOp op() {
        return op;
    }

    /** Number of the execution of the instruction: sections with the same number and tile share sums. */
    public int run() {
        return run;
    }

    public List<Integer> tiles() {
        return List.copyOf(tiles);
    }

    /** Number of tiles. */
    public int width() {
        return tiles.size();
    }

    public int tile(int index) {
        return tiles.get(index);
    }

    /** First step. */
    public int from() {
        return op.shape().edge(firstSection);
    }

    /** Step after the last. */
    public int to() {
        return op.shape().edge(endSection);
    }

    /** Byte address of the activations of each step of the whole op; null if it reads none. */
    public int[] activations() {
        return op.activations() == null ? null : op.activations().addresses(halves.activations());
    }

    /** Byte address of each word of results of the whole op. */
    public int[] outputs() {
        return op.outputs().addresses(halves.outputs());
    }

    /** The weight row of a step on the tile of that index; null in a resize. */
    public RowBytes row(int index, int step) {
        RowBytes[] rows = operands.get(index).sections.get(op.shape().section(step) - firstSection);
        return rows.length == 0 ? null : rows[op.shape().rowIndex(halves.weights())[step]];
    }

    /** Whether two steps surely read the same row: the same one of the same section. */
    boolean isSameRow(int step, int other) {
        int[] index = op.shape().rowIndex(halves.weights());
        return index[step] == index[other]
                && op.shape().section(step) == op.shape().section(other);
    }

    /** Quarter of the weight row that a step reads, 0 to 3. */
    public int quarter(int step) {
        return op.weights().addresses(halves.weights())[step] & 3;
    }

    /** Parameters of a channel group on the tile of that index. */
    public GroupParameters parameters(int index, int group) {
        return operands.get(index).groups.getOrDefault(group, GroupParameters.NONE);
    }

    /** The sums that a result begins with on the tile of that index; null if it begins with 0 or did so in earlier steps. */
    public RowBytes sumsBefore(int index, int result) {
        return operands.get(index).sumsBefore.get(result);
    }

    /** The row that the sums of a completed result go to on the tile of that index; null if they stay inside. */
    public RowBytes sumsAfter(int index, int result) {
        return operands.get(index).sumsAfter.get(result);
    }

    Operand operand(int index) {
        return operands.get(index);
    }

    Halves halves() {
        return halves;
    }

    int firstSection() {
        return firstSection;
    }

    int endSection() {
        return endSection;
    }

    @Override
    public String toString() {
        return op + " steps " + from() + ".." + (to() - 1) + " on tiles " + tiles;
    }
}
