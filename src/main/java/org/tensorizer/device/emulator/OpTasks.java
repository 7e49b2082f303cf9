package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.TileCounter;

/** The op unit: ops and loads of the function table. */
final class OpTasks {
    private OpTasks() {}

    /** 0x19. */
    static final class Table extends Tile.Task {
        private final TableLoad load;
        private boolean done;

        Table(TableLoad load, Tile tile, StepRecorder recorder) {
            super(tile, recorder);
            this.load = load;
        }

        @Override
        boolean advance() {
            recorder.add(new LinkedStep.Table(load, tile.number));
            tile.hasTable = true;
            done = true;
            return true;
        }

        @Override
        boolean isDone() {
            return done;
        }
    }

    /** 0x01, 0x02, 0x03, 0x05. */
    static final class Run extends Tile.Task {
        private final TensorOp op;
        private final OpShape shape;
        private final int run;
        private final Operation.Halves halves;
        private final int[] sums;
        private final boolean[] begun;
        private int section;
        private int group = -1;
        private Operation.GroupParameters parameters = Operation.GroupParameters.NONE;
        private int completed;

        Run(TensorOp op, int run, Tile tile, StepRecorder recorder) {
            super(tile, recorder);
            this.op = op;
            this.run = run;
            shape = op.shape();
            op.site().require(!op.throughTable() || tile.hasTable, "no function table loaded");
            boolean resizes = op.resize() != null;
            halves = new Operation.Halves(
                    tile.enter(Tile.Unit.OP, Tile.Window.ACTIVATIONS, op.activations()),
                    tile.enter(Tile.Unit.OP, Tile.Window.OUTPUTS, op.outputs()),
                    resizes ? 0 : tile.enter(Tile.Unit.OP, Tile.Window.WEIGHTS, op.weights()));
            sums = op.sums().addresses(0);
            begun = op.isFresh() ? null : new boolean[shape.results()];
        }

        @Override
        boolean advance() {
            int first = section;
            Operation.Operand operand = new Operation.Operand();
            while (section < shape.sections() && !tile.waits(op.waits, op.rounds(), shape.edge(section))) {
                takeSection(operand);
                section++;
            }
            if (section == first) {
                return false;
            }
            Operation operation = new Operation(op, run, halves, first, section);
            operation.add(tile.number, operand);
            recorder.addOperation(operation);
            return true;
        }

        private void takeSection(Operation.Operand operand) {
            int from = shape.edge(section);
            int to = shape.edge(section + 1);
            if (op.resize() != null) {
                operand.sections.add(new RowBytes[0]);
            } else {
                if (op.hasGroupParameters() && shape.group(from) != group) {
                    parameters = parameters(shape.group(from));
                }
                group = shape.group(from);
                operand.groups.put(group, parameters);
                if (begun != null) {
                    takeSums(operand, from, to);
                }
                int[] rows = shape.rows(halves.weights())[section];
                RowBytes[] bytes = new RowBytes[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    bytes[i] = tile.take(op.site(), rows[i]);
                }
                operand.sections.add(bytes);
            }
            if (op.weights().total() == shape.steps()) {
                tile.count(TileCounter.PARAMETERS.id(), op.weights(), op.signalWeights, from, to);
            }
            complete(operand, to);
        }

        /** Results that are complete after so many steps. */
        private void complete(Operation.Operand operand, int steps) {
            int before = completed;
            completed = shape.completed(steps);
            if (!op.sumsInside()) {
                for (int result = before; result < completed; result++) {
                    int row = sums[shape.last(result)] / Chip.WORD_BYTES;
                    RowBytes bytes = recorder.newRow(shape.lanes(result) * Chip.WORD_BYTES);
                    tile.forgetUnread(row);
                    tile.put(op.site(), row, bytes, false);
                    operand.sumsAfter.put(result, bytes);
                }
            }
            tile.count(
                    TileCounter.AVDATA.id(),
                    op.outputs(),
                    op.signalOutputs,
                    shape.firstWord(before),
                    shape.firstWord(completed));
        }

        private void takeSums(Operation.Operand operand, int from, int to) {
            for (int k = from; k < to; k++) {
                int result = shape.result(k);
                if (!begun[result]) {
                    begun[result] = true;
                    RowBytes row = tile.take(op.site(), sums[k] / Chip.WORD_BYTES);
                    op.site()
                            .require(
                                    row.length() >= shape.lanes(result) * Chip.WORD_BYTES,
                                    "goes on with sums that nobody wrote, row %d",
                                    sums[k] / Chip.WORD_BYTES);
                    operand.sumsBefore.put(result, row);
                }
            }
        }

        private Operation.GroupParameters parameters(int ofGroup) {
            int bytes = shape.groupLanes(ofGroup) * Chip.WORD_BYTES;
            RowBytes bias = null;
            RowBytes scale = null;
            RowBytes zeroPoints = null;
            if (op.hasBiases() || op.hasScales()) {
                int set = tile.nextGroupSet() * Chip.SCALING_UNITS / 4;
                bias = op.hasBiases() ? tile.registers(op.site(), Chip.SCALING_UNITS / 2 + set, bytes) : null;
                scale = op.hasScales() ? tile.registers(op.site(), set, bytes) : null;
            }
            if (op.hasZeroPointRows()) {
                int row = op.zeroPointRow(ofGroup);
                zeroPoints = tile.take(op.site(), row);
                op.site()
                        .require(
                                zeroPoints.length() >= bytes,
                                "zero points of row %d, of which %d bytes were written",
                                row,
                                zeroPoints.length());
            }
            return new Operation.GroupParameters(bias, scale, zeroPoints);
        }

        @Override
        boolean isDone() {
            return section == shape.sections();
        }
    }
}
