package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.model.TensorType;
import org.tensorizer.template.TfliteWriter.Scaling;

/** Sources that cannot be compiled: status 2, one sentence that names the tensor or operator, nothing written. */
class CompileRefusalsTest {
    private static final TensorType INT8 = SourceSketch.INT8;
    private static final Scaling NUMBERS = SourceSketch.NUMBERS;
    private static final Scaling WEIGHTS = SourceSketch.WEIGHTS;

    @TempDir
    private Path folder;

    /** A source and what must be said of it. */
    record Case(String name, List<String> said, Consumer<SourceSketch> writing) {
        /** Those with which it is refused; else, TFLite is not asked or what fits is compiled. */
        List<String> options() {
            return name.endsWith("alone")
                    ? List.of("--whole")
                    : name.contains("TFLite") ? List.of("--inputs=1") : List.of("--no-check", "--whole");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Case of(String name, String said, Consumer<SourceSketch> writing) {
        return new Case(name, List.of(said.split(" \\.\\.\\. ")), writing);
    }

    static Stream<Case> sources() {
        return Stream.of(
                of(
                        "float",
                        "takes tensor 0 (image) of FLOAT32, expected INT8 or UINT8",
                        net -> net.input(TensorType.FLOAT32, null, 1, 8, 8, 4)
                                .convolution(TensorType.FLOAT32, null, null, 4, 1, 8, 8, 4)),
                of(
                        "dynamic range",
                        "takes tensor 0 (image) of FLOAT32 ... dynamic-range models",
                        net -> net.input(TensorType.FLOAT32, null, 1, 8, 8, 4).convolution(4, 1, 8, 8, 4)),
                of(
                        "dynamic range, fully connected",
                        "operator 0 (FULLY_CONNECTED) is hybrid",
                        net -> net.input(TensorType.FLOAT32, null, 1, 8).dense(TensorType.FLOAT32, 8, 1, 4)),
                of(
                        "int16",
                        "takes tensor 0 (image) of INT16",
                        net -> net.input(TensorType.INT16, NUMBERS, 1, 8, 8, 4).convolution(4, 1, 8, 8, 4)),
                of(
                        "batch unknown",
                        "tensor 0 (image) ... [-1, 8, 8, 4]",
                        net -> net.input(INT8, NUMBERS, -1, 8, 8, 4).convolution(4, -1, 8, 8, 4)),
                of(
                        "size unknown",
                        "tensor 0 (image) ... [1, -1, -1, 4]",
                        net -> net.input(INT8, NUMBERS, 1, -1, -1, 4).convolution(4, 1, -1, -1, 4)),
                of(
                        "no shape",
                        "tensor 0 (image) ... shape []",
                        net -> net.input(INT8, NUMBERS).convolution(4, 1, 8, 8, 4)),
                of(
                        "batch of 2",
                        "tensor 0 (image) ... [2, 8, 8, 4]",
                        net -> net.input(INT8, NUMBERS, 2, 8, 8, 4).convolution(4, 2, 8, 8, 4)),
                of(
                        "batch of 3, fully connected",
                        "tensor 0 (image) ... [3, 8], expected a batch of 1",
                        net -> net.input(INT8, NUMBERS, 3, 8).dense(INT8, 8, 3, 4)),
                of(
                        "unknown operator first alone",
                        "operator 0 (CUMSUM) is not covered",
                        net -> net.image().plain("CUMSUM").convolution(4, 1, 8, 8, 4)),
                of("no operator", "no operator that the chip could execute", SourceSketch::image),
                of(
                        "too many parameters, fully connected",
                        "operator 0 (FULLY_CONNECTED) ... 2250 rows",
                        net -> net.input(INT8, NUMBERS, 1, 3000).dense(INT8, 3000, 1, 3000)),
                of(
                        "too large",
                        "tensor 3 (conv_2d): ... 589824 bytes of narrow memory ... 393216 too many",
                        net -> net.input(INT8, NUMBERS, 1, 512, 512, 4).convolution(4, 1, 512, 512, 32)),
                of(
                        "no rows",
                        "tensor 0 (image) has shape [1, 0, 8, 4], which is empty",
                        net -> net.input(INT8, NUMBERS, 1, 0, 8, 4).convolution(4, 1, 0, 8, 4)),
                of(
                        "no channels",
                        "tensor 1 (weights) has shape [0, 1, 1, 4], which is empty",
                        net -> net.image().convolution(4, 1, 8, 8, 0)),
                of(
                        "scale 0",
                        "tensor 0 (image) has scale 0.0",
                        net -> net.input(INT8, Scaling.of(0, 0), 1, 8, 8, 4).convolution(4, 1, 8, 8, 4)),
                of(
                        "scale of no number",
                        "tensor 3 (conv_2d) has scale NaN",
                        net -> net.image().convolution(INT8, Scaling.of(Float.NaN, 0), WEIGHTS, 4, 1, 8, 8, 4)),
                of(
                        "scale negative",
                        "tensor 3 (conv_2d) has scale -1.0",
                        net -> net.image().convolution(INT8, Scaling.of(-1, 0), WEIGHTS, 4, 1, 8, 8, 4)),
                of(
                        "weight scale infinite",
                        "tensor 1 (weights) has scale Infinity",
                        net -> net.image().weighted(Scaling.of(Float.POSITIVE_INFINITY, 0))),
                of(
                        "zero point of no int8",
                        "tensor 0 (image) has zero point 200, which is no INT8",
                        net -> net.input(INT8, Scaling.of(1, 200), 1, 8, 8, 4).convolution(4, 1, 8, 8, 4)),
                of(
                        "zero point of no int",
                        "tensor 3 (conv_2d) has zero point 1099511627776",
                        net -> net.image().convolution(INT8, Scaling.of(1, 1L << 40), WEIGHTS, 4, 1, 8, 8, 4)),
                of(
                        "no quantization",
                        "tensor 0 (image) with 0 scales",
                        net -> net.input(INT8, null, 1, 8, 8, 4).convolution(4, 1, 8, 8, 4)),
                of(
                        "scales of 3 channels of 4",
                        "tensor 1 (weights) has 3 scales along dimension 0",
                        net -> net.image().weighted(new Scaling(new float[] {1, 1, 1}, 0, 0))),
                of(
                        "scales along inputs",
                        "operator 0 (CONV_2D) has weight scales along dimension 3",
                        net -> net.image().weighted(new Scaling(new float[] {1, 1, 1, 1}, 0, 3))),
                of(
                        "zero point by channel",
                        "operator 0 (CONV_2D) ... zero points other than 0",
                        net -> net.image().weighted(new Scaling(new float[] {1, 1, 1, 1}, 5, 0))),
                of(
                        "contradiction behind what could be compiled",
                        "tensor 4 (weights) has 3 scales",
                        net -> net.image()
                                .convolution(4, 1, 8, 8, 4)
                                .weighted(new Scaling(new float[] {1, 1, 1}, 0, 0))),
                of(
                        "another shape",
                        "gives [1, 8, 8, 4], its tensor 3 has shape [1, 9, 8, 4]",
                        net -> net.image().convolution(4, 1, 9, 8, 4)),
                of(
                        "other channels",
                        "weights of shape [4, 1, 1, 5] for 4 channels",
                        net -> net.image().convolution(5, 1, 8, 8, 4)),
                of(
                        "weights of another type",
                        "takes INT8 with weights of UINT8",
                        net -> net.image().convolution(TensorType.UINT8, NUMBERS, WEIGHTS, 4, 1, 8, 8, 4)),
                of(
                        "what TFLite refuses",
                        "TFLite itself refuses the source",
                        net -> net.image().convolution(4, 1, 8, 8, 4).plain("CUMSUM")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sources")
    void endWithStatus2(Case each) throws IOException {
        Path source = written(each.writing());
        for (String option : each.options()) {
            Path out = folder.resolve("out.tflite");
            Shell shell = Shell.run("compile", source, "-o", out, option);

            assertThat(shell.status()).as(shell.err() + shell.out()).isEqualTo(FactsCommand.BAD_INPUT);
            List<String> lines = shell.err()
                    .lines()
                    .filter(line -> !line.contains("inferences"))
                    .toList();
            assertThat(lines).singleElement().asString().startsWith("tensorizer: " + source + ": ");
            assertThat(lines.get(0)).contains(each.said());
            assertThat(shell.out()).isEmpty();
            assertThat(folder).isDirectoryContaining(file -> file.equals(source));
            assertThat(out).doesNotExist();
        }
    }

    private Path written(Consumer<SourceSketch> writing) throws IOException {
        SourceSketch net = new SourceSketch();
        writing.accept(net);
        return Files.write(folder.resolve("net.tflite"), net.write());
    }
}
