package org.tensorizer.dense;

import org.tensorizer.isa.Program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

class DenseProgramTest {
    private static final Quantization PUBLISHED =
            new Quantization(0.007843079045414925f, 128, 1f / 127, 128, 0.007843079045414925f, 128);

    /** One stream of a golden index, with what it must be. */
    record Golden(String file, DenseShape shape, Quantization quantization, boolean execution, JsonObject facts) {
        Program assemble() {
            return execution ? DenseProgram.executionOnly(shape, quantization) : DenseProgram.parameterCaching(shape);
        }

        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Golden> golden() throws JsonParserException {
        List<Golden> all = new ArrayList<>();
        for (String folder : List.of("", "any/")) {
            String json = new String(
                    SharedFolder.bytes(SharedFolder.golden(folder + "index.json")),
                    java.nio.charset.StandardCharsets.UTF_8);
            for (Object entry : JsonParser.object().from(json).getArray("entries")) {
                JsonObject facts = (JsonObject) entry;
                DenseShape shape = shape(facts);
                for (String kind : List.of("PC", "EO")) {
                    JsonObject stream = facts.getObject(kind);
                    all.add(new Golden(
                            folder + stream.getString("file"), shape, quantization(facts), kind.equals("EO"), stream));
                }
            }
        }
        return all.stream();
    }

    private static DenseShape shape(JsonObject facts) {
        if (facts.has("n")) {
            boolean perChannel = facts.getString("family").equals("uint8");
            return DenseShape.square(facts.getInt("n"), ParameterFormat.of(perChannel, false));
        }
        return DenseShape.of(facts.getInt("n_in"), facts.getInt("n_out"), ParameterFormat.of(facts.getInt("format")));
    }

