package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.SharedFolder;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.Program;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

/** Streams that this project did not assemble, and answers that it did not compute. */
class GoldenProgramTest {
    @Test
    void rectangularRaggedAndBiasedStreams() throws JsonParserException {
        JsonArray entries = json("any/index.json").getArray("entries");
        for (Object object : entries) {
            JsonObject entry = (JsonObject) object;
            Activation activation = entry.isNull("activation")
                    ? Activation.NONE
                    : Activation.valueOf(entry.getString("activation").toUpperCase(Locale.ROOT));
            DenseShape shape = new DenseShape(
                    entry.getInt("n_in"),
                    entry.getInt("n_out"),
                    ParameterFormat.of(entry.getInt("format")),
                    activation);
            assertExecutes(shape, entry, "any/");
        }
        assertThat(entries).hasSizeGreaterThan(10);
    }

    @Test
    void squareStreamsOfTheCompiler() throws JsonParserException {
        for (Object object : json("index.json").getArray("entries")) {
            JsonObject entry = (JsonObject) object;
            ParameterFormat format =
                    entry.getString("family").equals("int8") ? ParameterFormat.PER_TENSOR : ParameterFormat.PER_CHANNEL;
            assertExecutes(DenseShape.square(entry.getInt("n"), format), entry, "");
        }
    }

    private static void assertExecutes(DenseShape shape, JsonObject entry, String folder) {
        JsonObject quant = entry.getObject("quant");
        TestDense dense = TestDense.random(shape, 5)
                .withQuantization(new Quantization(
                        quant.getFloat("input_scale"),
                        quant.getInt("input_zero_point"),
                        quant.getFloat("weight_scale", 1),
                        quant.getInt("weight_zero_point", 128),
                        quant.getFloat("output_scale"),
                        quant.getInt("output_zero_point")));
        TestPackage compiled = new TestPackage(
                program(entry.getObject("PC"), folder),
                program(entry.getObject("EO"), folder),
                dense.payload(),
                shape.inputs(),
                shape.outputs());
        byte[] in = dense.randomInput(new Random(6));
        assertThat(compiled.run(in)).as("%s", shape).isEqualTo(dense.expected(in));
    }

    private static Program program(JsonObject stream, String folder) {
        List<Relocation> relocations = new ArrayList<>();
        for (Object object : stream.getArray("relocations")) {
            JsonArray relocation = (JsonArray) object;
            relocations.add(new Relocation(
                    Relocation.Kind.valueOf(relocation.getString(0)),
                    0,
                    "",
                    Relocation.Half.valueOf(relocation.getString(1)),
                    relocation.getInt(2)));
        }
        Path file = SharedFolder.golden(folder + stream.getString("file"));
        return new Program(SharedFolder.bytes(file), relocations);
    }

    /** Answers of TFLite's kernels on the source of a real template, recorded elsewhere: no TFLite in this test. */
    @Test
    void recordedAnswersOfTheCpu() throws JsonParserException {
        TfliteModel model = TfliteModel.read(SharedFolder.template("dense_256_edgetpu.tflite"));
        EmulatedProgram program = EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU);
        byte[] out = new byte[256];
        int differing = 0;
        int bytes = 0;
        for (Object object : json("dense_256_cpu_io.json").getArray("cases")) {
            JsonObject io = (JsonObject) object;
            program.run(bytes(io.getArray("input")), out);
            byte[] recorded = bytes(io.getArray("output"));
            for (int i = 0; i < out.length; i++) {
                int difference = Math.abs((out[i] & 0xff) - (recorded[i] & 0xff));
                assertThat(difference).as("output %d", i).isLessThanOrEqualTo(1);
                differing += difference;
            }
            bytes += out.length;
        }
        assertThat(differing).as("of %d", bytes).isLessThanOrEqualTo(bytes / 1000);
    }

    private static byte[] bytes(JsonArray numbers) {
        byte[] bytes = new byte[numbers.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) numbers.getInt(i);
        }
        return bytes;
    }

    private static JsonObject json(String name) throws JsonParserException {
        byte[] text = SharedFolder.bytes(SharedFolder.golden(name));
        return JsonParser.object().from(new String(text, StandardCharsets.UTF_8));
    }
}
