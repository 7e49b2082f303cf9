package org.tensorizer.network.transplant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.TestNetwork;
import org.tensorizer.network.source.SourceGraph;

class TransplantTest {
    private static long token(TfliteModel model) {
        return model.packages().get(0).executables().get(0).token();
    }

    static Stream<Arguments> own() {
        return Stream.concat(
                TestNetwork.rows(
                        "networks/conv3x3_p32_h12_w176",
                        "networks/rl_mlp_tanh",
                        "networks/stack2_32",
                        "templates/mobilenet_v1_0.25_128_quant"),
                TestNetwork.real(
                        "networks/bright_16x16",
                        "networks/bright_64x64",
                        "networks/conv3x3_p128_anchor",
                        "networks/conv3x3_p64_anchor",
                        "networks/gabor_64x64_p4",
                        "networks/looming_64x64_3x3",
                        "networks/mobilenet_v1_1.0_224_extractor",
                        "networks/rl_pong",
                        "networks/stack5_120",
                        "networks/pairs/color_blue_64x64",
                        "networks/pairs/rl_model1_a"));
    }

    /** Every byte the writer computes is the one that the compiler wrote; the token is given. */
    @ParameterizedTest
    @MethodSource("own")
    void aNetworksOwnSourceReproducesIt(TestNetwork tested) {
        Network network = tested.network();
        Transplant transplant =
                Transplant.of(network, SourceGraph.of(tested.source().get()), Optional.empty());
        Transplanted made = transplant.write(token(network.model()));

        assertThat(made.bytes()).isEqualTo(network.model().copy());
        assertThat(made.record().instructionsChanged()).isZero();
        assertThat(made.record().payloadBytesChanged()).isZero();
        assertThat(made.record().notes()).isEmpty();
        assertThat(transplant.table()).hasSameSizeAs(network.layers());
    }