    private static Quantization quantization(JsonObject facts) {
        JsonObject quant = facts.getObject("quant");
        return new Quantization(
                (float) quant.getDouble("input_scale"),
                quant.getInt("input_zero_point"),
                (float) quant.getDouble("weight_scale", 1),
                quant.getInt("weight_zero_point", 128),
                (float) quant.getDouble("output_scale"),
                quant.getInt("output_zero_point"));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void everyGoldenStreamIsIdentical(Golden golden) {
        Program program = golden.assemble();
        byte[] expected = SharedFolder.bytes(SharedFolder.golden(golden.file()));
        assertThat(StreamDiff.of(
                                InstructionStream.frame("golden", expected),
                                InstructionStream.frame("assembled", program.bytes()))
                        .toString())
                .contains("identical");
        assertThat(program.bytes()).isEqualTo(expected);
        assertThat(sha256(program.bytes())).isEqualTo(golden.facts().getString("sha256"));
        assertThat(program.relocations().stream()
                        .map(relocation -> List.of(
                                relocation.kind().name(), relocation.half().name(), (Object) relocation.bit()))
                        .toList())
                .isEqualTo(golden.facts().getArray("relocations").stream()
                        .map(relocation -> List.copyOf((JsonArray) relocation))
                        .toList());
        InstructionStream.frame("assembled", program.bytes()).checkClosed();
    }

    static Stream<String> predictions() throws IOException {
        return Files.readAllLines(SharedFolder.golden("any/predictions.tsv")).stream()
                .skip(1);
    }

    @ParameterizedTest
    @MethodSource("predictions")
    void everyPredictedHashAgrees(String row) {
        String[] column = row.split("\t", -1);
        DenseShape shape = DenseShape.of(
                Integer.parseInt(column[0]),
                Integer.parseInt(column[1]),
                ParameterFormat.of(Integer.parseInt(column[2])));
        byte[] caching = DenseProgram.parameterCaching(shape).bytes();
        byte[] execution = DenseProgram.executionOnly(shape, PUBLISHED).bytes();
        assertThat(List.of(caching.length, sha256(caching), execution.length, sha256(execution)))
                .isEqualTo(List.of(Integer.parseInt(column[3]), column[4], Integer.parseInt(column[5]), column[6]));
    }

    @ParameterizedTest
    @CsvSource({"dense_256_edgetpu.tflite, 256", "dense_1024_edgetpu.tflite, 1024"})
    void theCompilersOwnStreamsAndRelocationsAreIdentical(String file, int n) {
        TfliteModel model = TfliteModel.read(SharedFolder.template(file));
        EdgeTpuPackage compiled = model.onlyPackage();
        Layer input = compiled.executionOnly().inputLayers().get(0);
        Layer output = compiled.executionOnly().outputLayers().get(0);
        DenseShape shape = DenseShape.square(n, ParameterFormat.PER_CHANNEL);
        Quantization quantization =
                Quantization.perChannel(input.scale(), input.zeroPoint(), output.scale(), output.zeroPoint());
        same(model, compiled.parameterCaching(), DenseProgram.parameterCaching(shape));
        same(
                model,
                compiled.executionOnly(),
                DenseProgram.executionOnly(shape, quantization).withLayers(input.name(), output.name()));
    }

    private static void same(TfliteModel model, Executable executable, Program program) {
        assertThat(executable.chunks()).hasSize(1);
        InstructionChunk chunk = executable.chunks().get(0);
        byte[] compiled = new byte[chunk.range().length()];
        model.bytes().get(chunk.range().start(), compiled);
        assertThat(program.bytes()).isEqualTo(compiled);
        assertThat(program.relocations()).isEqualTo(chunk.relocations());
    }

    @Test
    void onlyThePublishedQuantizationFieldsDifferBetweenTwoQuantizations() {
        DenseShape shape = DenseShape.square(640, ParameterFormat.PER_TENSOR);
        Quantization other = new Quantization(0.0123f, 3, 0.0045f, 128, 0.031f, 117);
        StreamDiff diff = StreamDiff.of(
                InstructionStream.frame(
                        "a", DenseProgram.executionOnly(shape, PUBLISHED).bytes()),
                InstructionStream.frame(
                        "b", DenseProgram.executionOnly(shape, other).bytes()));
        assertThat(diff.changedFields())
                .containsExactly(
                        "TENSOR input.zero-point",
                        "TENSOR multiplier",
                        "TENSOR clamp.max",
                        "TENSOR clamp.min",
                        "TENSOR output.zero-point");
    }

    @Test
    void everyAcceptedShapeOfASweepIsClosedAndOfKnownVariants() {
        int accepted = 0;
        for (int inputs :
                List.of(1, 3, 4, 5, 63, 64, 65, 255, 256, 257, 784, 1023, 1024, 1025, 1100, 2047, 3072, 4096)) {
            for (int outputs : List.of(1, 4, 6, 10, 63, 64, 65, 521, 1000, 1024, 1152, 2048, 2880, 4096)) {
                for (ParameterFormat format : ParameterFormat.values()) {
                    DenseShape shape = DenseShape.of(inputs, outputs, format);
                    if (!ShapeStatus.of(shape).isRefused()) {
                        accepted++;
                        sound(DenseProgram.parameterCaching(shape));
                        sound(DenseProgram.executionOnly(shape, PUBLISHED));
                    }
                }
            }
        }
        assertThat(accepted).isGreaterThan(700);
    }

    private static void sound(Program program) {
        for (Instruction instruction : InstructionStream.frame("assembled", program.bytes())
                .checkClosed()
                .instructions()) {
            assertThat(InstructionSet.variant(instruction))
                    .as("%s", instruction)
                    .isPresent();
        }
        Field immediate = InstructionSet.field(Opcode.SCALAR, "immediate");
        for (Relocation relocation : program.relocations()) {
            assertThat(relocation.bit() % Opcode.BUNDLE_BITS).isEqualTo(immediate.bit());
        }
    }

    @Test
    void aRefusedShapeHasNoProgram() {
        DenseShape streamed = DenseShape.square(2752, ParameterFormat.PER_TENSOR);
        assertThatThrownBy(() -> DenseProgram.parameterCaching(streamed))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("2064 rows");
        assertThatThrownBy(() -> DenseProgram.executionOnly(streamed, PUBLISHED))
                .isInstanceOf(BadInputException.class);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Four inputs make one row a group; two groups stand one behind the other. */
    @Test
    void oneRowOfEachGroupIsAWalkOverTheGroups() {
        Instruction store = InstructionStream.frame(
                        "4 -> 2048",
                        DenseProgram.parameterCaching(DenseShape.of(4, 2048, ParameterFormat.PER_TENSOR))
                                .bytes())
                .instructions()
                .stream()
                .filter(instruction -> instruction.opcode() == Opcode.STORE)
                .findFirst()
                .orElseThrow();
        assertThat(store.get("rows.stride0")).isEqualTo(1);
        assertThat(store.get("rows.limit0")).isEqualTo(1);
        assertThat(store.get("rows.limit1")).isZero();
        assertThat(store.get("rows.active")).isEqualTo(1);
    }
}
