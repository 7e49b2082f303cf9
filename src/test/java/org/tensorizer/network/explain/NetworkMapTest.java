package org.tensorizer.network.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.network.Network;
import org.tensorizer.network.TestNetwork;
import org.tensorizer.network.transplant.AssembledNetwork;

class NetworkMapTest {
    static Stream<Arguments> architectures() {
        return Stream.concat(
                TestNetwork.rows(
                        "networks/stack2_32, 2, 41287680, 10880",
                        "templates/mobilenet_v1_0.25_128_quant, 30, 13570304, 518656"),
                TestNetwork.real(
                        "networks/mobilenet_v1_1.0_224_extractor, 28, 567716352, 3363072",
                        "networks/rl_pong, 4, 3790336, 1010240",
                        "networks/rl_mlp_tanh, 5, 195072, 199744"));
    }

    /** Shapes and multiply-accumulates are those of the published architectures. */
    @ParameterizedTest
    @MethodSource("architectures")
    void operatorsAndTheirSizesAreThoseOfTheArchitecture(
            TestNetwork network, int operators, long macs, int layerBytes) {
        NetworkMap map = NetworkMap.of(network.network());
        assertThat(map.entries()).hasSize(operators);
        assertThat(map.entries().stream().mapToLong(NetworkMap.Entry::macs).sum())
                .isEqualTo(macs);
        assertThat(map.layerBytes()).isEqualTo(layerBytes);
        assertThat(map.unknown()).isEmpty();
        assertThat(map.entries().stream().mapToDouble(NetworkMap.Entry::stream).sum())
                .isBetween(0.1, 1.0);
    }

    static Stream<Arguments> large() {
        return TestNetwork.rows("networks/mobilenet_v1_1.0_224_extractor, 78912", "networks/posenet_353_481, 147648");
    }

    /**
     * What the compiler reserves in each tile is exactly what the program needs at once: found without reading that field.
     */
    @ParameterizedTest
    @MethodSource("large")
    @Tag("long")
    void narrowMemoryInUseIsWhatTheCompilerReserves(TestNetwork tested, int bytes) {
        Network network = tested.network();
        assertThat(NarrowUse.of(network).most()).isEqualTo(bytes);
        assertThat(network.program().usedNarrowMemoryBytesPerTile()).isEqualTo(bytes);
    }

    static Stream<Arguments> small() {
        return TestNetwork.rows(
                "networks/rl_pong",
                "networks/rl_mlp_tanh",
                "networks/gabor_64x64_p4",
                "networks/bright_16x16",
                "networks/stack2_32");
    }

    @ParameterizedTest
    @MethodSource("small")
    void smallProgramsNeedNoMoreThanIsReserved(TestNetwork tested) {
        Network network = tested.network();
        assertThat(NarrowUse.of(network).most())
                .isPositive()
                .isLessThanOrEqualTo(network.program().usedNarrowMemoryBytesPerTile());
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
