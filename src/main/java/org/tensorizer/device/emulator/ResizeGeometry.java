package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Resize;

/**
 * 0x05: which pixels a result lies between. Op loops 0 and 1 are the taps in x and y, two of each where it interpolates,
 * one where it takes the nearest. Positions are counted in quarters of a source pixel.
 *
 * <p>Source: whole networks that double a picture; nothing else was seen.
 */
public final class ResizeGeometry {
    private static final int QUARTERS = 4;

    /** Weight of a whole pixel on one axis: 4 quarters of 32. */
    private static final int QUARTER_WEIGHT = 32;

    private static final Resize.Axis[] AXES = {Resize.X, Resize.Y};

    private final TensorOp op;
    private final int[] tapsOf = new int[2];
    private final boolean nearest;

    ResizeGeometry(TensorOp op, int off) {
        this.op = op;
        InstructionSite at = op.site();
        nearest = at.instruction().isSet(Resize.NEAREST);
        for (int axis = 0; axis < 2; axis++) {
            at.require(at.instruction().isSet(AXES[axis].nearest()) == nearest, "one axis nearest, one not");
            tapsOf[axis] = op.rounds().loops().limits()[axis] + 1;
            at.require(tapsOf[axis] == (nearest ? 1 : 2), "%d taps", tapsOf[axis]);
        }
        at.require(
                op.reduced == 3
                        && op.lanes() == Chip.WORD_BYTES
                        && op.lanesLast == Chip.WORD_BYTES
                        && op.rounds().total() % taps() == 0
                        && op.outputs().total() * taps() == op.rounds().total()
                        && op.activations().total() == op.rounds().total(),
                "loops of a resize");
        at.require(
                op.sumsInside()
                        && op.isFresh()
                        && op.activationBytes() == 1
                        && op.weightBytes() == 2
                        && off == 6
                        && op.resultBytes() == 1
                        && !op.throughTable()
                        && !op.hasZeroPointRows()
                        && op.opcode() == Opcode.RESIZE,
                "mode of a resize");
        at.require(!nearest || op.multiplier() == 1, "multiplier %s of a copy", op.multiplier());
    }

    /** Steps of a result: 4, or 1 if it takes the nearest pixel. */
    public int taps() {
        return tapsOf[0] * tapsOf[1];
    }

    /** Byte address of the pixel (4 channels) that a step reads. */
    public int pixel(int[] activations, int step) {
        int first = step / taps() * taps();
        int address = activations[step];
        for (int axis = 0; axis < 2; axis++) {
            int position = position(axis, first);
            int whole = (nearest ? position + 2 : position) / QUARTERS;
            address += whole * op.instruction().getInt(AXES[axis].pitch());
        }
        return address;
    }

    /** Weight of the pixel that a step reads. */
    public int weight(int step) {
        if (nearest) {
            return 1;
        }
        int tap = step % taps();
        int first = step - tap;
        int weight = 1;
        for (int axis = 0; axis < 2; axis++) {
            int fraction = position(axis, first) % QUARTERS;
            boolean second = (axis == 0 ? tap % tapsOf[0] : tap / tapsOf[0]) == 1;
            weight *= QUARTER_WEIGHT * (second ? fraction : QUARTERS - fraction);
        }
        return weight;
    }

    private int position(int axis, int step) {
        Loops loops = op.rounds().loops();
        int loop = op.instruction().getInt(AXES[axis].loop());
        int round = (int) (step / loops.count(loop) % (loops.limits()[loop] + 1));
        return op.instruction().getInt(AXES[axis].start()) + op.instruction().getInt(AXES[axis].step()) * round;
    }

    /** 0x05. */
    static final class Kernel extends OpKernel {
        private final int[] pixels;
        private final int[] weights;

        Kernel(Operation operation) {
            super(operation);
            int first = operation.from();
            pixels = new int[operation.to() - first];
            weights = new int[pixels.length];
            for (int k = 0; k < pixels.length; k++) {
                pixels[k] = op.resize().pixel(operation.activations(), first + k);
                weights[k] = op.resize().weight(first + k);
            }
        }

        @Override
        void run(Inference inference) {
            int taps = op.resize().taps();
            int[] outputs = operation.outputs();
            for (int index = 0; index < operation.width(); index++) {
                byte[] narrow = inference.narrow[operation.tile(index)];
                int first = operation.from() / taps;
                for (int result = first; result < operation.to() / taps; result++) {
                    for (int channel = 0; channel < Chip.WORD_BYTES; channel++) {
                        int sum = 0;
                        for (int k = (result - first) * taps; k < (result - first + 1) * taps; k++) {
                            sum += weights[k] * (narrow[pixels[k] + channel] & 0xff);
                        }
                        narrow[outputs[result] + channel] = (byte) Math.rint(sum * op.multiplier());
                    }
                }
            }
        }
    }
}
