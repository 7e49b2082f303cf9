package org.tensorizer.gemm;

import org.tensorizer.template.DenseTemplate;

/** Everything an {@link ExactGemm} runs on. */
record ExactGemmSetup(DenseTemplate template, ExactScale scale, ExactTiles tiles, String reason) {
    /** A template that is given. */
    static ExactGemmSetup on(DenseTemplate template, ByteMatrix weights) {
        ExactScale scale = ExactScale.of(template);
        DigitRows digits =
                new DigitRows(weights, scale, template.shape().format().hasBias());
        return new ExactGemmSetup(
                template,
                scale,
                ExactTiles.deal(
                        ExactTiles.split(
                                digits, weights.columns(), template.shape().inputs()),
                        weights.columns(),
                        template.shape()),
                "the template that was given; 1 is a weight of " + scale.weight() + " and an input " + scale.drive()
                        + " from its zero point");
    }

    ExactPlan plan(ByteMatrix weights) {
        return ExactPlan.of(weights, template.shape(), scale, tiles, reason);
    }
}