    static Stream<Arguments> large() {
        return Stream.concat(
                TestNetwork.seeded("networks/mobilenet_v1_1.0_224_extractor", "networks/stack5_120"),
                TestNetwork.real("networks/deeplab_dm05", "networks/posenet_353_481", "networks/stack2_400"));
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("large")
    void aLargeNetworksOwnSourceReproducesIt(TestNetwork tested) {
        aNetworksOwnSourceReproducesIt(tested);
    }

    /** Its decoder computes with constants; with the old source such parts may stay where nothing around them changes. */
    @Test
    @Tag("long")
    void whatIsNotUnderstoodStaysOnlyWhereBothSourcesAgree() {
        TfliteModel model = TfliteModel.read(SharedFolder.network("movenet_lightning_edgetpu.tflite"));
        Network network = Network.of(model);
        SourceGraph source = SourceGraph.of(TfliteModel.read(SharedFolder.network("movenet_lightning.tflite")));
        assertThatThrownBy(() -> Transplant.of(network, source, Optional.empty()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not understood")
                .hasMessageContaining("--was");

        Transplanted same = Transplant.of(network, source, Optional.of(source)).write(token(model));
        assertThat(same.bytes()).isEqualTo(model.copy());
        assertThat(same.record().notes()).isNotEmpty();

        SourceGraph other = SourceGraph.of(ModifiedSource.of(source.model(), 1));
        assertThatThrownBy(() -> Transplant.of(network, other, Optional.of(source)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("differ there");
    }

    static Stream<Arguments> checkpoints() {
        return TestNetwork.pairs(
                "networks/stack2_32, networks/stack2_32",
                "networks/rl_mlp_tanh, networks/rl_mlp_tanh",
                "templates/mobilenet_v1_0.25_128_quant, templates/mobilenet_v1_0.25_128_quant",
                "networks/pairs/color_blue_64x64, networks/pairs/color_red_64x64",
                "networks/pairs/color_red_64x64, networks/pairs/color_blue_64x64",
                "networks/pairs/rl_model1_a, networks/pairs/rl_model1_b",
                "networks/pairs/rl_model1_b, networks/pairs/rl_model1_a");
    }

    /** Two checkpoints of one architecture: what is left are tokens, names, and numerics that the file leaves out. */
    @ParameterizedTest
    @MethodSource("checkpoints")
    void anotherCheckpointBecomesWhatTheCompilerMadeOfIt(TestNetwork a, TestNetwork b) {
        TfliteModel expected = b.compiled().get();
        Transplanted made = Transplant.of(
                        a.network(),
                        SourceGraph.of(b.source().get()),
                        Optional.of(SourceGraph.of(a.source().get())))
                .write(token(expected));
        TfliteModel found = TfliteModel.parse("transplanted", made.bytes());

        assertThat(made.record().payloadBytesChanged()).isPositive();
        assertThat(found.size()).isEqualTo(expected.size());
        assertThat(programs(found)).isEqualTo(programs(expected));
        if (a.seeded()) {
            assertThat(found.copy()).isEqualTo(expected.copy());
        } else if (a.name().contains("color")) {
            // the two files name their input differently, in five places
            assertThat(differences(found.copy(), expected.copy())).isEqualTo(25);
        }
    }

    /** Payloads and instructions of all executables. */
    private static List<java.nio.ByteBuffer> programs(TfliteModel model) {
        List<java.nio.ByteBuffer> parts = new ArrayList<>();
        for (Executable executable : model.onlyPackage().executables()) {
            parts.add(model.bytes(executable.parameters()));
            executable.chunks().forEach(chunk -> parts.add(model.bytes(chunk.range())));
        }
        return parts;
    }

    private static int differences(byte[] a, byte[] b) {
        int count = 0;
        for (int i = 0; i < a.length; i++) {
            count += a[i] != b[i] ? 1 : 0;
        }
        return count;
    }

    static Stream<Arguments> modified() {
        return Stream.concat(
                TestNetwork.rows("networks/stack2_32", "networks/rl_mlp_tanh"),
                TestNetwork.real(
                        "networks/rl_pong",
                        "networks/gabor_64x64_p4",
                        "networks/looming_64x64_3x3",
                        "networks/bright_16x16",
                        "networks/conv3x3_p64_anchor"));
    }

    /**
     * Sources with other weights, scales, zero points and biases: the transplanted network on the emulator against the new
     * source on the CPU. TFLite requantizes in fixed point, the chip in float32, so outputs may be a step apart.
     */
    @ParameterizedTest
    @MethodSource("modified")
    void aModifiedSourceAnswersAsOnTheCpu(TestNetwork tested) {
        Network network = tested.network();
        for (int seed = 1; seed <= 2; seed++) {
            TfliteModel modified = ModifiedSource.of(tested.source().get(), seed);
            byte[] made = Transplant.of(network, SourceGraph.of(modified), Optional.empty())
                    .write(seed)
                    .bytes();
            int[] found = compare(made, modified, network.model(), new Random(seed));
            assertThat(found[2]).as("outputs of seed %d that moved", seed).isPositive();
            assertThat(found[1]).as("largest difference of seed %d", seed).isLessThanOrEqualTo(1);
            assertThat(found[0]).as("outputs of seed %d that differ", seed).isLessThanOrEqualTo(1 + found[3] / 10);
        }
    }

    /** @return outputs that differ from the CPU, the largest difference, outputs that differ from before, outputs */
    private static int[] compare(byte[] made, TfliteModel modified, TfliteModel before, Random random) {
        int[] found = new int[4];
        try (Session chip = new EmulatorDevice().open("transplanted", made);
                Session old = new EmulatorDevice().open("before", before.copy());
                Session cpu = new CpuDevice().open("source", modified.copy())) {
            List<byte[]> inputs = new ArrayList<>();
            for (var spec : cpu.inputs()) {
                byte[] input = new byte[spec.byteSize()];
                random.nextBytes(input);
                inputs.add(input);
            }
            List<byte[]> a = chip.run(inputs);
            List<byte[]> b = cpu.run(inputs);
            List<byte[]> c = old.run(inputs);
            for (int k = 0; k < a.size(); k++) {
                for (int i = 0; i < a.get(k).length; i++) {
                    int difference = Math.abs((a.get(k)[i] & 0xff) - (b.get(k)[i] & 0xff));
                    difference = Math.min(difference, 256 - difference);
                    found[0] += difference > 0 ? 1 : 0;
                    found[1] = Math.max(found[1], difference);
                    found[2] += a.get(k)[i] != c.get(k)[i] ? 1 : 0;
                    found[3]++;
                }
            }
        }
        return found;
    }

    static Stream<Arguments> strangers() {
        return TestNetwork.pairs(
                "networks/rl_pong, networks/stack2_32, CONV_2D 8x8x4 -> 16",
                "networks/stack2_32, networks/stack5_120,"
                        + " layer 0: CONV_2D 3x3x3 -> 32 of the compiled network is CONV_2D 3x3x3 -> 120",
                "networks/mobilenet_v1_1.0_224_extractor, networks/posenet_353_481, no tensor is named",
                "networks/bright_16x16, networks/bright_64x64, bright_64x64");
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void anotherNetworkIsRefusedWithWhatDiffers(TestNetwork tested, TestNetwork stranger, String message) {
        Network network = tested.network();
        var other = SourceGraph.of(stranger.source().get());
        assertThatThrownBy(() -> Transplant.of(network, other, Optional.empty()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not the network that was compiled")
                .hasMessageContaining(message);
    }

    static Stream<Arguments> others() {
        return TestNetwork.pairs(
                "networks/stack2_32, networks/stack2_32", "networks/pairs/rl_model1_a, networks/pairs/rl_model1_b");
    }

    @ParameterizedTest
    @MethodSource("others")
    void anOldSourceThatIsNotTheOldSourceIsRefused(TestNetwork tested, TestNetwork another) {
        Network network = tested.network();
        var other = SourceGraph.of(another.source().get());
        assertThatThrownBy(() -> Transplant.of(network, other, Optional.of(other)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("compiled from another source");
    }

    static Stream<Arguments> withoutBias() {
        return Stream.concat(TestNetwork.rows("networks/stack2_32"), TestNetwork.real("networks/rl_pong"));
    }

    @ParameterizedTest
    @MethodSource("withoutBias")
    void aBiasWhereThereWasNoneIsRefusedWithTheRemedy(TestNetwork tested) {
        TfliteModel original = tested.source().get();
        byte[] biased = original.copy();
        Operator first = original.operators().stream()
                .filter(SourceGraph.of(original)::isLayer)
                .findFirst()
                .orElseThrow();
        biased[original.tensors().get(first.inputs().get(2)).data().start()] = 1;
        SourceGraph changed = SourceGraph.of(TfliteModel.parse("biased.tflite", biased));
        Network network = tested.network();
        assertThatThrownBy(() -> Transplant.of(network, changed, Optional.empty()))
                .hasMessageContaining("layer 0")
                .hasMessageContaining("bias that is not zero")
                .hasMessageContaining("compile the source");
    }

    /** Without any real model: the assembled network of one source, written over by another. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void assembledNetworksTakeOtherSources(boolean perChannel) {
        TfliteModel first = AssembledNetwork.compiled(1, perChannel);
        TfliteModel second = AssembledNetwork.compiled(2, perChannel);
        SourceGraph source = SourceGraph.of(AssembledNetwork.source(2, perChannel));
        byte[] made = Transplant.of(
                        Network.of(first), source, Optional.of(SourceGraph.of(AssembledNetwork.source(1, perChannel))))
                .write(token(second))
                .bytes();
        assertThat(made).isEqualTo(second.copy());
        assertThat(made).isNotEqualTo(first.copy());
    }
}
