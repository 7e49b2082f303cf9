package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Fixture;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.TemplateReader;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.KernelWindow;
import org.tensorizer.template.LayerTemplate;

/** Recovery through TFLite and the emulated chip: compiled templates, own and the compiler's. */
class EmulatorRecoveryTest {
    private static final Path FIXTURES = Path.of("fixtures", "templates");
    private static final String FORMULA = "offset = (out/64)*%d + %s(in/4)*256 + (out%%64)*4 + in%%4";

    private static RecoveredLayout recover(Path file, ChipParameters chip) {
        return recover(TfliteModel.read(file), chip);
    }

    private static RecoveredLayout recover(TfliteModel model, ChipParameters chip) {
        RecoveredLayout layout = Recovery.of(new ModelTarget(model, new EmulatorDevice(chip, true)))
                .run();
        assertThat(layout.isComplete()).as("%s", layout.roleCounts()).isTrue();
        assertThat(layout.budget().ratio()).isLessThanOrEqualTo(1.5);
        assertThat(layout.provenance()).isEqualTo(Provenance.EMULATED);
        return layout;
    }

    @Test
    void identityTemplate() {
        RecoveredLayout layout =
                recover(FIXTURES.resolve("dense_256_int8_identity_edgetpu.tflite"), ChipParameters.EDGE_TPU);
        assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(16384, ""));
        assertThat(layout.budget().bound()).isEqualTo(512);
    }

    /** The fixture, the same program as the compiler's own; and that, if it is there. */
    @ParameterizedTest
    @MethodSource("perChannel")
    void perChannelTemplate(TfliteModel model) {
        RecoveredLayout layout = recover(model, ChipParameters.EDGE_TPU);
        assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(16896, "512 + "));
        assertThat(layout.headers()).containsKeys("scale", "zero_point");
    }

    static Stream<TfliteModel> perChannel() {
        return Stream.concat(Stream.of(TfliteModel.read(Fixture.compiled())), DenseTwin.DENSE_256.real().stream());
    }

    @Test
    @Tag("long")
    void theCompilersOwn1024() {
        for (TfliteModel model : DenseTwin.DENSE_1024.models()) {
            RecoveredLayout layout = recover(model, ChipParameters.EDGE_TPU);
            assertThat(layout.formula().orElseThrow().formula()).hasToString(FORMULA.formatted(66048, "512 + "));
        }
    }

    /** Header words of lanes that exist only to fill a row up have no effect anybody could see. */
    @Test
    void aPaddedTemplateWithScalesAndBiases() {
        DenseShape shape = new DenseShape(128, 70, ParameterFormat.PER_CHANNEL_BIAS, Activation.NONE);
        Random random = new Random(4);
        byte[] weights = new byte[128 * 70];
        random.nextBytes(weights);
        float[] scales = new float[70];
        for (int out = 0; out < scales.length; out++) {
            scales[out] = 4e-4f + out * 1e-6f;
        }
        TfliteModel model = TfliteModel.parse(
                "padded",
                CompiledModelWriter.write(DenseSpec.of(shape)
                        .weights(weights)
                        .weightScales(scales)
                        .bias(random.ints(70, -20_000, 20_000).toArray())
                        .build()));
        RecoveredLayout layout =
                Recovery.of(new ModelTarget(model, new EmulatorDevice())).run();
        assertThat(layout.isComplete()).isTrue();
        DenseLayout known = DenseLayout.of(shape);
        for (int offset = 0; offset < known.size(); offset++) {
            ByteRole expected = known.role(offset);
            assertThat(layout.role(offset))
                    .as("byte %d", offset)
                    .isEqualTo(expected instanceof ByteRole.Padding ? ByteRole.Recovered.UNUSED : expected);
        }
    }

    /**
     * Rows side by side: one inference answers as many questions as the image has room for. A chip that reads rows of scales
     * where another has weights answers nothing that could be read, so the wrong chips are asked without; and with a kernel,
     * since without one a convolution is read as a Dense layer.
     */
    @ParameterizedTest
    @CsvSource({"1,0", "1,3", "3,1", "3,2", "2,3"})
    void aConvolutionOnEveryChip(int kernel, int format) {
        LayerTemplate template = convolution(kernel, format);
        PayloadLayout known = template.layer().layout();
        for (ChipParameters chip : kernel > 1 && format < 2 ? ChipParameters.wrongChips() : List.<ChipParameters>of()) {
            assertThat(recover(template, chip).isComplete()).as("%s", chip).isTrue();
        }
        RecoveredLayout found = recover(template, ChipParameters.EDGE_TPU);
        assertThat(found.isComplete()).isTrue();
        assertThat(found.formula().orElseThrow().isRegular()).isTrue();
        assertThat(found.budget().inferences()).isLessThan(found.budget().used());
        for (int offset = 0; offset < known.size(); offset++) {
            ByteRole expected = known.role(offset);
            assertThat(found.role(offset))
                    .as("byte %d", offset)
                    .isEqualTo(expected instanceof ByteRole.Padding ? ByteRole.Recovered.UNUSED : expected);
        }
    }

    private static RecoveredLayout recover(LayerTemplate template, ChipParameters chip) {
        ModelTarget image = new ModelTarget(template.target().model(), new EmulatorDevice(chip, true));
        return Recovery.of(new WindowTarget(image, template.window())).run();
    }

    private static LayerTemplate convolution(int kernel, int format) {
        ParameterFormat parameters = ParameterFormat.of(format);
        int inputs = kernel == 1 ? 32 : 8;
        byte[] weights = new byte[12 * kernel * kernel * inputs];
        new Random(4).nextBytes(weights);
        float[] scales = new float[parameters.isPerChannel() ? 12 : 0];
        Arrays.fill(scales, 0.01f);
        ConvolutionModel model = new ConvolutionModel(
                8,
                8,
                inputs,
                new Convolution(
                        12,
                        Window.same(kernel, 1),
                        false,
                        parameters,
                        Activation.NONE,
                        new Quantization(0.02f, 128, 0.01f, 128, 0.02f, 128)),
                new ConvolutionPayload.Numbers(weights, new int[parameters.hasBias() ? 12 : 0], scales),
                TensorType.INT8);
        return TemplateReader.of(TfliteModel.parse("convolution", model.compiled()));
    }

    @Test
    void aKernelThatReachesBeyondTheImageEverywhereIsRefused() {
        LayerTemplate template = convolution(3, 1);
        KernelWindow beyond = new KernelWindow(
                8,
                8,
                8,
                8,
                8,
                12,
                9,
                9,
                KernelWindow.Step.of(1, 1, true, 8, 8, 9),
                KernelWindow.Step.of(1, 1, true, 8, 8, 9));
        ModelTarget image = new ModelTarget(template.target().model(), new EmulatorDevice());
        assertThatThrownBy(() -> new WindowTarget(image, beyond)).hasMessageContaining("reaches beyond the image");
    }

    /** Two tiles show each of their differences. */
    @Test
    void otherChipsAreReadWithoutBeingTold() {
        DenseSpec identity = DenseSpec.of(DenseShape.square(128, ParameterFormat.PER_TENSOR))
                .weights(DenseSpec.identityWeights(128))
                .build();
        TfliteModel model = TfliteModel.parse("identity", CompiledModelWriter.write(identity));
        for (ChipParameters chip : ChipParameters.wrongChips()) {
            recover(model, chip);
        }
    }
}
