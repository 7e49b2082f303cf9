package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

/** Networks whose first images are too large for narrow memory, or are taken for such. */
class StripsTest {
    private static NetworkProgram program(String network) {
        NetworkText text = NetworkText.of(network);
        return NetworkProgram.of(text.chain(), HeadText.of(text));
    }

    @ParameterizedTest
    @CsvSource({
        "64x64x4 c800k1s1f3r c8k1s1f3n, 2",
        "61x67x3 c700k3s1f2r c16k3s2vf3n m2s2 c20k3s1f3r f10n3 s, 2",
        "64x48x8 c512k1s1f3r d512k3s1f3r d512k3s2f3r c24k1s1f3n c24k1s1f3n a4n p1 f5n, 2",
        "96x96x4 c400k1s1f1r c12k4s1f3n c12k3s1vf3r, 2"
    })
    void imagesLargerThanNarrowMemoryAreCutIntoStrips(String network, int strips) {
        assertThat(program(network).chain().stripCount()).isEqualTo(strips);
        assertThat(program(network).extrapolated()).anyMatch(form -> form.contains(strips + " strips"));
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            ExecutedNetworksTest.check(device, network);
        }
    }

    @Test
    void theHostSendsTheRowsOfEachStrip() {
        String network = "64x64x4 c800k3s1f3r c8k3s1f3n";
        byte[] file = ExecutedNetworksTest.file(program(network), NetworkText.of(network));
        List<DmaHint.Descriptor> inputs =
                TfliteModel.parse("strips", file).onlyPackage().executionOnly().hints().hints().stream()
                        .filter(DmaHint.Descriptor.class::isInstance)
                        .map(DmaHint.Descriptor.class::cast)
                        .filter(hint -> hint.kind() == Relocation.Kind.INPUT)
                        .toList();
        // two strips of 8 rows for each of 4 rows of tiles, and 2 rows above and below inside the image
        assertThat(inputs)
                .extracting(DmaHint.Descriptor::offset)
                .containsExactly(0, 3584, 7680, 11776, 1536, 5632, 9728, 13824);
        assertThat(inputs)
                .extracting(DmaHint.Descriptor::size)
                .containsExactly(2560, 3072, 3072, 3072, 3072, 3072, 3072, 2560);
        try (Device device = Devices.open(DeviceChoice.parse("virtual"))) {
            ExecutedNetworksTest.check(device, network);
        }
    }

    @Test
    void anyImageMayBeCut() {
        assertThat(executed(0, 20)).isGreaterThanOrEqualTo(8);
    }

    @Test
    @Tag("long")
    void anyImageMayBeCutForLong() {
        assertThat(executed(20, 600)).isGreaterThanOrEqualTo(200);
    }

    /** Random networks, cut though they would fit. */
    private static int executed(int from, int to) {
        int executed = 0;
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            for (int seed = from; seed < to; seed++) {
                String network = RandomNetwork.of(seed);
                NetworkText text = NetworkText.of(network);
                try {
                    ImageChain chain = text.chain();
                    int most = chain.mostInStrips();
                    if (most > 0) {
                        ImageChain cut = chain.inStrips(1 + seed % most, 2 + seed / 7 % 2);
                        ExecutedNetworksTest.check(device, network, NetworkProgram.of(cut, HeadText.of(text)));
                        executed++;
                    }
                } catch (DoesNotFitException refused) {
                    assertThat(refused).as(network).hasMessageMatching(".*\\d.*");
                }
            }
        }
        return executed;
    }
}
