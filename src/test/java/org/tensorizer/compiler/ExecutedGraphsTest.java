package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;

/** Functions, products, concatenations, resizes and branches, executed on the emulated chip against their definition. */
class ExecutedGraphsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "16x12x8 c20k3s1f3n t c24k1s1f3n l",
                "12x16x8 c20k1s1f3n l c24k3s1f3n t c8k1s1f3n q",
                "16x16x8 c24k1s1f3n c24k3s1f3n x1n c8k3s1f3n",
                "16x16x8 c24k3s2f3n c24k3s1f3n@1 j1,2 c12k3s1f3n j4,2,1 c16k1s1f3n",
                "16x16x8 c24k3s2f3n u c16k3s1f3n",
                "24x24x8 c28k3s2f3n c28k3s2f3n u a1n",
                "16x16x8 c12k3s2f3n n c16k1s1f3n",
                "24x28x8 c12k3s2f3n c8k3s2f3n n j1,3",
                "8x12x8 c32k1s1f1n p1 f70nt f65nl",
                "8x8x8 c24k3s2f3n f130n3l f9n",
                "8x8x8 c260k1s1f3r f420nt f10n s",
                "16x16x8 c24k3s1f3n! c24k3s2f3n c12k1s1f3n! c30k1s1f3n@2",
                "13x18x8 c24k3s1f3n! d24k3s2f3n t! p1 f10n s",
                "16x16x8 c24k3s2f3n! f30n3l"
            })
    void answerAsTheirDefinition(String network) {
        try (Device device = Devices.open(DeviceChoice.EMULATOR)) {
            ExecutedNetworksTest.check(device, network);
        }
    }

    @Test
    void answerAsTheirDefinitionAtRandom() {
        assertThat(ExecutedNetworksTest.executed(RandomGraph::of, 0, 20)).isGreaterThanOrEqualTo(15);
    }

    @Test
    @Tag("long")
    void answerAsTheirDefinitionAtRandomForLong() {
        assertThat(ExecutedNetworksTest.executed(RandomGraph::of, 20, 400)).isGreaterThanOrEqualTo(300);
    }
}
