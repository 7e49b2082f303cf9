package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPlan;
import org.tensorizer.conv.Digest;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.ParameterPlaces;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.CompiledCheck;

/** Real sources compiled here against the same compiled by Google, the parameters placed as there. */
class RealNetworksTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"stack2_32", "stack5_120", "conv3x3_p128_anchor", "conv3x3_p32_h12_w176", "conv3x3_p64_anchor"})
    void chainsOfConvolutionsAreTheRealOnesByteForByte(String name) {
        Path source = SharedFolder.network(name + ".tflite");
        TfliteModel real = compiled(source);
        CompiledNetwork ours = NetworkCompiler.compileWhole(TfliteModel.read(source));
        assertThat(ProgramComparison.of(ours, real)).satisfies(RealNetworksTest::isSame);
        Executable caching = real.onlyPackage().parameterCaching();
        NetworkProgram placed =
                ours.program().orElseThrow().placedAs(InstructionStream.frame("caching", bytes(real, caching)));
        assertThat(placed.executionOnly().get(0).bytes())
                .isEqualTo(bytes(real, real.onlyPackage().executionOnly()));
        assertThat(placed.parameterCaching().bytes()).isEqualTo(bytes(real, caching));
    }

    @ParameterizedTest
    @CsvSource({
        "../networks/mobilenet_v1_1.0_224_extractor, 843, 66",
        "mobilenet_v1_0.25_128_quant, 1874, 190",
    })
    void everyTileInstructionOfMobilenetIsTheRealOne(String name, int execution, int caching) {
        Path source = SharedFolder.template(name + ".tflite");
        ProgramComparison comparison =
                ProgramComparison.of(NetworkCompiler.compileWhole(TfliteModel.read(source)), compiled(source));
        assertThat(comparison.programs().get(0).theirs()).isEqualTo(execution);
        assertThat(comparison.programs().get(1).theirs()).isEqualTo(caching);
        isSame(comparison);
    }

    /** Real networks of which a part goes to the chip; what must stay on the host, and that it answers as the source. */
    @ParameterizedTest
    @CsvSource({
        "templates, keras_lstm_mnist_ptq, 2-5",
        "networks, rl_pong, 2-6",
        "networks, gabor_64x64_p4, 0-1",
        "networks, rl_mlp_tanh, 0-6"
    })
    void partsOfNetworksAnswerAsTheirSource(String folder, String name, String mapped) {
        TfliteModel source = TfliteModel.read(SharedFolder.template("../" + folder + "/" + name + ".tflite"));
        CompiledNetwork network = NetworkCompiler.compile(source);
        List<Integer> indices = network.operators().stream()
                .filter(CompiledNetwork.Placed::mapped)
                .map(placed -> placed.operator().index())
                .toList();
        assertThat(indices.get(0) + "-" + indices.get(indices.size() - 1)).isEqualTo(mapped);
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            TfliteModel compiled = TfliteModel.parse("compiled", network.file());
            CompiledCheck check = CompiledCheck.run(emulator, compiled, cpu, source, CompiledCheck.random(2, 1));
            assertThat(check.agrees()).isTrue();
            assertThat(check.largest()).isLessThanOrEqualTo(1);
        }
    }

    /** An image of one channel; two files of another network have the same input. */
    @ParameterizedTest
    @ValueSource(strings = {"networks/gabor_64x64_p4", "templates/gabor_64x64_7k_4o_2s"})
    void theInputOfOneChannelIsTheRealOne(String name) {
        TfliteModel real = TfliteModel.read(SharedFolder.template("../" + name + "_edgetpu.tflite"));
        byte[] stream = bytes(real, real.onlyPackage().executionOnly());
        assertThat(untilParameters(ours())).hasSize(47).isEqualTo(untilParameters(stream));
    }

    @Test
    void theInputOfOneChannelIsKnownByItsDigest() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        untilParameters(ours()).forEach(instruction -> bytes.writeBytes(instruction.toBytes()));
        assertThat(Digest.of(bytes.toByteArray(), 16)).isEqualTo("77bb0d282f1c2b00");
    }

    private static byte[] ours() {
        Quantization q = Quantization.perChannel(1, 0, 1, 0);
        Convolution step =
                new Convolution(8, Window.same(7, 1), false, ParameterFormat.of(true, false), Activation.NONE, q);
        ImageChain chain = ImageChain.of(64, 64, 1, List.of(step));
        return NetworkProgram.of(chain, Head.NONE).executionOnly().get(0).bytes();
    }

    /** What stands in front of the first layer's weights. */
    private static List<Instruction> untilParameters(byte[] stream) {
        return tiles(stream).stream()
                .takeWhile(instruction -> instruction.opcode() != Opcode.RING_BUS_CONSUMER_1)
                .filter(instruction -> instruction.opcode() != Opcode.START)
                .toList();
    }

    /**
     * The tables of a softmax on one tile each, as mobilenet_v1_0.75_192 has them: digests of what the independent
     * implementation makes, which gives all 2153 and 102 tile instructions of that network.
     */
    @Test
    void farTablesGiveThePrograms() {
        Path source = SharedFolder.template("mobilenet_v1_0.25_128_quant.tflite");
        NetworkProgram near =
                NetworkCompiler.compile(TfliteModel.read(source)).program().orElseThrow();
        List<List<Piece>> places = new ArrayList<>();
        int row = 66;
        for (ConvolutionPlan plan : near.chain().convolutions()) {
            places.add(List.of(new Piece(0, row, plan.parameterRows())));
            row += plan.parameterRows();
        }
        places.add(List.of(new Piece(13, 1000, 251)));
        places.add(List.of(new Piece(14, 1200, 251)));
        places.add(List.of(new Piece(15, 1400, 251)));
        NetworkProgram far = near.withPlaces(new ParameterPlaces(places));
        NetworkProgram read = near.placedAs(
                InstructionStream.frame("caching", far.parameterCaching().bytes()));
        assertThat(read.places()).isEqualTo(far.places());
        assertThat(Digest.of(far.executionOnly().get(0).bytes(), 32)).isEqualTo("2f3d187b455154ca1aa5290dff1de419");
        assertThat(Digest.of(far.parameterCaching().bytes(), 32)).isEqualTo("ca7e2be5b47102ad80533c83eae7f4f9");
    }

    /** All instructions but the scalar core's, without sequence numbers. */
    private static List<Instruction> tiles(byte[] stream) {
        List<Instruction> tiles = new ArrayList<>();
        for (Instruction instruction :
                InstructionStream.frame("program", stream).instructions()) {
            Opcode opcode = instruction.opcode();
            if (opcode != Opcode.SCALAR && opcode.code() < 0x30) {
                Instruction copy = instruction.copy();
                if (opcode.isTileOp()) {
                    copy.number(0);
                }
                tiles.add(copy);
            }
        }
        return tiles;
    }

    private static void isSame(ProgramComparison comparison) {
        assertThat(comparison.isSame()).as(comparison.toString()).isTrue();
    }

    private static TfliteModel compiled(Path source) {
        String name = source.getFileName().toString().replace(".tflite", "_edgetpu.tflite");
        return TfliteModel.read(source.resolveSibling(name));
    }

    private static byte[] bytes(TfliteModel model, Executable executable) {
        assertThat(executable.chunks()).hasSize(1);
        byte[] bytes = new byte[executable.chunks().get(0).range().length()];
        model.bytes(executable.chunks().get(0).range()).get(bytes);
        return bytes;
    }
}
