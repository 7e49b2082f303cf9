package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.recovery.PayloadTarget.Activations;
import org.tensorizer.recovery.Recovery.InsensitiveTemplateException;

/** The layout of chips that nobody described to the recovery. */
class RecoveryTest {
    private static RecoveredLayout recover(FakeChip chip) {
        RecoveredLayout layout = Recovery.of(chip).run();
        assertThat(chip.openSessions).as("sessions left open").isZero();
        return layout;
    }

    private static RecoveredLayout expectAll(FakeChip chip) {
        RecoveredLayout layout = recover(chip);
        for (int o = 0; o < chip.outputs; o++) {
            for (int i = 0; i < chip.inputs; i++) {
                if (layout.weights().at(o, i) != chip.weights.of(o, i)) {
                    assertThat(layout.weights().at(o, i)).as("W[%d][%d]", o, i).isEqualTo(chip.weights.of(o, i));
                }
            }
        }
        for (int b = 0; b < 256; b++) {
            assertThat(layout.weight(0, b)).as("byte %d", b).isEqualTo(chip.value.applyAsInt(b) - chip.zeroPoint);
        }
        assertThat(layout.struckCells()).isZero();
        assertThat(layout.isComplete()).as("%s", layout.roleCounts()).isTrue();
        assertThat(layout.budget().used()).isEqualTo(chip.answers);
        assertThat(layout.budget().ratio()).as("%s", layout.budget()).isLessThanOrEqualTo(1.5);
        return layout;
    }

    private static void expectFormula(RecoveredLayout layout, String formula) {
        assertThat(layout.formula().orElseThrow().isRegular()).isTrue();
        assertThat(layout.formula().orElseThrow().formula()).hasToString(formula);
    }

    @Test
    void identityTemplateOfTheRealChip() {
        RecoveredLayout layout = expectAll(FakeChip.tiled(256, 256, 64, 4, 0).identity());
        assertThat(layout.budget().bound()).isEqualTo(512);
        assertThat(layout.budget().levels()).isEqualTo(256);
        expectFormula(layout, "offset = (out/64)*16384 + (in/4)*256 + (out%64)*4 + in%4");
        assertThat(layout.role(1)).isEqualTo(new ByteRole.Weight(0, 1));
        assertThat(layout.encodingText()).isEqualTo("unsigned, ascending, weight = value - (128)");
    }

