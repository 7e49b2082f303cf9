package org.tensorizer.network.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.transplant.AssembledNetwork;

class NetworkMapTest {
    private static Network network(String name) {
        return Network.of(TfliteModel.read(SharedFolder.network(name + "_edgetpu.tflite")));
    }

    /** Shapes and multiply-accumulates are those of the published architectures. */
    @ParameterizedTest
    @CsvSource({
        "mobilenet_v1_1.0_224_extractor, 28, 567716352, 3363072",
        "rl_pong, 4, 3790336, 1010240",
        "rl_mlp_tanh, 5, 195072, 199744",
        "stack2_32, 2, 41287680, 10880"
    })
    void operatorsAndTheirSizesAreThoseOfTheArchitecture(String name, int operators, long macs, int layerBytes) {
        NetworkMap map = NetworkMap.of(network(name));
        assertThat(map.entries()).hasSize(operators);
        assertThat(map.entries().stream().mapToLong(NetworkMap.Entry::macs).sum())
                .isEqualTo(macs);
        assertThat(map.layerBytes()).isEqualTo(layerBytes);
        assertThat(map.unknown()).isEmpty();
        assertThat(map.entries().stream().mapToDouble(NetworkMap.Entry::stream).sum())
                .isBetween(0.1, 1.0);
    }

    /** What the compiler reserves in each tile is exactly what the program needs at once: found without reading that field. */
    @ParameterizedTest
    @CsvSource({"mobilenet_v1_1.0_224_extractor, 78912", "posenet_353_481, 147648"})
    @org.junit.jupiter.api.Tag("long")
    void narrowMemoryInUseIsWhatTheCompilerReserves(String name, int bytes) {
        Network network = network(name);
        assertThat(NarrowUse.of(network).most()).isEqualTo(bytes);
        assertThat(network.program().usedNarrowMemoryBytesPerTile()).isEqualTo(bytes);
    }

    @Test
    void smallProgramsNeedNoMoreThanIsReserved() {
        for (String name : List.of("rl_pong", "rl_mlp_tanh", "gabor_64x64_p4", "bright_16x16", "stack2_32")) {
            Network network = network(name);
            assertThat(NarrowUse.of(network).most())
                    .as(name)
                    .isPositive()
                    .isLessThanOrEqualTo(network.program().usedNarrowMemoryBytesPerTile());
        }
    }

    /** Without any real model. */
    @Test
    void anAssembledChainIsMapped() {
        Network network = Network.of(AssembledNetwork.compiled(1, true));
        NetworkMap map = NetworkMap.of(network);
        assertThat(map.entries())
                .extracting(NetworkMap.Entry::kind)
                .containsExactly("FULLY_CONNECTED", "FULLY_CONNECTED");
        assertThat(map.entries().get(0).activation()).isEqualTo("RELU");
        assertThat(map.entries()).extracting(NetworkMap.Entry::macs).containsExactly(64L * 90, 90L * 10);
        String page = NetworkPage.of(network, map, NarrowUse.of(network));
        assertThat(page)
                .startsWith("<!doctype html>")
                .contains("FULLY_CONNECTED")
                .doesNotContain("NaN");
        assertThat(page.split("<polygon", -1)).hasSize(17);
    }
}
