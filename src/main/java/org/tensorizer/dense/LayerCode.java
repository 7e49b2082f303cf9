package org.tensorizer.dense;

/**
 * Computes a layer whose whole input stands from narrow word 0 on, on every tile that has outputs of it: the reader of
 * the header rows, if there are any, and the tensor op. A short last tile gets a tensor op of its own.
 */
final class LayerCode {
    private final PlacedLayer layer;
    private final Quantization quantization;

    LayerCode(PlacedLayer layer, Quantization quantization) {
        this.layer = layer;
        this.quantization = quantization;
    }

    void emit(ProgramBuilder program) {
        Partition outputs = layer.outputs();
        if (layer.shape().format().headerRows() > 0) {
            program.add(readHeader());
        }
        OutputPart.of(outputs).forEach(part -> program.add(tensorOp(part)));
    }

    /**
     * Header rows of the group to the tile's channel registers. The walk of the destination is a constant of each format
     * and not understood; the tensor op names the row of the zero points itself.
     */
    private Instruction readHeader() {
        ParameterFormat format = layer.shape().format();
        boolean twoRows = format == ParameterFormat.PER_CHANNEL_BIAS;
        Instruction reader = Instruction.of(Variant.WIDE_PARAMETERS)
                .set("tiles", layer.outputs().mask());
        Loops.of(reader, "rows").base(layer.firstRow()).move(1, twoRows ? 2 : 1).done();
        Loops.of(reader, "words")
                .base(format == ParameterFormat.PER_TENSOR_BIAS ? 64 : 0)
                .move(1, 32)
                .move(33, twoRows ? 2 : 1)
                .done();
        return reader.set("words.window.on", 2)
                .set("words.window.length", 64)
                .set("wait", -1)
                .set("wait.step", 1)
                .set("to.channels", 1)
                .set("segments", 1);
    }

    private Instruction tensorOp(OutputPart part) {
        Instruction op = Instruction.of(Variant.TENSOR)
                .set("tiles", part.tiles())
                .set("input.limit", layer.inputWords() - 1L)
                .set("group.limit", groups() - 1L);
        walks(op, part);
        header(op);
        quantize(op);
        return op;
    }

    private int groups() {
        return layer.outputs().groupsPerTile();
    }

    private void walks(Instruction op, OutputPart part) {
        int inputWords = layer.inputWords();
        int words = PlacedLayer.words(part.channels());
        int groupWords = Math.min(PlacedLayer.words(DenseShape.GROUP), words);
        int fullGroupWords =
                PlacedLayer.words(Math.min(DenseShape.GROUP, layer.shape().outputs()));

        // The whole input, once for each group. The two loops between never step; what they are for is not known.
        Loops.of(op, "activations")
                .base(0)
                .move(1, inputWords)
                .move(1, 1)
                .move(1, 1)
                .repeat(groups())
                .done();

        // The words of a group, then the next group. The loop between never steps: a wider tensor's next position.
        Loops.of(op, "outputs")
                .base(layer.outputWord())
                .move(1, groupWords)
                .move(PlacedLayer.words(DenseShape.GROUP) * (groups() - 1) + 1L, 1)
                .move(fullGroupWords - (groupWords - 1L), groups())
                .done();

        Loops weights = Loops.of(op, "weights").base(layer.weightRow()).move(1, inputWords);
        (groups() > 1 ? weights.move(1, groups()) : weights).done();

        Loops.of(op, "accumulator").move(0, inputWords).move(0, groups());
        int several = groups() > 1 ? 1 : 0;
        op.set("several.1514", several).set("several.1519", several);

        int lanes = groups() > 1 ? DenseShape.GROUP : words * DenseShape.INPUTS_PER_ROW;
        op.set("lanes.a", lanes - 1L).set("lanes.b", lanes - 1L);
    }

    /** Where bias and zero points stand in the header; constants of each format. */
    private void header(Instruction op) {
        ParameterFormat format = layer.shape().format();
        int header = format.headerRows() > 0 ? 1 : 0;
        op.set("format", format.code())
                .set("header.1580", 0x4b * header)
                .set("header.1602", header)
                .set("header.1618", header);
        if (format.isPerChannel()) {
            int zeroPointRow = format.headerRows() - 1;
            op.set("per-channel", 1)
                    .set("header.zero-point-row", zeroPointRow)
                    .set("header.bias-row", 1)
                    .set("header.zero-point-row2", zeroPointRow);
        }
    }

    private void quantize(Instruction op) {
        boolean perChannel = layer.shape().format().isPerChannel();
        Activation activation = layer.shape().activation();
        float multiplier = perChannel ? 1f : Requantization.multiplier(quantization);
        op.set("input.zero-point", quantization.inputZeroPoint())
                .set("weight.zero-point", perChannel ? 0 : quantization.weightZeroPoint())
                .set("output.zero-point", quantization.outputZeroPoint())
                .set("multiplier", bits(multiplier))
                .set("clamp.max", bits(Requantization.clampMax(quantization, activation)))
                .set("clamp.min", bits(Requantization.clampMin(quantization, activation)));
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xffffffffL;
    }
}
