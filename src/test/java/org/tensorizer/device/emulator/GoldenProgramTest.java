package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseRow;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.model.TfliteModel;

/** Streams as others assembled them, and answers that this project did not compute. */
class GoldenProgramTest {
    /** Rows of the table of known streams that others assembled or edgetpu_compiler made, by their digests. */
    static List<String> golden() {
        return lines(DenseShape.class, "programs.tsv")
                .filter(row -> row.contains("\tgolden "))
                .toList();
    }

    /** With the files at hand, the digests are theirs. */
    @ParameterizedTest
    @MethodSource("golden")
    void streamsOfOthersAreExecuted(String row) {
        String[] column = row.split("\t");
        DenseShape shape = DenseRow.shape(column);
        TestDense dense = TestDense.random(shape, 5).withQuantization(DenseRow.quantization(column));
        TestPackage compiled = dense.compiled();
        assertThat(Sha256.of(compiled.caching().bytes())).isEqualTo(column[9]);
        assertThat(Sha256.of(compiled.execution().bytes())).isEqualTo(column[10]);
        Path execution = SharedFolder.root().resolve("golden").resolve(column[12].replace("golden ", ""));
        Path caching =
                execution.resolveSibling(execution.getFileName().toString().replace(".EO.", ".PC."));
        if (SharedFolder.has(execution)) {
            assertThat(SharedFolder.bytes(caching)).isEqualTo(compiled.caching().bytes());
            assertThat(SharedFolder.bytes(execution))
                    .isEqualTo(compiled.execution().bytes());
        }
        byte[] in = dense.randomInput(new Random(6));
        assertThat(compiled.run(in)).isEqualTo(dense.expected(in));
    }

    /**
     * Answers of TFLite's kernels, recorded elsewhere: no TFLite in this test. Those of the repository's fixture on inputs of
     * seeds 0, 1, 2, ..., and those of a real template.
     */
    @Test
    void recordedAnswersOfTheCpu() throws JsonParserException {
        List<byte[]> inputs = new ArrayList<>();
        List<byte[]> outputs = new ArrayList<>();
        lines(GoldenProgramTest.class, "dense_256_answers.txt").forEach(answer -> {
            inputs.add(new byte[256]);
            new Random(inputs.size() - 1).nextBytes(inputs.get(inputs.size() - 1));
            outputs.add(HexFormat.of().parseHex(answer));
        });
        assertAnswers(TfliteModel.parse("fixture", Fixture.compiledBytes()), inputs, outputs);

        Path recorded = SharedFolder.root().resolve("golden").resolve("dense_256_cpu_io.json");
        if (SharedFolder.has(recorded)) {
            inputs.clear();
            outputs.clear();
            String json = new String(SharedFolder.bytes(recorded), StandardCharsets.UTF_8);
            for (Object object : JsonParser.object().from(json).getArray("cases")) {
                inputs.add(bytes(((JsonObject) object).getArray("input")));
                outputs.add(bytes(((JsonObject) object).getArray("output")));
            }
            assertAnswers(TfliteModel.read(SharedFolder.template("dense_256_edgetpu.tflite")), inputs, outputs);
        }
    }

    private static void assertAnswers(TfliteModel model, List<byte[]> inputs, List<byte[]> recorded) {
        EmulatedProgram program = EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU);
        byte[] out = new byte[256];
        int differing = 0;
        int bytes = 0;
        for (int k = 0; k < inputs.size(); k++) {
            program.run(inputs.get(k), out);
            for (int i = 0; i < out.length; i++) {
                int difference = Math.abs((out[i] & 0xff) - (recorded.get(k)[i] & 0xff));
                assertThat(difference).as("output %d", i).isLessThanOrEqualTo(1);
                differing += difference;
            }
            bytes += out.length;
        }
        assertThat(bytes).isPositive();
        assertThat(differing).as("of %d", bytes).isLessThanOrEqualTo(bytes / 1000);
    }

    private static byte[] bytes(JsonArray numbers) {
        byte[] bytes = new byte[numbers.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) numbers.getInt(i);
        }
        return bytes;
    }

    /** Lines of a test resource beside a class, without comments. */
    private static Stream<String> lines(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
