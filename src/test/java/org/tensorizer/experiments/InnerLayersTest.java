package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.TestNetwork;
import org.tensorizer.network.source.SourceGraph;

/**
 * The chip's arithmetic, layer by layer: from what went into a layer on the emulated chip and from the tensors of the source
 * model, {@link LayerArithmetic} computes what must come out; every byte that the tiles computed must be that. Operators
 * whose arithmetic is a table or a product of activations are not covered here.
 */
class InnerLayersTest {
    static Stream<Arguments> ownNetworks() {
        return Stream.of(
                Arguments.of(SmallNetwork.convolution(1, false), 1),
                Arguments.of(SmallNetwork.convolution(2, true), 1),
                Arguments.of(SmallNetwork.classifier(3), 5),
                Arguments.of(SmallNetwork.classifier(4, true), 5),
                Arguments.of(SmallNetwork.residual(1), 7));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ownNetworks")
    void ofOurOwn(SmallNetwork network, int operators, TestReporter reporter) {
        check(Network.of(network.compiled()), network.source(), operators, reporter);
    }

    static Stream<Arguments> networks() {
        return Stream.concat(
                TestNetwork.rows(
                        "templates/mobilenet_v1_0.25_128_quant, 29",
                        "networks/conv3x3_p32_h12_w176, 1",
                        "networks/stack2_32, 2"),
                TestNetwork.real(
                        "networks/mobilenet_v1_1.0_224_extractor, 28",
                        "networks/conv3x3_p128_anchor, 1",
                        "networks/conv3x3_p64_anchor, 1",
                        "networks/rl_pong, 4",
                        "networks/bright_16x16, 2",
                        "networks/looming_64x64_3x3, 2",
                        "templates/dense_256, 1",
                        "templates/dense_1024, 1"));
    }

    /** @param operators layers, sums and pools that have to be compared */
    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void ofRealNetworks(TestNetwork network, int operators, TestReporter reporter) {
        check(network.network(), network.source().get(), operators, reporter);
    }

    static Stream<Arguments> large() {
        return Stream.concat(
                TestNetwork.rows("networks/stack5_120, 5"),
                TestNetwork.real(
                        "networks/deeplab_dm05, 64", "networks/posenet_353_481, 30", "networks/stack2_400, 2"));
    }

    @ParameterizedTest(name = "{0}")
    @Tag("long")
    @MethodSource("large")
    void ofLargeNetworks(TestNetwork network, int operators, TestReporter reporter) {
        ofRealNetworks(network, operators, reporter);
    }

    @ParameterizedTest
    @EnumSource(
            value = ChipParameters.NetworkFault.class,
            names = {"EAST_REVERSED", "OTHER_PADDING", "SHIFTED_PARAMETERS"})
    void aWrongChipIsFoundOut(ChipParameters.NetworkFault fault) {
        SmallNetwork network = SmallNetwork.classifier(3);
        SourceLayers layers = new SourceLayers(
                Network.of(network.compiled()),
                SourceGraph.of(network.source()),
                ChipParameters.EDGE_TPU.withNetwork(fault));
        assertThatThrownBy(layers::compare).isInstanceOf(AssertionError.class).hasMessageContaining("element");
    }

    private static void check(Network network, TfliteModel source, int operators, TestReporter reporter) {
        SourceLayers layers = new SourceLayers(network, SourceGraph.of(source), ChipParameters.EDGE_TPU);
        layers.compare();
        reporter.publishEntry(source.name(), layers.toString());
        assertThat(layers.compared()).as("operators compared").isEqualTo(operators);
        assertThat(layers.disagreeing()).as("rims that differ").isZero();
    }
}
