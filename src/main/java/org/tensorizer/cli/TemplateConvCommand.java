package org.tensorizer.cli;

import java.util.Arrays;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Npy;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.compiler.RowImage;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.ConvolutionPlan;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "conv",
        description =
                "Writes a complete compiled model of one convolution, without the compiler; 1x1: a matrix product of"
                        + " many rows in one inference.",
        footer = {
            "",
            "Weights are W[out][ky][kx][in]. The rows of a matrix are the pixels of an image, row by row; its size is chosen"
                    + " by --rows or given by --height and --width.",
            "",
            "Example: tensorizer template conv --rows 1024 --in 512 --out 512 --output product_edgetpu.tflite"
        })
final class TemplateConvCommand extends FactsCommand {
    @Option(names = "--rows", paramLabel = "M", description = "Rows of the left matrix: pixels of the image.")
    private Integer rows;

    @Option(names = "--height", paramLabel = "H", description = "Rows of pixels, a multiple of 4.")
    private Integer height;

    @Option(names = "--width", paramLabel = "W", description = "Pixels of a row, a multiple of 4.")
    private Integer width;

    @Option(
            names = "--in",
            required = true,
            paramLabel = "K",
            description = "Input channels; padded to a multiple of 4.")
    private int inputs;

    @Option(names = "--out", required = true, paramLabel = "N", description = "Output channels.")
    private int outputs;

    @Option(names = "--kernel", paramLabel = "k", description = "Rows and columns of the window. Default: 1.")
    private int kernel = 1;

    @Option(names = "--stride", paramLabel = "t", description = "Pixels from one output to the next. Default: 1.")
    private int stride = 1;

    @Option(names = "--valid", description = "No padding. Default: SAME.")
    private boolean valid;

    @Option(
            names = "--format",
            paramLabel = "0..3",
            description = "Bit 0: biases, bit 1: a scale for each output channel. Default: 3.")
    private int format = 3;

    @Option(names = "--family", paramLabel = "int8|uint8", description = "Type of input and output. Default: int8.")
    private TensorType family = TensorType.INT8;

    @Option(names = "--weights", paramLabel = "W", description = "identity, zeros, random:SEED or FILE.npy (int8).")
    private String weights = "identity";

