package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.flatbuffers.ArrayReadWriteBuf;
import com.google.flatbuffers.FlexBuffers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

class CompiledModelWriterTest {
    private static final long TOKEN = 0x1122334455667788L;
    private static final Path FACTS = Path.of("src", "test", "resources", "org", "tensorizer");

    /** With the real source, the payload too. */
    @ParameterizedTest
    @EnumSource
    void sameFieldsAndInstructionsAsTheRealTemplate(DenseTwin twin) throws IOException {
        Optional<TfliteModel> real = twin.real();
        if (real.isPresent()) {
            if (System.getProperty("tensorizer.write", "").equals("facts")) {
                String what = "# What " + twin + "_edgetpu.tflite holds besides its description and weights;"
                        + " CompiledModelWriterTest writes it anew with -Dtensorizer.write=facts.\n";
                Files.writeString(FACTS.resolve(twin + ".facts"), what + DenseTwin.facts(real.get()));
            }
            assertThat(DenseTwin.facts(real.get())).isEqualTo(twin.facts());
            TfliteModel ours = parse(CompiledModelWriter.write(
                    specOf(real.get(), twin.realSource().orElseThrow())));
            assertThat(payload(ours)).isEqualTo(payload(real.get()));
        }
        assertThat(DenseTwin.facts(twin.compiled())).isEqualTo(twin.facts());
    }

