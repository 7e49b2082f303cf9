package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/** Parameters are cached by token, not by content: the trap of libedgetpu, and the ways out of it. */
class TokenCachingTest {
    private static final byte[] A = model(256, 1, 77);
    private static final byte[] B = model(256, 2, 77);
    private static final byte[] B_FRESH = model(256, 2, 78);
    private static final byte[] LARGER = model(512, 3, 77);
    private static final byte[] IN = input(256);
    private static final byte[] OF_A = alone(A);
    private static final byte[] OF_B = alone(B);

    private final EmulatorDevice device = new EmulatorDevice();
    private Session anchor;

    /** Something else that keeps the device open, as a second delegate would. */
    @BeforeEach
    void keepOpen() {
        anchor = device.open("anchor", model(256, 9, 99));
    }

    @AfterEach
    void close() {
        anchor.close();
    }

    @Test
    void withOneTokenTheThirdRunOfAbaGivesB() {
        try (Session a = device.open("a", A);
                Session b = device.open("b", B)) {
            assertThat(a.run(IN)).isEqualTo(OF_A);
            assertThat(b.run(IN)).isEqualTo(OF_B);
            assertThat(a.run(IN)).isEqualTo(OF_B);
        }
    }

    @Test
    void withFreshTokensTheThirdRunGivesA() {
        try (Session a = device.open("a", A);
                Session b = device.open("b", B_FRESH)) {
            assertThat(a.run(IN)).isEqualTo(OF_A);
            assertThat(b.run(IN)).isEqualTo(OF_B);
            assertThat(a.run(IN)).isEqualTo(OF_A);
        }
    }

    @Test
    void aModelOpenedWhereOneOfItsTokenWasClosedIsNotSent() {
        try (Session a = device.open("a", A)) {
            assertThat(a.run(IN)).isEqualTo(OF_A);
        }
        try (Session b = device.open("b", B)) {
            assertThat(b.run(IN)).isEqualTo(OF_A);
        }
    }

    @Test
    void closingEverySessionForgets() {
        try (Session a = device.open("a", A)) {
            assertThat(a.run(IN)).isEqualTo(OF_A);
        }
        anchor.close();
        try (Session b = device.open("b", B)) {
            assertThat(b.run(IN)).isEqualTo(OF_B);
        }
    }

    @Test
    void anotherTokenInBetweenMakesTheRuntimeSendAgain() {
        try (Session a = device.open("a", A);
                Session b = device.open("b", B)) {
            a.run(IN);
            b.run(IN);
            anchor.run(IN);
            assertThat(a.run(IN)).isEqualTo(OF_A);
        }
    }

    /** The larger model overwrites all rows of the smaller one; what lies there then are the weights of other channels. */
    @Test
    void modelsOfDifferentSizeOverwriteEachOther() {
        try (Session a = device.open("a", A);
                Session larger = device.open("larger", LARGER)) {
            assertThat(a.run(IN)).isEqualTo(OF_A);
            byte[] ofLarger = larger.run(input(512));
            assertThat(a.run(IN)).isNotEqualTo(OF_A).hasSize(256);
            assertThat(ofLarger).isEqualTo(larger.run(input(512)));
        }
    }

    /** The smaller model leaves the upper rows of the larger one as they are. */
    @Test
    void rowsThatAreNotOverwrittenStay() {
        try (Session larger = device.open("larger", LARGER);
                Session a = device.open("a", A)) {
            byte[] before = larger.run(input(512));
            a.run(IN);
            byte[] after = larger.run(input(512));
            assertThat(after).isNotEqualTo(before);
            // tiles 4 to 7 hold nothing of the smaller model
            assertThat(Arrays.copyOfRange(after, 256, 512)).isEqualTo(Arrays.copyOfRange(before, 256, 512));
        }
    }

    /** Shapes of which neither covers the other, in turns: what is remembered does not grow. */
    @Test
    void whatIsOverwrittenIsForgotten() {
        ParameterMemory.Sent tall = dense(1024, 64).compiled().load().parameters();
        ParameterMemory.Sent wide = dense(64, 1024).compiled().load().parameters();
        ParameterMemory.Contents contents = ParameterMemory.Contents.NOTHING;
        for (int i = 0; i < 10; i++) {
            contents = contents.overwrittenBy(tall).overwrittenBy(wide);
        }
        assertThat(contents.sent()).containsExactly(wide, tall);
    }

    private static TestDense dense(int inputs, int outputs) {
        return TestDense.random(DenseShape.of(inputs, outputs, ParameterFormat.PER_TENSOR), 1);
    }

    @Test
    void withoutCachingEachRunBringsItsOwn() {
        try (EmulatorDevice plain = new EmulatorDevice(ChipParameters.EDGE_TPU, false);
                Session a = plain.open("a", A);
                Session b = plain.open("b", B)) {
            assertThat(a.run(IN)).isEqualTo(OF_A);
            assertThat(b.run(IN)).isEqualTo(OF_B);
            assertThat(a.run(IN)).isEqualTo(OF_A);
        }
    }

    @Test
    void tokenZeroIsRefusedAsLibedgetpuDoes() {
        byte[] zero = withToken(A, 77, 0);
        try (Session session = device.open("zero", zero)) {
            assertThatThrownBy(() -> session.run(IN))
                    .isInstanceOf(DeviceFault.class)
                    .hasMessageContaining("Parameter caching tag is not set");
        }
    }

    private static byte[] withToken(byte[] model, long old, long token) {
        byte[] changed = model.clone();
        ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
        for (Executable executable : TfliteModel.parse("a", model).onlyPackage().executables()) {
            int at = executable.tokenField().orElseThrow().start();
            assertThat(buffer.getLong(at)).isEqualTo(old);
            buffer.putLong(at, token);
        }
        return changed;
    }

    private static byte[] alone(byte[] model) {
        try (EmulatorDevice device = new EmulatorDevice();
                Session session = device.open("alone", model)) {
            return session.run(IN);
        }
    }

    private static byte[] model(int n, long seed, long token) {
        byte[] weights = new byte[n * n];
        new Random(seed).nextBytes(weights);
        return CompiledModelWriter.write(DenseSpec.of(DenseShape.square(n, ParameterFormat.PER_TENSOR))
                .weights(weights)
                .token(token)
                .build());
    }

    private static byte[] input(int n) {
        byte[] in = new byte[n];
        new Random(n).nextBytes(in);
        return in;
    }
}
