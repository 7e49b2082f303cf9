package org.tensorizer.tools.latency;

import org.tensorizer.device.TensorSpec;

/**
 * The largest output and where it stands. Where several are largest the last one wins, as in the published runs: a
 * classifier whose whole output is 0 gives index 1000 of 1001 there (source: coral-usb-oxidized, tensorizer_mvp.md).
 *
 * @param index of the output element
 * @param score its value in the tensor's own domain, -128 to 127 or 0 to 255
 */
public record Argmax(int index, int score) {
    /** @param spec of the output: INT8 counts as signed, everything else byte for byte as unsigned */
    public static Argmax of(TensorSpec spec, byte[] output) {
        if (output.length == 0) {
            throw new IllegalArgumentException("output " + spec.name() + " is empty");
        }
        boolean signed = spec.type().equals("INT8");
        Argmax best = new Argmax(0, Integer.MIN_VALUE);
        for (int i = 0; i < output.length; i++) {
            int value = signed ? output[i] : output[i] & 0xff;
            if (value >= best.score) {
                best = new Argmax(i, value);
            }
        }
        return best;
    }
}