    /** Published for an int8 model of 1024. */
    @Test
    void sizesOfThePublishedModel() {
        EdgeTpuPackage p = square(1024, ParameterFormat.PER_TENSOR).onlyPackage();
        assertThat(p.executionOnly().range().length()).isEqualTo(16384);
        assertThat(p.parameterCaching().range().length()).isEqualTo(1056768);
        assertThat(p.multiExecutable().length()).isEqualTo(1085440);
        assertThat(p.executionOnly().usedNarrowMemoryBytesPerTile()).isEqualTo(1600);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, PER_TENSOR",
        "64, 10, PER_CHANNEL_BIAS",
        "256, 256, PER_TENSOR",
        "500, 6, PER_TENSOR_BIAS",
        "784, 128, PER_CHANNEL",
        "1024, 521, PER_TENSOR_BIAS",
        "2048, 2048, PER_TENSOR"
    })
    void holdsWhatTheRuntimeNeeds(int inputs, int outputs, ParameterFormat format) {
        DenseShape shape = DenseShape.of(inputs, outputs, format);
        TfliteModel model = parse(CompiledModelWriter.write(random(shape, TensorType.INT8, 1)));
        EdgeTpuPackage p = model.onlyPackage();

        assertThat(model.description())
                .startsWith(shape.toString())
                .contains(ShapeStatus.of(shape).level().word());
        assertThat(p.minRuntimeVersion()).isEqualTo(14);
        assertThat(p.executables().get(0)).isEqualTo(p.executionOnly());
        for (Executable e : p.executables()) {
            assertThat(e.batchSize()).isEqualTo(1);
            assertThat(e.token()).isEqualTo(TOKEN);
            assertThat(e.hints().fullyDeterministic()).isTrue();
            assertThat(e.range().length() % 4096).isZero();
            assertThat((e.parameters().start() - e.range().start()) % 4096).isZero();
            assertThat((e.range().start() - p.multiExecutable().start()) % 4096).isZero();
            assertThat(e.chunks().get(0).range().end()).isEqualTo(e.range().end());
            assertThat(e.chunks().get(0).range().start() % 16)
                    .isEqualTo(e.range().start() % 16);
        }
        assertThat((p.multiExecutable().start() - p.range().start()) % 4096).isZero();
        assertThat(p.range().length() % 4096).isZero();
        assertThat(p.parameterCaching().parameters().length())
                .isEqualTo(DenseLayout.of(shape).size());
        Layer in = p.executionOnly().inputLayers().get(0);
        Layer out = p.executionOnly().outputLayers().get(0);
        assertThat(in.sizeBytes()).isEqualTo((inputs + 7) / 8 * 8);
        assertThat(in.z()).isEqualTo(inputs);
        assertThat(out.sizeBytes()).isEqualTo((outputs + 7) / 8 * 8);
        assertThat(out.z()).isEqualTo(outputs);
        assertThat(p.executionOnly().chunks().get(0).relocations())
                .filteredOn(r -> !r.name().isEmpty())
                .extracting(r -> r.kind() + " " + r.name())
                .containsExactly("INPUT input", "INPUT input", "OUTPUT output", "OUTPUT output");
    }

    @ParameterizedTest
    @CsvSource({"8, 8", "256, 256", "1000, 24"})
    void optionsAreAFlexBufferMap(int inputs, int outputs) {
        TfliteModel model = parse(CompiledModelWriter.write(
                random(DenseShape.of(inputs, outputs, ParameterFormat.PER_TENSOR), TensorType.UINT8, 2)));
        byte[] options = model.copy(model.operators().get(0).customOptions());

        FlexBuffers.Map map = FlexBuffers.getRoot(new ArrayReadWriteBuf(options, options.length))
                .asMap();

        assertThat(map.size()).isEqualTo(5);
        assertThat(map.get("1").asInt()).isZero();
        assertThat(map.get("5").asInt()).isEqualTo(-1);
        assertThat(map.get("6").asVector().get(0).asInt()).isEqualTo(18);
        assertThat(map.get("7").asVector().size()).isZero();
        assertThat(map.get("4").isString()).isTrue();
        assertThat(map.get("4").asBlob().getBytes())
                .isEqualTo(model.copy(model.onlyPackage().range()));
        assertThat(model.onlyPackage().range().start())
                .isEqualTo(model.operators().get(0).customOptions().start() + 8);
    }

    @Test
    void sameSpecSameBytesAndAnotherTokenChangesTheTokensAlone() {
        DenseShape shape = DenseShape.square(256, ParameterFormat.PER_CHANNEL);
        byte[] first = CompiledModelWriter.write(random(shape, TensorType.UINT8, 3));
        byte[] second = CompiledModelWriter.write(random(shape, TensorType.UINT8, 3));
        assertThat(second).isEqualTo(first);

        DenseSpec spec = random(shape, TensorType.UINT8, 3);
        byte[] other = CompiledModelWriter.write(DenseSpec.of(shape)
                .type(TensorType.UINT8)
                .quantization(spec.quantization())
                .weights(spec.weights())
                .weightScales(spec.weightScales())
                .token(~TOKEN)
                .build());
        EdgeTpuPackage p = parse(first).onlyPackage();
        int differing = 0;
        for (int i = 0; i < first.length; i++) {
            int at = i;
            if (first[i] != other[i]) {
                differing++;
                assertThat(p.executables())
                        .anyMatch(e -> e.tokenField().orElseThrow().contains(at));
            }
        }
        assertThat(differing).isEqualTo(16);
    }

    @Test
    void longNamesFit() {
        DenseShape shape = DenseShape.square(64, ParameterFormat.PER_TENSOR);
        String in = "i".repeat(1024);
        String out = "o".repeat(1024);
        TfliteModel model = parse(CompiledModelWriter.write(
                DenseSpec.of(shape).weights(new byte[64 * 64]).names(in, out).build()));
        assertThat(model.tensors()).extracting(Tensor::name).containsExactly(in, out);
        assertThat(model.onlyPackage().executionOnly().outputLayers().get(0).name())
                .isEqualTo(out);
    }

    private static DenseSpec specOf(TfliteModel real, TfliteModel source) {
        int n = real.tensors().get(0).shape().get(1);
        Tensor in = real.tensors().get(0);
        Tensor out = real.tensors().get(1);
        Tensor weights = source.tensors().stream()
                .filter(t -> t.shape().equals(List.of(n, n)))
                .findFirst()
                .orElseThrow();
        float[] scales = new float[n];
        for (int i = 0; i < n; i++) {
            scales[i] = weights.scales().get(i);
        }
        return DenseSpec.of(DenseShape.square(n, ParameterFormat.PER_CHANNEL))
                .type(TensorType.UINT8)
                .quantization(
                        Quantization.perChannel(in.scale(), (int) in.zeroPoint(), out.scale(), (int) out.zeroPoint()))
                .weightScales(scales)
                .weights(source.copy(weights.data()))
                .token(real.onlyPackage().executionOnly().token())
                .names(in.name(), out.name())
                .build();
    }

    private static DenseSpec random(DenseShape shape, TensorType type, long seed) {
        return DenseSpecs.random(shape, type, seed).token(TOKEN).build();
    }

    private static TfliteModel square(int n, ParameterFormat format) {
        return parse(CompiledModelWriter.write(random(DenseShape.square(n, format), TensorType.INT8, 4)));
    }

    private static byte[] payload(TfliteModel model) {
        return model.copy(model.onlyPackage().parameterCaching().parameters());
    }

    private static TfliteModel parse(byte[] bytes) {
        return TfliteModel.parse("written", bytes);
    }
}
