package org.tensorizer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.transplant.AssembledNetwork;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchedLayer;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.LayerTemplate;

/** Convolutions as templates: read from their programs alone, patched by pattern and region, predicted exactly. */
class ConvolutionTemplateTest {
    private static LayerTemplate template(
            int height, int width, int inputs, int outputs, Window window, boolean depthwise, int format) {
        Random random = new Random(31L * height + outputs);
        ParameterFormat parameters = ParameterFormat.of(format);
        int taps = window.kernel() * window.kernel();
        byte[] weights = new byte[outputs * taps * (depthwise ? 1 : inputs)];
        random.nextBytes(weights);
        float[] scales = new float[parameters.isPerChannel() ? outputs : 0];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = 0.005f + random.nextFloat() * 0.01f;
        }
        int[] bias = parameters.hasBias() ? random.ints(outputs, -5000, 5000).toArray() : new int[0];
        TensorType type = format % 2 == 0 ? TensorType.INT8 : TensorType.UINT8;
        int weightZero = parameters.isPerChannel() ? 128 : 120;
        Quantization q = new Quantization(0.02f, 131, 0.01f, weightZero, 0.3f, 122);
        ConvolutionModel model = new ConvolutionModel(
                height,
                width,
                inputs,
                new Convolution(outputs, window, depthwise, parameters, Activation.RELU6, q),
                new ConvolutionPayload.Numbers(weights, bias, scales),
                type);
        return TemplateReader.of(TfliteModel.parse("convolution", model.compiled()));
    }

    private static byte[] answer(TfliteModel model, byte[] input) {
        try (EmulatorDevice device = new EmulatorDevice();
                Session session = device.open(model)) {
            return session.run(input);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "8, 8, 16, 24, 1, 1, false, false, 3",
        "4, 4, 64, 100, 1, 1, false, false, 3",
        "16, 8, 64, 72, 1, 1, false, false, 0",
        "8, 12, 32, 8, 1, 1, false, false, 1",
        "8, 8, 32, 66, 3, 1, false, false, 2",
        "12, 8, 8, 16, 3, 2, false, false, 3",
        "12, 12, 8, 16, 5, 1, true, false, 1",
        "8, 8, 32, 32, 3, 1, false, true, 3",
        "16, 16, 24, 24, 3, 2, false, true, 1",
    })
    void theAnswerIsPredictedAlsoAfterAPatch(
            int height,
            int width,
            int inputs,
            int outputs,
            int kernel,
            int stride,
            boolean valid,
            boolean depthwise,
            int format) {
        LayerTemplate template =
                template(height, width, inputs, outputs, new Window(kernel, stride, valid), depthwise, format);
        byte[] input = random(template.window().inputBytes());
        assertThat(answer(template.target().model(), input)).isEqualTo(template.expected(input));
        for (Patch patch : new Patch[] {
            Patch.of(Pattern.identity()),
            Patch.of(Pattern.matrix(random(template.layer().layout().weights()))),
            Patch.of(Region.row(outputs - 1), Pattern.constant(-77)),
            Patch.of(Region.parse("kernel:0,0"), Pattern.xor(255)),
            Patch.of(Region.parse("row:3+channels:0-1"), Pattern.byteValue(255)),
        }) {
            PatchedModel patched = PatchedModel.of(template.target(), patch);
            assertThat(patched.record().payloadBytesChanged())
                    .as(patch.toString())
                    .isPositive();
            LayerTemplate again = TemplateReader.of(patched.model("patched"));
            assertThat(answer(again.target().model(), input))
                    .as(patch.toString())
                    .isEqualTo(again.expected(input));
        }
    }

    /** A tap beside the middle moves the image; the edge is the zero point. */
    @Test
    void theIdentityUnderATapMovesTheImage() {
        LayerTemplate template = template(8, 8, 8, 8, new Window(3, 1, false), false, 2);
        LayerTemplate moved = TemplateReader.of(PatchedModel.of(template.target(), Patch.of(Pattern.identity(0, 2)))
                .model("moved"));
        byte[] input = new byte[512];
        TensorDomain domain = moved.inputDomain();
        Arrays.fill(input, domain.zero());
        input[(4 * 8 + 3) * 8 + 5] = 100;
        byte[] before = answer(template.target().model(), input);
        assertThat(before).hasSize(512);
        byte[] after = answer(moved.target().model(), input);
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i] != moved.outputDomain().zero()).isEqualTo(i == (5 * 8 + 2) * 8 + 5);
        }
    }

    @Test
    void everyWeightOfAPatchStandsWhereTheLayoutSays() {
        LayerTemplate template = template(8, 8, 32, 66, new Window(3, 1, false), false, 2);
        PatchedLayer layer = template.layer();
        PatchedModel patched =
                PatchedModel.of(template.target(), Patch.of(Region.cell(65, 2, 1, 30), Pattern.xor(0x41)));
        byte[] before = template.target().model().copy();
        int start = template.target().payload().start() + layer.at();
        int different = 0;
        for (int i = 0; i < layer.layout().size(); i++) {
            if (before[start + i] != patched.bytes()[start + i]) {
                assertThat(layer.layout().role(i)).isEqualTo(new ByteRole.Weight(65, 2, 1, 30));
                different++;
            }
        }
        assertThat(different).isEqualTo(1);
    }

    @Test
    void regionsAndPatternsThatDoNotFitNameTheLayer() {
        LayerTemplate template = template(8, 8, 16, 24, new Window(3, 1, false), false, 2);
        for (Patch patch : new Patch[] {
            Patch.of(Region.cell(1, 1), Pattern.constant(1)),
            Patch.of(Region.cell(24, 0, 0, 1), Pattern.constant(1)),
            Patch.of(Region.parse("kernel:3,0"), Pattern.constant(1)),
            Patch.of(Region.parse("channels:8-17"), Pattern.constant(1)),
        }) {
            assertThatThrownBy(() -> PatchedModel.of(template.target(), patch))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("CONV_2D 3x3x16 -> 24");
        }
        assertThatThrownBy(() -> PatchedModel.of(template.target(), Patch.of(Pattern.matrix(new byte[24 * 16]))))
                .hasMessageContaining("24 x 3 x 3 x 16");
    }

    @Test
    void denseModelsAreTemplatesOfOnePixelAndNetworksAreNone() {
        TfliteModel dense = TfliteModel.read(Fixture.compiled());
        LayerTemplate template = TemplateReader.of(dense);
        assertThat(template).isInstanceOf(DenseTemplate.class);
        assertThat(template.window().outputBytes()).isEqualTo(256);
        TfliteModel two = AssembledNetwork.compiled(1, true);
        assertThatThrownBy(() -> TemplateReader.of(two)).hasMessageContaining("found 2 layers");
    }
}
