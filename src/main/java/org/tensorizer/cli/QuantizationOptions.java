package org.tensorizer.cli;

import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.DenseSpec;
import picocli.CommandLine.Option;

/** Scales and zero points of a Dense layer; the defaults are the identity template's. */
final class QuantizationOptions {
    @Option(names = "--input-scale", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private float inputScale = DenseSpec.IDENTITY.inputScale();

    @Option(
            names = "--input-zero-point",
            paramLabel = "Z",
            description = "In the tensor's own domain: -128..127 for int8, 0..255 for uint8. Default: the middle.")
    private Integer inputZeroPoint;

    @Option(names = "--weight-scale", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private float weightScale = DenseSpec.IDENTITY.weightScale();

    @Option(
            names = "--weight-scales",
            paramLabel = "FILE.npy",
            description = "Per-channel formats: float32, one for each output. Default: --weight-scale for all.")
    private String weightScales;

    @Option(names = "--output-scale", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private float outputScale = DenseSpec.IDENTITY.outputScale();

    @Option(names = "--output-zero-point", paramLabel = "Z", description = "As for the input.")
    private Integer outputZeroPoint;

    void apply(DenseSpec.Builder spec, DenseShape shape, TensorType type) {
        spec.quantization(new Quantization(
                inputScale,
                unsigned("--input-zero-point", inputZeroPoint, type),
                weightScale,
                Quantization.WEIGHT_ZERO_POINT,
                outputScale,
                unsigned("--output-zero-point", outputZeroPoint, type)));
        if (shape.format().isPerChannel()) {
            spec.weightScales(weightScales == null ? repeated(shape.outputs()) : scales(shape));
        } else if (weightScales != null) {
            throw new BadInputException("--weight-scales: the format " + shape.format() + " has one scale for all");
        }
    }

    private float[] scales(DenseShape shape) {
        return WeightsOption.scales(weightScales, shape.outputs());
    }

    private float[] repeated(int outputs) {
        float[] scales = new float[outputs];
        java.util.Arrays.fill(scales, weightScale);
        return scales;
    }

    /** Executables hold zero points in the unsigned domain. */
    private static int unsigned(String option, Integer zeroPoint, TensorType type) {
        if (zeroPoint == null) {
            return 128;
        }
        int low = type == TensorType.INT8 ? -128 : 0;
        if (zeroPoint < low || zeroPoint > low + 255) {
            throw new BadInputException(
                    option + " " + zeroPoint + ": expected " + low + ".." + (low + 255) + " for " + type + " tensors");
        }
        return zeroPoint - low;
    }
}
