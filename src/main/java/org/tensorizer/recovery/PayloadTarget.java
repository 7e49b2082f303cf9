package org.tensorizer.recovery;

import java.util.Random;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.TensorDomain;

/**
 * A model whose parameter payload can be replaced, on a device that runs it. This is everything a recovery may know: no
 * layout, no header, no encoding.
 */
public interface PayloadTarget {
    /** What messages call the model, usually its file name. */
    String name();

    /** The model's one input. */
    Activations input();

    /** The model's one output. */
    Activations output();

    /** Rows of the kernel. The input is in the order (ky, kx, channel). */
    default int kernelHeight() {
        return 1;
    }

    /** Columns of the kernel. */
    default int kernelWidth() {
        return 1;
    }

    /** How many inputs one inference takes side by side, each with its own output. */
    default int rows() {
        return 1;
    }

    /** The payload as the model came, a fresh copy. */
    byte[] payload();

    /** Name of the device, as {@code Device.name()} gives it. */
    String device();

    /** What kind of evidence the answers are. */
    Provenance provenance();

    /**
     * Loads the model with another payload, under a parameter-caching token of its own: two sessions never share
     * weights.
     *
     * @param payload as long as {@link #payload()}; not changed while the session lives
     * @return takes {@link #rows()} inputs one behind the other, and answers with as many outputs
     * @throws org.tensorizer.device.DeviceFault if the device fails
     */
    Session open(byte[] payload);

    /**
     * The activations at one edge of a model: all that a recovery knows of its input or its output. A value is counted from
     * the zero point, as a <em>deflection</em>, so that signed and unsigned tensors look alike.
     *
     * @param channels number of elements, one byte each
     * @param domain what the bytes mean
     */
    public record Activations(int channels, TensorDomain domain) {
        public Activations {
            if (channels < 1) {
                throw new BadInputException("tensor of " + channels + " elements, expected at least 1");
            }
        }

        public Activations(int channels, boolean signed, int zeroPoint) {
            this(channels, new TensorDomain(signed, zeroPoint));
        }

        /** The most negative deflection; never positive. */
        public int lowest() {
            return domain.least() - domain.zeroPoint();
        }

        /** The most positive deflection; never negative. */
        public int highest() {
            return lowest() + 255;
        }

        /** The byte of a deflection. */
        byte toByte(int deflection) {
            if (deflection < lowest() || deflection > highest()) {
                throw new IllegalArgumentException(
                        "deflection " + deflection + " outside " + lowest() + ".." + highest());
            }
            return (byte) (deflection + domain.zeroPoint());
        }

        /** The deflection of a byte. */
        int deflection(byte value) {
            return domain.steps(value);
        }

        /** The largest deflection in size, with its sign. */
        int strongest() {
            return highest() >= -lowest() ? highest() : lowest();
        }

        /** All inputs at their zero point. */
        int[] silence() {
            return new int[channels];
        }

        /** The largest total {@link #total} can give. */
        int largestTotal() {
            return channels * Math.abs(strongest());
        }

        /** Deflections of one sign, that of the strongest, whose sizes add up to {@code size}. */
        int[] total(int size) {
            int strongest = strongest();
            int[] deflections = new int[channels];
            int left = size;
            for (int in = 0; in < deflections.length && left > 0; in++) {
                int part = Math.min(left, Math.abs(strongest));
                deflections[in] = strongest > 0 ? part : -part;
                left -= part;
            }
            if (left > 0) {
                throw new IllegalArgumentException("total deflection " + size + " of " + this);
            }
            return deflections;
        }

        /** Random signs of one size on the inputs {@code from} to {@code to - 1}, within what the input can take. */
        int[] signs(int from, int to, int size, long seed) {
            Random random = new Random(seed);
            int[] deflections = new int[channels];
            for (int in = from; in < to; in++) {
                int wanted = random.nextBoolean() ? size : -size;
                deflections[in] = Math.max(lowest(), Math.min(highest(), wanted));
            }
            return deflections;
        }

        /**
         * Inputs deflected neighbours against each other, so that partial sums stay small, and with a known total: a weight
         * zero point that moved shows as that total times its move.
         *
         * @param strength size of the deflections; below 1 the share of the inputs that are deflected, by 1
         */
        int[] balanced(double strength, int total, long seed) {
            Random random = new Random(seed);
            int[] deflections = new int[channels];
            int size = (int) Math.max(1, strength);
            int bothWays = Math.min(size, Math.min(highest(), -lowest()));
            for (int in = 0; in + 1 < deflections.length && bothWays > 0; in += 2) {
                int height = bothWays - random.nextInt(bothWays / 2 + 1);
                boolean rising = random.nextBoolean();
                if (random.nextDouble() < strength) {
                    deflections[in] = rising ? height : -height;
                    deflections[in + 1] = -deflections[in];
                }
            }
            int sign = Integer.signum(strongest());
            int end = Math.abs(strongest());
            int left = total;
            for (int tries = 0; tries < 4 * deflections.length && left > 0; tries++) {
                int in = random.nextInt(deflections.length);
                int part = Math.min(Math.min(left, size), end - sign * deflections[in]);
                deflections[in] += sign * part;
                left -= part;
            }
            return deflections;
        }
    }
}