    static Stream<Arguments> strangers() {
        FakeChip lanes8 = FakeChip.tiled(128, 128, 64, 8, 0);
        FakeChip tiles32 = FakeChip.tiled(128, 128, 32, 4, 0);
        FakeChip swapped =
                new FakeChip(128, 128, 128 * 128, (o, i) -> i / 64 * 64 * 128 + o / 4 * 256 + i % 64 * 4 + o % 4);
        FakeChip reversed = new FakeChip(
                128, 128, 128 * 128, (o, i) -> (1 - o / 64) * 64 * 128 + i / 4 * 256 + (63 - o % 64) * 4 + 3 - i % 4);
        FakeChip complement = FakeChip.tiled(128, 128, 64, 4, 0);
        complement.value = b -> (byte) b;
        complement.zeroPoint = 0;
        FakeChip falling = FakeChip.tiled(128, 128, 16, 2, 0);
        falling.value = b -> -b;
        falling.zeroPoint = -127;
        FakeChip magnitude = FakeChip.tiled(128, 128, 64, 1, 0);
        magnitude.value = b -> b < 128 ? b : 128 - b;
        magnitude.zeroPoint = 0;
        FakeChip bits = FakeChip.tiled(256, 256, 64, 4, 0);
        bits.value = b -> Integer.reverse(b) >>> 24;
        return Stream.of(
                Arguments.of("lanes of 8", lanes8, "offset = (out/64)*8192 + (in/8)*512 + (out%64)*8 + in%8"),
                Arguments.of("tiles of 32", tiles32, "offset = (out/32)*4096 + (in/4)*128 + (out%32)*4 + in%4"),
                Arguments.of("swapped axes", swapped, "offset = (in/64)*8192 + (out/4)*256 + (in%64)*4 + out%4"),
                Arguments.of(
                        "reversed lanes",
                        reversed,
                        "offset = (1 - out/64)*8192 + (in/4)*256 + (63 - out%64)*4 + (3 - in%4)"),
                Arguments.of("two's complement", complement, "offset = (out/64)*8192 + (in/4)*256 + (out%64)*4 + in%4"),
                Arguments.of("descending", falling, "offset = (out/16)*2048 + (in/2)*32 + (out%16)*2 + in%2"),
                Arguments.of("sign and magnitude", magnitude, "offset = (out/64)*8192 + in*64 + out%64"),
                Arguments.of("reversed bits", bits, "offset = (out/64)*16384 + (in/4)*256 + (out%64)*4 + in%4"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void strangersAreReadWithoutBeingTold(String name, FakeChip chip, String formula) {
        expectFormula(expectAll(chip.randomWeights(name.hashCode())), formula);
    }

    @Test
    void aPermutationWithinATileIsReadAndCalledIrregular() {
        int[] lane = new Random(8).ints(0, 256).distinct().limit(256).toArray();
        FakeChip chip =
                new FakeChip(128, 128, 128 * 128, (o, i) -> o / 64 * 64 * 128 + i / 4 * 256 + lane[o % 64 * 4 + i % 4]);
        RecoveredLayout layout = expectAll(chip.identity());
        assertThat(layout.formula().orElseThrow().isRegular()).isFalse();
        assertThat(layout.formula().orElseThrow().counterexample()).isPresent();
    }

    @Test
    void aScatteredLayoutHasNoPatternAtAll() {
        int[] place = new Random(9).ints(0, 70 * 64).distinct().limit(64 * 64).toArray();
        RecoveredLayout layout =
                expectWeights(new FakeChip(64, 64, 70 * 64, (o, i) -> place[o * 64 + i]).randomWeights(2));
        assertThat(layout.roleCounts()).containsEntry("unused", 6 * 64).containsEntry("weight", 64 * 64);
    }

    @Test
    void everyHeaderByteOfAPerChannelTemplateIsProven() {
        FakeChip chip = FakeChip.perChannel(256, 256, false);
        chip.gain = 3.5e-4f;
        chip.input = new Activations(256, false, 127);
        chip.output = new Activations(256, false, 129);
        RecoveredLayout layout = expectAll(chip.randomWeights(3));
        assertThat(layout.role(16896 + 4 * 7 + 2)).isEqualTo(new ByteRole.Scale(71, 2));
        assertThat(layout.role(256 + 4 * 5)).isEqualTo(new ByteRole.ZeroPoint(5, 0));
        assertThat(layout.headers().get("scale").formula()).hasToString("offset = (out/64)*16896 + (out%64)*4 + byte");
        assertThat(layout.headers().get("zero_point").formula())
                .hasToString("offset = (out/64)*16896 + 256 + (out%64)*4 + byte");
        expectFormula(layout, "offset = (out/64)*16896 + 512 + (in/4)*256 + (out%64)*4 + in%4");
    }

    @Test
    void biasesAreFoundAndClearedBeforeTheyBlindTheOutputs() {
        FakeChip chip = FakeChip.perChannel(128, 128, true);
        chip.gain = 3.5e-4f;
        RecoveredLayout layout = recover(chip.randomWeights(3));
        assertThat(layout.isComplete()).isTrue();
        assertThat(layout.headers().get("bias").formula())
                .hasToString("offset = (out/64)*8960 + 256 + (out%64)*4 + byte");
        assertThat(layout.roleCounts()).containsEntry("bias", 512).containsEntry("scale", 512);
    }

    @Test
    void headersBesideEachOutputsWeights() {
        FakeChip chip = new FakeChip(64, 128, 64 * 136, (o, i) -> o * 136 + 8 + i);
        chip.scaleWord = o -> o * 136;
        chip.zeroWord = o -> o * 136 + 4;
        chip.gain = 1e-3f;
        RecoveredLayout layout = recover(chip.randomWeights(4));
        assertThat(layout.isComplete()).isTrue();
        expectFormula(layout, "offset = out*136 + 8 + in");
        assertThat(layout.headers().get("scale").formula()).hasToString("offset = out*136 + byte");
    }

    @Test
    void aPerTensorGainThatCannotBeRaisedTakesMoreDigits() {
        FakeChip chip = FakeChip.tiled(128, 128, 64, 4, 0);
        chip.gain = 3.5e-4f;
        RecoveredLayout layout = expectAll(chip.randomWeights(6));
        assertThat(layout.budget().levels()).isBetween(11, 13);
        assertThat(layout.budget().bound()).isGreaterThan(480);
    }

    @Test
    void outputsCutByReluStillTell() {
        FakeChip chip = FakeChip.tiled(64, 128, 64, 4, 0);
        chip.relu = true;
        chip.output = new Activations(64, false, 0);
        RecoveredLayout layout = recover(chip.randomWeights(6));
        assertThat(layout.isComplete()).isTrue();
        assertThat(layout.budget().ratio()).isLessThan(1.5);
    }

    @Test
    void inputsThatOnlyRiseFromTheirZeroPoint() {
        FakeChip chip = FakeChip.tiled(128, 128, 64, 4, 0);
        chip.input = new Activations(128, true, -128);
        chip.gain = 0.003f;
        assertThat(recover(chip.randomWeights(6)).isComplete()).isTrue();
        FakeChip perChannel = FakeChip.perChannel(128, 128, false);
        perChannel.input = new Activations(128, false, 0);
        perChannel.gain = 0.002f;
        assertThat(recover(perChannel.randomWeights(7)).isComplete()).isTrue();
    }

    @Test
    void raggedAndRectangularShapes() {
        FakeChip chip = new FakeChip(70, 100, 2 * 6400, (o, i) -> o / 64 * 6400 + i / 4 * 256 + o % 64 * 4 + i % 4);
        RecoveredLayout layout = recover(chip.randomWeights(1));
        assertThat(layout.isComplete()).isTrue();
        assertThat(layout.roleCounts()).containsEntry("weight", 7000).containsEntry("unused", 5800);
    }

    @Test
    void oneWrongAnswerIsNoticedAndRepeated() {
        for (int wrong : new int[] {60, 200, 310, 430}) {
            FakeChip chip = FakeChip.tiled(128, 128, 64, 4, 0).randomWeights(wrong);
            chip.damage = (number, answer) -> {
                if (number == wrong) {
                    answer[17] ^= 0x15;
                    answer[90] += 3;
                }
            };
            RecoveredLayout layout = expectWeights(chip);
            if (layout.budget().used() > wrong) {
                assertThat(layout.budget().contradictions())
                        .as("answer %d", wrong)
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void anAnswerOfOtherWeightsIsNotBelieved() {
        FakeChip chip = FakeChip.tiled(128, 128, 64, 4, 0).identity();
        Random random = new Random(1);
        chip.damage = (number, answer) -> {
            if (number == 150) {
                random.nextBytes(answer);
            }
        };
        RecoveredLayout layout = expectWeights(chip);
        assertThat(layout.budget().contradictions()).isEqualTo(1);
    }

    @Test
    void rareNoiseIsMended() {
        FakeChip chip = FakeChip.perChannel(128, 128, false).randomWeights(1);
        Random random = new Random(1);
        chip.damage = (number, answer) -> {
            if (random.nextInt(100) == 0) {
                answer[random.nextInt(answer.length)] ^= (byte) (1 << random.nextInt(8));
            }
        };
        assertThat(expectWeights(chip).budget().contradictions()).isPositive();
    }

    private static RecoveredLayout expectWeights(FakeChip chip) {
        RecoveredLayout layout = recover(chip);
        for (int o = 0; o < chip.outputs; o++) {
            for (int i = 0; i < chip.inputs; i++) {
                assertThat(layout.weights().at(o, i)).as("W[%d][%d]", o, i).isEqualTo(chip.weights.of(o, i));
            }
        }
        assertThat(layout.isComplete()).isTrue();
        return layout;
    }

    @Test
    void aDeviceThatDoesNotRepeatItselfIsFaulty() {
        FakeChip chip = FakeChip.tiled(64, 64, 64, 4, 0).identity();
        Random random = new Random(1);
        chip.damage = (number, answer) -> answer[random.nextInt(64)] += 1 + random.nextInt(200);
        assertThatThrownBy(() -> Recovery.of(chip).run())
                .isInstanceOfSatisfying(
                        DeviceFault.class, fault -> assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.UNSTABLE))
                .hasMessageContaining("repeat");
        assertThat(chip.openSessions).isZero();
    }

    @Test
    void aTemplateWithTooSmallAGainIsRefused() {
        FakeChip chip = FakeChip.tiled(64, 64, 64, 4, 0);
        chip.gain = 1e-5f;
        assertThatThrownBy(() -> Recovery.of(chip.identity()).run())
                .isInstanceOf(InsensitiveTemplateException.class)
                .hasMessageContaining("fake.tflite");
        chip.gain = 1e-9f;
        assertThatThrownBy(() -> Recovery.of(chip).run())
                .isInstanceOf(InsensitiveTemplateException.class)
                .hasMessageContaining("no output moves by more than 0");
    }
}