    @Option(names = "--input-scale", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private float inputScale = 1 / 128f;

    @Option(names = "--weight-scale", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private float weightScale = 1 / 127f;

    @Option(names = "--output-scale", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.")
    private float outputScale = 1 / 128f;

    @Mixin
    private Options.NewLayer made;

    @Override
    public Integer call() {
        ConvolutionModel model = model();
        NetworkProgram program = model.program();
        made.write(model.compiled(), model::source);
        ConvolutionPlan plan = program.chain().convolutions().get(0);
        PlanSummary summary = PlanSummary.of(program);
        print(new Facts()
                .put("output", made.output)
                .put("source", made.source)
                .put("layer", model.layer().describe())
                .put("image", model.height() + " x " + model.width())
                .put("rows", model.height() * model.width())
                .put("rows_padded", rows == null ? null : model.height() * model.width() - rows)
                .put("inputs", model.inputs())
                .put("inputs_padded", model.inputs() - inputs)
                .put("form", plan.form().toString())
                .put("narrow_memory_used_bytes", program.narrowBytes())
                .put("payload_bytes", program.payloadBytes())
                .put("parameter_rows", plan.parameterRows())
                .put("estimated_op_cycles", summary.cycles())
                .put("evidence", evidence()));
        return OK;
    }

    private String evidence() {
        boolean known = kernel == 3 && stride == 1 && !valid && format == 2 && made.activation == Activation.NONE;
        return known
                ? "byte-identical to the compiler's where 72 programs of this kind were compared"
                : "extrapolated: every piece is as in compiled programs, this sum of pieces was compared with none";
    }

    private ConvolutionModel model() {
        if (inputs < 1 || outputs < 1) {
            throw new BadInputException(
                    "a convolution of " + inputs + " to " + outputs + " channels: expected 1 or more of each");
        }
        if (format < 0 || format > 3) {
            throw new BadInputException("--format " + format + ": expected 0 to 3");
        }
        if (!TensorDomain.has(family)) {
            throw new BadInputException("--family " + family + ": expected int8 or uint8");
        }
        int channels = (inputs + 3) / 4 * 4;
        RowImage image = image(channels);
        ParameterFormat parameters = ParameterFormat.of(format);
        if (made.bias != null && !parameters.hasBias()) {
            throw new BadInputException("--bias: format " + format + " has none, expected 1 or 3");
        }
        int middle = 128;
        Convolution layer = new Convolution(
                outputs,
                new Window(kernel, stride, valid && kernel > 1),
                false,
                parameters,
                made.activation,
                new Quantization(inputScale, middle, weightScale, middle, outputScale, middle));
        int[] biases = !parameters.hasBias()
                ? new int[0]
                : made.bias == null ? new int[outputs] : WeightsOption.bias(made.bias, outputs);
        float[] scales = new float[parameters.isPerChannel() ? outputs : 0];
        Arrays.fill(scales, weightScale);
        return new ConvolutionModel(
                image.height(),
                image.width(),
                channels,
                layer,
                new ConvolutionPayload.Numbers(chipWeights(channels), biases, scales),
                family);
    }

    private RowImage image(int channels) {
        if (rows != null && (height != null || width != null)) {
            throw new BadInputException("--rows is --height and --width in one: expected one or the other");
        }
        if (rows == null && (height == null || width == null)) {
            throw new BadInputException("expected --rows M, or --height H and --width W");
        }
        if (rows != null && (rows < 1 || rows > 1 << 20)) {
            throw new BadInputException("--rows " + rows + ": expected 1 to " + (1 << 20));
        }
        if (rows == null) {
            return new RowImage(height, width);
        }
        try {
            return RowImage.of(rows, channels, outputs);
        } catch (DoesNotFitException full) {
            int most = most(channels);
            throw new BadInputException(
                    full.getMessage()
                            + (most == 0
                                    ? ""
                                    : "; " + most
                                            + " rows would fit, and gemm takes longer matrices in several inferences"),
                    full);
        }
    }

    /** The most rows for which an image fits, 0 if none does. */
    private int most(int channels) {
        int fits = 0;
        for (int above = rows; above - fits > 1; ) {
            int middle = (fits + above) / 2;
            try {
                RowImage.of(middle, channels, outputs);
                fits = middle;
            } catch (DoesNotFitException full) {
                above = middle;
            }
        }
        return fits;
    }

    /** W[out][ky][kx][in], the channels that fill up to a multiple of 4 being 0. */
    private byte[] chipWeights(int channels) {
        int taps = Math.multiplyExact(kernel, kernel);
        byte[] given = weights.endsWith(".npy") ? array(taps) : WeightsOption.weights(weights, shape(taps));
        byte[] padded = new byte[Math.multiplyExact(outputs * taps, channels)];
        for (int row = 0; row < outputs * taps; row++) {
            System.arraycopy(given, row * inputs, padded, row * channels, inputs);
        }
        return TensorDomain.turned(padded);
    }

    private DenseShape shape(int taps) {
        return new DenseShape(Math.multiplyExact(inputs, taps), outputs, ParameterFormat.PER_TENSOR, Activation.NONE);
    }

    private byte[] array(int taps) {
        Npy array = WeightsOption.int8(InputFile.path(weights));
        List<Integer> image = List.of(outputs, kernel, kernel, inputs);
        List<Integer> matrix = List.of(outputs, inputs * taps);
        if (!array.shape().equals(image) && !array.shape().equals(matrix)) {
            throw new BadInputException(
                    weights + ": expected shape " + image + " or " + matrix + ", found " + array.shape());
        }
        return array.data();
    }
}
