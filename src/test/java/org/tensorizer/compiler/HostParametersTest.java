package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.ByteRange;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Networks with more parameters than the tiles have room for: the host sends some in every inference. */
class HostParametersTest {
    /** 3x3x1024x1024 weights alone are more than all tiles have. */
    private static final String CONVOLUTION = "4x4x64 c1024k1s1f1r c1024k3s1f3n c16k1s1f3n";

    private static NetworkProgram program(String network) {
        NetworkText text = NetworkText.of(network);
        return NetworkProgram.of(text.chain(), HeadText.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {CONVOLUTION, "64x20x8 c8k1s1f3n f1000n2"})
    void answersAsItsDefinition(String network) {
        assertThat(program(network).hostBytes()).isPositive();
        assertThat(program(network).extrapolated()).anyMatch(form -> form.contains("from the host"));
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            ExecutedNetworksTest.check(device, network);
        }
    }

    /** Rows of the host and of the loop-back share an inbox. */
    @Test
    @Tag("long")
    void answersAsItsDefinitionWithDepthwiseConvolutionsBetween() {
        answersAsItsDefinition("8x8x8 c1024k3s2f3r c1024k3s1f1r d1024k3s1f3n c1024k3s1f3r p1 f10n3 s");
    }

    @Test
    void goesOverTheWireBehindTheInput() {
        try (Device device = Devices.open(DeviceChoice.parse("virtual"))) {
            ExecutedNetworksTest.check(device, CONVOLUTION);
        }
    }

    @Test
    void whatDoesNotFitStaysWithTheHost() {
        NetworkProgram program = program(CONVOLUTION);
        List<List<Piece>> places = program.places().layers();
        assertThat(places.get(0)).isNotEmpty();
        assertThat(places.get(1)).isEmpty();
        assertThat(places.get(2)).isNotEmpty();
        assertThat(program.hostBytes()).isEqualTo(16 * (3 + 9 * 256) * 256);

        byte[] file = ExecutedNetworksTest.file(program, NetworkText.of(CONVOLUTION));
        Executable execution = TfliteModel.parse("host", file).onlyPackage().executionOnly();
        ByteRange parameters = execution.parameters();
        assertThat(parameters.length()).isEqualTo(program.hostBytes());
        assertThat(execution.hints().hints())
                .filteredOn(DmaHint.Descriptor.class::isInstance)
                .extracting(hint -> ((DmaHint.Descriptor) hint).size())
                .containsExactly(4 * 4 * 64, program.hostBytes(), 4 * 4 * 16);
    }
}
