package org.tensorizer.device.emulator;

import org.tensorizer.isa.Chip;

/** 0x05. */
final class ResizeKernel extends OpKernel {
    private final int[] pixels;
    private final int[] weights;

    ResizeKernel(Operation operation) {
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
