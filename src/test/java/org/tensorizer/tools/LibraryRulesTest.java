package org.tensorizer.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tensorizer.Samples;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.compiler.ConvolutionModel;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.SeededNetwork;

class LibraryRulesTest {
    private static final int CHANNELS = 20;

    /** An image of 12 x 8 pixels in parts of several tiles. */
    private static TfliteModel compiled() {
        Quantization numbers = new Quantization(0.02f, 128, 0.01f, 128, 0.05f, 128);
        Convolution layer = new Convolution(
                CHANNELS, Window.POINT, false, ParameterFormat.PER_TENSOR_BIAS, Activation.NONE, numbers);
        ConvolutionPayload.Numbers weights =
                new ConvolutionPayload.Numbers(new byte[CHANNELS * 8], new int[CHANNELS], new float[0]);
        ConvolutionModel model = new ConvolutionModel(12, 8, 8, layer, weights, TensorType.INT8);
        return TfliteModel.parse("image.tflite", model.compiled());
    }

    @Test
    void holdForModelsWrittenHere() throws IOException {
        assertThat(LibraryRules.broken(compiled())).isEmpty();
        try (Stream<Path> files = Files.list(Path.of("fixtures/templates"))) {
            for (Path file : files.filter(each -> each.toString().endsWith("_edgetpu.tflite"))
                    .toList()) {
                assertThat(LibraryRules.broken(TfliteModel.read(file))).isEmpty();
            }
        }
    }

    /** Networks with the programs of edgetpu_compiler, and its own files, which the rules are taken from. */
    @Test
    void holdForModelsOfEdgetpuCompiler() {
        List<TfliteModel> models = new ArrayList<>();
        SeededNetwork.all().forEach(network -> models.add(network.compiled(1)));
        if (Samples.hasReal()) {
            SharedFolder.networks().forEach(file -> models.add(TfliteModel.read(file)));
        }
        int held = 0;
        for (TfliteModel model : models) {
            if (model.isCompiled() && model.packages().size() == 1) {
                assertThat(LibraryRules.broken(model)).as(model.name()).isEmpty();
                held++;
            }
        }
        assertThat(held).isGreaterThanOrEqualTo(SeededNetwork.all().size() + (Samples.hasReal() ? 11 : 0));
    }

    @Test
    void aTokenOfItsOwnInOneProgramIsSeen() {
        byte[] bytes = compiled().copy();
        Executable first = compiled().onlyPackage().executables().get(0);
        bytes[first.tokenField().orElseThrow().start()] ^= 2;
        assertThat(LibraryRules.broken(TfliteModel.parse("odd", bytes)))
                .singleElement()
                .asString()
                .contains("tokens");
    }

    /** Sizes of transfers and layers, distances and rows of the layout: none may be another number. */
    @Test
    void otherSizesAreSeen() {
        TfliteModel model = compiled();
        Executable execution = model.onlyPackage().executionOnly();
        int input = execution.inputLayers().get(0).sizeBytes();
        int parameters = model.onlyPackage().parameterCaching().parameters().length();
        for (int value : List.of(input, parameters, CHANNELS)) {
            List<Integer> places = places(model, value);
            assertThat(places).as("places of " + value).isNotEmpty();
            for (int place : places) {
                byte[] bytes = model.copy();
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(place, value + 8);
                assertThat(isSeen(bytes)).as("%d at byte %d", value, place).isTrue();
            }
        }
    }

    private static boolean isSeen(byte[] bytes) {
        try {
            return !LibraryRules.broken(TfliteModel.parse("odd", bytes)).isEmpty();
        } catch (BadInputException refused) {
            return true;
        }
    }

    /** Where a number stands in the executables, but for instructions and payload. */
    private static List<Integer> places(TfliteModel model, int value) {
        ByteBuffer bytes = ByteBuffer.wrap(model.copy()).order(ByteOrder.LITTLE_ENDIAN);
        return model.onlyPackage().executables().stream()
                .flatMap(executable -> Stream.iterate(
                                executable.range().start() + 3 & ~3,
                                at -> at + 4 <= executable.range().end(),
                                at -> at + 4)
                        .filter(at -> bytes.getInt(at) == value
                                && executable.chunks().stream().noneMatch(chunk -> has(chunk.range(), at))
                                && !has(executable.parameters(), at)))
                .toList();
    }

    private static boolean has(ByteRange range, int at) {
        return at >= range.start() && at < range.end();
    }
}
