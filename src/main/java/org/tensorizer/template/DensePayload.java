package org.tensorizer.template;

import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.Requantization;
import org.tensorizer.layout.DenseHeader;
import org.tensorizer.layout.DenseLayout;

/** Brings the numbers of a {@link DenseSpec} into the order of the payload. */
final class DensePayload {
    private DensePayload() {}

    /**
     * @param file array that holds the payload, its bytes zero
     * @param at index of the payload's first byte
     */
    static void write(DenseSpec spec, byte[] file, int at) {
        DenseLayout layout = DenseLayout.of(spec.shape());
        DenseHeader header = layout.header();
        layout.clear(file, at);
        if (header.hasScales()) {
            Quantization q = spec.quantization();
            header.setScales(
                    file, at, Requantization.channelScales(q.inputScale(), spec.weightScales(), q.outputScale()));
        }
        if (header.hasBias()) {
            header.setBiases(file, at, spec.bias());
        }
        layout.pack(spec.weightsInPlace(), file, at);
    }
}
