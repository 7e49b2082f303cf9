package org.tensorizer.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.EdgeTpuCompiler;
import org.tensorizer.template.SourceModelWriter;
import org.tensorizer.template.TemplateVerification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "dense",
        description = "Writes a complete compiled model of one Dense layer y = act(W x + b), without the compiler.",
        footer = {
            "",
            "Examples:",
            "  tensorizer template dense --size 1024 --output dense_1024_edgetpu.tflite",
            "  tensorizer template dense --inputs 784 --outputs 128 --bias random:1 --activation relu --output l.tflite"
        })
final class TemplateDenseCommand extends FactsCommand {
    /** What tensors and weights are quantized to. */
    enum Family {
        INT8,
        UINT8
    }

    @Option(names = "--size", paramLabel = "N", description = "N inputs and N outputs.")
    private Integer size;

    @Option(names = "--inputs", paramLabel = "N", description = "Input channels, where they differ from the outputs.")
    private Integer inputs;

    @Option(names = "--outputs", paramLabel = "N", description = "Output channels.")
    private Integer outputs;

    @Option(
            names = "--family",
            paramLabel = "int8|uint8",
            description = "int8: int8 tensors, one weight scale. uint8: uint8 tensors, a weight scale for each output."
                    + " Default: int8.")
    private Family family = Family.INT8;

    @Option(names = "--weights", paramLabel = "W", description = WeightsOption.WEIGHTS + ". Default: identity.")
    private String weights = "identity";

    @Mixin
    private QuantizationOptions quantization;

    @Option(names = "--token", paramLabel = "HEX", description = "Fixed parameter-caching token. Default: a fresh one.")
    private String token;

    @Option(names = "--compile", description = "Also run edgetpu_compiler on the source and compare, where installed.")
    private boolean compile;

    @Mixin
    private Options.NewLayer made;

    @Override
    public Integer call() {
        if (compile) {
            if (made.source == null) {
                throw new BadInputException("--compile: expected --source F2, the model that edgetpu_compiler takes");
            }
            EdgeTpuCompiler.require();
        }
        DenseSpec layer = spec();
        byte[] compiled = CompiledModelWriter.write(layer);
        made.write(compiled, () -> SourceModelWriter.write(layer));
        DenseTemplate template = DenseTemplate.of(TfliteModel.parse(made.output.toString(), compiled));
        Facts facts = new Facts()
                .put("output", made.output)
                .put("bytes", compiled.length)
                .put("source", made.source)
                .put("token", ModelFacts.token(template.token()));
        facts.putAll(TemplateFacts.of(template));
        int status = OK;
        if (compile) {
            TemplateVerification verification = compiled(facts);
            facts.put("against_ours", TemplateFacts.of(verification));
            status = verification.isProgramSame() ? OK : REFUTED;
        }
        print(facts);
        return status;
    }

    /** Runs edgetpu_compiler on the source model, beside which its own compile is left. */
    private TemplateVerification compiled(Facts facts) {
        Path folder = made.source.toAbsolutePath().getParent();
        EdgeTpuCompiler.Compilation compilation =
                EdgeTpuCompiler.require().compile(made.source, folder, Duration.ofMinutes(3));
        facts.put("compiler", TemplateFacts.of(compilation));
        return TemplateVerification.of(TfliteModel.read(compilation.model()));
    }

    private DenseSpec spec() {
        DenseShape shape = shape();
        ShapeStatus.of(shape).require();
        TensorType type = family == Family.INT8 ? TensorType.INT8 : TensorType.UINT8;
        DenseSpec.Builder layer = DenseSpec.of(shape).type(type).weights(WeightsOption.weights(weights, shape));
        quantization.apply(layer, shape, type);
        if (made.bias != null) {
            layer.bias(WeightsOption.bias(made.bias, shape.outputs()));
        }
        if (token != null) {
            layer.token(token(token));
        }
        return layer.build();
    }

    private DenseShape shape() {
        if (size != null && (inputs != null || outputs != null)) {
            throw new BadInputException("--size is --inputs and --outputs in one: expected one or the other");
        }
        if (size == null && (inputs == null || outputs == null)) {
            throw new BadInputException("expected --size N, or --inputs N and --outputs N");
        }
        int in = size == null ? inputs : size;
        int out = size == null ? outputs : size;
        if (in < 1 || out < 1) {
            throw new BadInputException("a layer of " + in + " inputs and " + out + " outputs: expected 1 or more");
        }
        return new DenseShape(in, out, ParameterFormat.of(family == Family.UINT8, made.bias != null), made.activation);
    }

    static long token(String token) {
        try {
            return Long.parseUnsignedLong(token.startsWith("0x") ? token.substring(2) : token, 16);
        } catch (NumberFormatException e) {
            throw new BadInputException("--token " + token + ": expected up to 16 hexadecimal digits", e);
        }
    }

    /** Scales and zero points of a Dense layer; the defaults are the identity template's. */
    private static final class QuantizationOptions {
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
                float[] same = new float[shape.outputs()];
                Arrays.fill(same, weightScale);
                spec.weightScales(weightScales == null ? same : WeightsOption.scales(weightScales, shape.outputs()));
            } else if (weightScales != null) {
                throw new BadInputException("--weight-scales: the format " + shape.format() + " has one scale for all");
            }
        }

        /** Executables hold zero points in the unsigned domain. */
        private static int unsigned(String option, Integer zeroPoint, TensorType type) {
            if (zeroPoint == null) {
                return 128;
            }
            int low = type == TensorType.INT8 ? -128 : 0;
            if (zeroPoint < low || zeroPoint > low + 255) {
                throw new BadInputException(option + " " + zeroPoint + ": expected " + low + ".." + (low + 255)
                        + " for " + type + " tensors");
            }
            return zeroPoint - low;
        }
    }
}
