package org.tensorizer.device.coral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/**
 * The stale-weight trap on a double that caches as the real runtime does: run A, run B, run A again under one token, and
 * A answers with the weights of B. With fresh tokens it does not.
 */
class TokenTrapTest {
    @TempDir
    private Path folder;

    private byte[] a;
    private byte[] b;
    private final byte[] input = new byte[256];

    @BeforeEach
    void open() {
        EdgeTpuDouble.build(folder).install(folder.resolve("cache"));
        a = Fixture.compiledBytes();
        b = a.clone();
        Executable caching = TfliteModel.parse("a", a).onlyPackage().parameterCaching();
        for (int i = caching.parameters().start(); i < caching.parameters().end(); i++) {
            b[i] = (byte) ~b[i];
        }
        new Random(1).nextBytes(input);
    }

    @AfterEach
    void restore() {
        EdgeTpuDouble.uninstall();
    }

    @Test
    void underOneTokenAAnswersWithTheWeightsOfB() {
        try (Device coral = Devices.open(DeviceChoice.parse("coral"))) {
            byte[][] answers = runAbA(coral.allowingTokenReuse());
            assertThat(answers[1]).isNotEqualTo(answers[0]);
            assertThat(answers[2]).as("A's own answer is lost").isEqualTo(answers[1]);
        }
    }

    @Test
    void withFreshTokensAAnswersAsBefore() {
        freshToken(b);
        try (Device coral = Devices.open(DeviceChoice.parse("coral"))) {
            byte[][] answers = runAbA(coral);
            assertThat(answers[1]).isNotEqualTo(answers[0]);
            assertThat(answers[2]).isEqualTo(answers[0]);
        }
    }

    @Test
    void withoutFreshTokensLoadingBIsRefused() {
        try (Device coral = Devices.open(DeviceChoice.parse("coral"));
                Session first = coral.open("a", a)) {
            assertThat(first.run(input)).hasSize(256);
            assertThatThrownBy(() -> coral.open("b", b)).isInstanceOf(BadInputException.class);
        }
    }

    private byte[][] runAbA(Device coral) {
        try (Session first = coral.open("a", a);
                Session second = coral.open("b", b)) {
            return new byte[][] {first.run(input), second.run(input), first.run(input)};
        }
    }

    private static void freshToken(byte[] model) {
        for (Executable executable :
                TfliteModel.parse("model", model).onlyPackage().executables()) {
            model[executable.tokenField().orElseThrow().start()] ^= 0x55;
        }
    }
}
