package org.tensorizer.network.transplant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;

class TransplantTest {
    private static TfliteModel compiled(String name) {
        return TfliteModel.read(SharedFolder.network(name + "_edgetpu.tflite"));
    }

    private static SourceGraph source(String name) {
        return SourceGraph.of(TfliteModel.read(SharedFolder.network(name + ".tflite")));
    }

    private static long token(TfliteModel model) {
        return model.packages().get(0).executables().get(0).token();
    }

    /** Every byte the writer computes is the one that the compiler wrote; the token is given. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bright_16x16",
                "bright_64x64",
                "conv3x3_p128_anchor",
                "conv3x3_p32_h12_w176",
                "conv3x3_p64_anchor",
                "gabor_64x64_p4",
                "looming_64x64_3x3",
                "mobilenet_v1_1.0_224_extractor",
                "rl_mlp_tanh",
                "rl_pong",
                "stack2_32",
                "stack5_120",
                "pairs/color_blue_64x64",
                "pairs/rl_model1_a"
            })
    void aNetworksOwnSourceReproducesIt(String name) {
        TfliteModel model = compiled(name);
        Transplant transplant = Transplant.of(Network.of(model), source(name), Optional.empty());
        Transplanted made = transplant.write(token(model));

        assertThat(made.bytes()).isEqualTo(model.copy());
        assertThat(made.record().instructionsChanged()).isZero();
        assertThat(made.record().payloadBytesChanged()).isZero();
        assertThat(made.record().notes()).isEmpty();
        assertThat(transplant.table()).hasSameSizeAs(Network.of(model).layers());
    }

    @ParameterizedTest
    @org.junit.jupiter.api.Tag("long")
    @ValueSource(strings = {"deeplab_dm05", "posenet_353_481", "stack2_400"})
    void aLargeNetworksOwnSourceReproducesIt(String name) {
        aNetworksOwnSourceReproducesIt(name);
    }

    /** Its decoder computes with constants; with the old source such parts may stay where nothing around them changes. */
    @Test
    @org.junit.jupiter.api.Tag("long")
    void whatIsNotUnderstoodStaysOnlyWhereBothSourcesAgree() {
        TfliteModel model = compiled("movenet_lightning");
        Network network = Network.of(model);
        SourceGraph source = source("movenet_lightning");
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

    /** Two checkpoints of one architecture: what is left are tokens, names, and numerics that the file leaves out. */
    @ParameterizedTest
    @CsvSource({
        "color_blue_64x64, color_red_64x64",
        "color_red_64x64, color_blue_64x64",
        "rl_model1_a, rl_model1_b",
        "rl_model1_b, rl_model1_a"
    })
    void anotherCheckpointBecomesWhatTheCompilerMadeOfIt(String a, String b) {
        TfliteModel expected = compiled("pairs/" + b);
        Transplanted made = Transplant.of(
                        Network.of(compiled("pairs/" + a)), source("pairs/" + b), Optional.of(source("pairs/" + a)))
                .write(token(expected));
        TfliteModel found = TfliteModel.parse("transplanted", made.bytes());

        assertThat(made.record().payloadBytesChanged()).isPositive();
        assertThat(found.size()).isEqualTo(expected.size());
        assertThat(programs(found)).isEqualTo(programs(expected));
        if (a.startsWith("color")) {
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

    /**
     * Sources with other weights, scales, zero points and biases: the transplanted network on the emulator against the new
     * source on the CPU. TFLite requantizes in fixed point, the chip in float32, so outputs may be a step apart.
     */
    @ParameterizedTest
    @CsvSource({
        "stack2_32, 1, 2",
        "rl_mlp_tanh, 1, 2",
        "rl_pong, 1, 2",
        "gabor_64x64_p4, 1, 2",
        "looming_64x64_3x3, 1, 2",
        "bright_16x16, 1, 2",
        "conv3x3_p64_anchor, 1, 2"
    })
    void aModifiedSourceAnswersAsOnTheCpu(String name, int largest, int seeds) {
        Network network = Network.of(compiled(name));
        TfliteModel original = TfliteModel.read(SharedFolder.network(name + ".tflite"));
        for (int seed = 1; seed <= seeds; seed++) {
            TfliteModel modified = ModifiedSource.of(original, seed);
            byte[] made = Transplant.of(network, SourceGraph.of(modified), Optional.empty())
                    .write(seed)
                    .bytes();
            int[] found = compare(made, modified, network.model(), new Random(seed));
            assertThat(found[2])
                    .as("outputs of %s seed %d that moved", name, seed)
                    .isPositive();
            assertThat(found[1])
                    .as("largest difference of %s seed %d", name, seed)
                    .isLessThanOrEqualTo(largest);
            assertThat(found[0])
                    .as("outputs of %s seed %d that differ", name, seed)
                    .isLessThanOrEqualTo(1 + found[3] / 10);
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

    @ParameterizedTest
    @CsvSource({
        "rl_pong, stack2_32, CONV_2D 8x8x4 -> 16",
        "stack2_32, stack5_120, layer 0: CONV_2D 3x3x3 -> 32 of the compiled network is CONV_2D 3x3x3 -> 120",
        "mobilenet_v1_1.0_224_extractor, posenet_353_481, no tensor is named",
        "bright_16x16, bright_64x64, bright_64x64"
    })
    void anotherNetworkIsRefusedWithWhatDiffers(String network, String source, String message) {
        Network compiled = Network.of(compiled(network));
        var other = source(source);
        assertThatThrownBy(() -> Transplant.of(compiled, other, Optional.empty()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not the network that was compiled")
                .hasMessageContaining(message);
    }

    @Test
    void anOldSourceThatIsNotTheOldSourceIsRefused() {
        Network compiled = Network.of(compiled("pairs/rl_model1_a"));
        var other = source("pairs/rl_model1_b");
        assertThatThrownBy(() -> Transplant.of(compiled, other, Optional.of(other)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("compiled from another source");
    }

    @Test
    void aBiasWhereThereWasNoneIsRefusedWithTheRemedy() {
        TfliteModel original = TfliteModel.read(SharedFolder.network("rl_pong.tflite"));
        byte[] biased = original.copy();
        ByteRange bias = original.tensors()
                .get(original.operators().get(2).inputs().get(2))
                .data();
        biased[bias.start()] = 1;
        SourceGraph changed = SourceGraph.of(TfliteModel.parse("biased.tflite", biased));
        assertThatThrownBy(() -> Transplant.of(Network.of(compiled("rl_pong")), changed, Optional.empty()))
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
