package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.ByteRange;
import org.tensorizer.conv.Digest;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;

/** Networks executed on the emulated chip, all its refusals on, against their definition. */
class ExecutedNetworksTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "8x8x64 c100k1s1f3n",
                "16x8x64 c100k1s1f1r",
                "4x4x64 c100k1s1f2n",
                "16x16x32 c64k1s1f3r d64k3s1f3n c32k1s1f3n",
                "20x16x3 c24k3s2f1r d24k3s1f1r c40k1s1f2n",
                "16x16x8 c24k1s1f3n c48k1s1f16 d48k3s1f36 c24k1s1f1n a1n c24k1s1f3n a5r",
                "16x16x3 c32k3s1f1r c32k3s1vf1r m2s2 f10n s",
                "8x12x8 c100k1s1f1n p1 f40r f65n s",
                "8x8x8 c420k1s1f1n p2",
                "8x12x8 c96k1s1f3r p1 f70n3 f10n2 s",
                "16x16x8 c24k3s2f3r f130r2 f9n3",
                "8x8x8 c260k1s1f3r f72r3 f12n2",
                "12x28x8 c24k1s1f36 c24k1s1f3n a1n m2s2",
                "32x20x3 c32k1s2f2n",
                "24x8x8 c130k3s1f3n f65n s",
                "78x20x4 c4k1s1f3n f257n2 s",
                "30x30x3 c16k3s2f3r c24k3s1f3n",
                "17x23x1 c12k3s1f1r m2s2 f10n3 s",
                "61x47x2 c8k3s1f3n",
                "9x14x12 c20k3s1f36 d20k3s2f3n p1",
                "12x16x5 c20k3s1f3n",
                "8x16x7 d7k3s1f3n",
                "20x8x6 c24k1s1f1n d24k3s2f3n",
                "8x16x9 m2s2 c8k1s1f3n",
                "13x11x6 c8k3s1f3n",
                "9x9x5 d5k3s1f3n c12k1s1f2n",
                "16x16x13 c16k3s1f2n p1 f5n",
                "8x12x8 c100k1s1f1n p1 s",
                "8x8x8 c12k1s1f1n p1 s",
                "4x8x8 c5k1s1f3n s",
                "8x8x4 c16k3s1f3n s",
                "8x8x8 c20k1s1f3n f70nl s"
            })
    void answerAsTheirDefinition(String network) {
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            check(device, network);
        }
    }

    @Test
    @Tag("long")
    void answerAsTheirDefinitionSeeded() {
        List<String> lines = new ArrayList<>(Digest.lines("chains.txt"));
        lines.addAll(Digest.lines("heads.txt"));
        int executed = 0;
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            for (String line : lines) {
                if (!line.endsWith("refused")) {
                    check(device, line.split(" = ")[0]);
                    executed++;
                }
            }
        }
        assertThat(executed).isGreaterThanOrEqualTo(300);
    }

    /** Networks that no other implementation makes are among them. */
    @Test
    void answerAsTheirDefinitionAtRandom() {
        assertThat(executed(RandomNetwork::of, 0, 30)).isGreaterThanOrEqualTo(15);
    }

    @Test
    @Tag("long")
    void answerAsTheirDefinitionAtRandomForLong() {
        assertThat(executed(RandomNetwork::of, 30, 600)).isGreaterThanOrEqualTo(300);
    }

    /** @return how many of the networks of these seeds have a program */
    static int executed(LongFunction<String> networks, int from, int to) {
        int executed = 0;
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            for (int seed = from; seed < to; seed++) {
                String network = networks.apply(seed);
                try {
                    check(device, network);
                    executed++;
                } catch (DoesNotFitException refused) {
                    assertThat(refused).as(network).hasMessageMatching(".*\\d.*");
                }
            }
        }
        return executed;
    }

    static void check(Device device, String network) {
        NetworkText text = NetworkText.of(network);
        check(device, network, NetworkProgram.of(text.chain(), HeadText.of(text)));
    }

    /** @param program of the network */
    static void check(Device device, String network, NetworkProgram program) {
        NetworkText text = NetworkText.of(network);
        Head head = HeadText.of(text);
        Image input = program.chain().images().get(0);
        int[] pixels = new SplittableRandom(network.hashCode())
                .ints((long) input.height() * input.width() * input.channels(), 0, 256)
                .toArray();
        List<NetworkReference.Pixels> images = NetworkReference.images(
                text, new NetworkReference.Pixels(input.height(), input.width(), input.channels(), pixels));
        List<int[]> expected = new ArrayList<>();
        text.chain().results().forEach(image -> expected.add(images.get(image).values()));
        if (program.head().isPresent()) {
            expected.add(NetworkReference.head(head, images.get(images.size() - 1)));
        }
        byte[] bytes = new byte[pixels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) pixels[i];
        }
        try (Session session = device.open("network", file(program, text))) {
            List<byte[]> answered = session.run(List.of(bytes));
            assertThat(answered).as(network).hasSameSizeAs(expected);
            for (int k = 0; k < expected.size(); k++) {
                boolean softmax = head.softmax().isPresent() && k == expected.size() - 1;
                assertThat(largest(expected.get(k), answered.get(k)))
                        .as("output %d of %s", k, network)
                        .isLessThanOrEqualTo(softmax ? 1 : 0);
            }
        }
    }

    private static int largest(int[] expected, byte[] answered) {
        assertThat(answered).hasSize(expected.length);
        int most = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(expected[i] - (answered[i] & 0xff)));
        }
        return most;
    }

    static byte[] file(NetworkProgram program, NetworkText text) {
        Image first = program.chain().images().get(0);
        List<Tensor> outputs = new ArrayList<>();
        for (int image : program.chain().results()) {
            Image each = program.chain().images().get(image);
            List<Integer> shape = List.of(1, each.height(), each.width(), each.channels());
            outputs.add(tensor(outputs.size() + 1, "output " + image, shape));
        }
        program.head()
                .ifPresent(
                        head -> outputs.add(tensor(outputs.size() + 1, "output", List.of(1, head.resultChannels()))));
        return new NetworkFile(
                        program,
                        text.numbers(),
                        tensor(0, "input", List.of(1, first.height(), first.width(), first.channels())),
                        outputs)
                .write(null, List.of(), List.of());
    }

    private static Tensor tensor(int index, String name, List<Integer> shape) {
        return new Tensor(
                index, name, TensorType.UINT8, shape, List.of(1f), List.of(0L), 0, 0, new ByteRange(0, 0), false);
    }
}
