package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.Sha256;
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
import org.tensorizer.experiments.ProgramComparison;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.SeededNetwork;
import org.tensorizer.network.TestNetwork;
import org.tensorizer.tools.CompiledCheck;

/** Real sources compiled here against the same compiled by Google, the parameters placed as there. */
class RealNetworksTest {
    static List<SeededNetwork> described() {
        return SeededNetwork.all().stream()
                .filter(network -> !network.programs().isEmpty())
                .toList();
    }

    /**
     * Programs depend on shapes, scales and zero points, and on no weight: a network of seeded weights has those that
     * edgetpu_compiler made of the real one, with the parameters in the tiles in which that keeps them. Every instruction
     * of the tiles is the same, and where the scalar core's have the same form, which they have in chains of convolutions,
     * every byte. With the real files at hand, what is known of them is compared with them.
     */
    @ParameterizedTest
    @MethodSource("described")
    void programsAreThoseOfEdgetpuCompiler(SeededNetwork network) {
        boolean whole = network.programs().stream().anyMatch(line -> line.startsWith("bytes"));
        NetworkProgram ours =
                NetworkCompiler.compileWhole(network.source(1)).program().orElseThrow();
        List<Integer> rows = ours.places().layers().stream()
                .map(pieces -> pieces.stream().mapToInt(Piece::rows).sum())
                .toList();
        List<Piece> stored = places(network.programs().get(0));
        NetworkProgram placed = ours.withPlaces(ParameterPlaces.grouped(stored, rows));
        assertThat(facts(
                        stored,
                        placed.narrowBytes(),
                        placed.payloadBytes(),
                        placed.executionOnly().get(0).bytes(),
                        placed.parameterCaching().bytes(),
                        whole))
                .isEqualTo(network.programs());

        if (SharedFolder.has(network.sharedSource())) {
            TfliteModel source = TfliteModel.read(network.sharedSource());
            TfliteModel real = compiled(network.sharedSource());
            Executable execution = real.onlyPackage().executionOnly();
            Executable caching = real.onlyPackage().parameterCaching();
            byte[] stream = bytes(real, caching);
            assertThat(facts(
                            ParameterPlaces.stored(InstructionStream.frame("caching", stream)),
                            execution.usedNarrowMemoryBytesPerTile(),
                            caching.parameters().length(),
                            bytes(real, execution),
                            stream,
                            whole))
                    .isEqualTo(network.programs());
            isSame(ProgramComparison.of(NetworkCompiler.compileWhole(source), real));
        }
    }

    /** What is written comes back, and where the real sources are it is what they hold. */
    @Test
    void networksAreAsDescribed() {
        assertThat(SeededNetwork.all()).isNotEmpty().allSatisfy(network -> {
            assertThat(SeededNetwork.describe(network.source(1))).isEqualTo(network.layers());
            if (SharedFolder.has(network.sharedSource())) {
                TfliteModel real = TfliteModel.read(network.sharedSource());
                assertThat(SeededNetwork.describe(real)).isEqualTo(network.layers());
            }
        });
    }

    /** Lines of {@code networks/real.txt}. */
    private static List<String> facts(
            List<Piece> stored, int narrow, int payload, byte[] execution, byte[] caching, boolean whole) {
        List<String> lines = new ArrayList<>();
        lines.add(stored.stream()
                .map(piece -> piece.tile() + ":" + piece.row() + "+" + piece.rows())
                .collect(Collectors.joining(" ", "places ", "")));
        lines.add("narrow memory " + narrow + ", payload " + payload);
        for (byte[] stream : List.of(execution, caching)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            List<Instruction> tiles = tiles(stream);
            tiles.forEach(instruction -> bytes.writeBytes(instruction.toBytes()));
            lines.add(tiles.size() + " instructions of tiles " + Sha256.of(bytes.toByteArray()));
        }
        if (whole) {
            lines.add("bytes " + Sha256.of(execution) + " " + Sha256.of(caching));
        }
        return lines;
    }

    private static List<Piece> places(String line) {
        return Stream.of(line.split(" "))
                .skip(1)
                .map(piece -> piece.split("[:+]"))
                .map(n -> new Piece(Integer.parseInt(n[0]), Integer.parseInt(n[1]), Integer.parseInt(n[2])))
                .toList();
    }

    static Stream<Arguments> answering() {
        return TestNetwork.rows(
                "templates/keras_lstm_mnist_ptq, 2-5, 2-5",
                "networks/rl_pong, 0-3, 2-6",
                "networks/gabor_64x64_p4, 0-1, 0-1",
                "networks/rl_mlp_tanh, 0-4, 0-6");
    }

    /**
     * Networks of which Google's compiler makes other programs: what goes to the chip, of the layers alone and with what the
     * real ones have around them, and that it answers as the source.
     */
    @ParameterizedTest
    @MethodSource("answering")
    void otherNetworksAnswerAsTheirSource(TestNetwork each, String alone, String real) {
        TfliteModel source = each.source().get();
        CompiledNetwork network = NetworkCompiler.compile(source);
        List<Integer> indices = network.operators().stream()
                .filter(CompiledNetwork.Placed::mapped)
                .map(placed -> placed.operator().index())
                .toList();
        assertThat(indices.get(0) + "-" + indices.get(indices.size() - 1)).isEqualTo(each.seeded() ? alone : real);
        try (Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            TfliteModel compiled = TfliteModel.parse("compiled", network.file());
            CompiledCheck check = CompiledCheck.run(emulator, compiled, cpu, source, CompiledCheck.random(2, 1));
            assertThat(check.agrees()).isTrue();
            assertThat(check.largest()).isLessThanOrEqualTo(1);
        }
    }

    /** An image of one channel, up to the weights; two files of another network have the same input. */
    @Test
    void theInputOfOneChannelIsTheRealOne() {
        List<Instruction> ours = untilParameters(ours());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ours.forEach(instruction -> bytes.writeBytes(instruction.toBytes()));
        assertThat(ours).hasSize(47);
        assertThat(Digest.of(bytes.toByteArray(), 16)).isEqualTo("77bb0d282f1c2b00");
        for (String name : List.of("networks/gabor_64x64_p4", "templates/gabor_64x64_7k_4o_2s")) {
            Path file = SharedFolder.root().resolve(name + "_edgetpu.tflite");
            if (SharedFolder.has(file)) {
                TfliteModel real = TfliteModel.read(file);
                assertThat(untilParameters(bytes(real, real.onlyPackage().executionOnly())))
                        .as(name)
                        .isEqualTo(ours);
            }
        }
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
        TfliteModel source =
                SeededNetwork.of("templates/mobilenet_v1_0.25_128_quant").source(1);
        NetworkProgram near = NetworkCompiler.compile(source).program().orElseThrow();
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
