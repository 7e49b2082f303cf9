package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
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
                Arguments.of(SmallNetwork.residual(1), 7),
                Arguments.of(SmallNetwork.mobilenet(1, 128, 0.25, 1000), 29));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ownNetworks")
    void ofOurOwn(SmallNetwork network, int operators, TestReporter reporter) {
        check(network.compiled(), network.source(), operators, reporter);
    }

    /** @param operators layers, sums and pools that have to be compared */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "networks/mobilenet_v1_1.0_224_extractor, 28",
        "templates/mobilenet_v1_0.25_128_quant, 29",
        "networks/conv3x3_p128_anchor, 1",
        "networks/conv3x3_p32_h12_w176, 1",
        "networks/conv3x3_p64_anchor, 1",
        "networks/stack2_32, 2",
        "networks/rl_pong, 4",
        "networks/bright_16x16, 2",
        "networks/looming_64x64_3x3, 2",
        "templates/dense_256, 1",
        "templates/dense_1024, 1"
    })
    void ofRealNetworks(String name, int operators, TestReporter reporter) {
        Path root = SharedFolder.template("../" + name + ".tflite");
        Path compiled = SharedFolder.template("../" + name + "_edgetpu.tflite");
        check(TfliteModel.read(compiled), TfliteModel.read(root), operators, reporter);
    }

    @ParameterizedTest(name = "{0}")
    @Tag("long")
    @CsvSource({
        "networks/deeplab_dm05, 64",
        "networks/posenet_353_481, 30",
        "networks/stack2_400, 2",
        "networks/stack5_120, 5"
    })
    void ofLargeNetworks(String name, int operators, TestReporter reporter) {
        ofRealNetworks(name, operators, reporter);
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

    private static void check(TfliteModel compiled, TfliteModel source, int operators, TestReporter reporter) {
        SourceLayers layers = new SourceLayers(Network.of(compiled), SourceGraph.of(source), ChipParameters.EDGE_TPU);
        layers.compare();
        reporter.publishEntry(source.name(), layers.toString());
        assertThat(layers.compared()).as("operators compared").isEqualTo(operators);
        assertThat(layers.disagreeing()).as("rims that differ").isZero();
    }
}
