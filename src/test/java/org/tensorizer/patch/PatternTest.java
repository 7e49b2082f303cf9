package org.tensorizer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.patch.MatrixPattern.KernelShape;

class PatternTest {
    private static final KernelShape SQUARE = KernelShape.of(DenseShape.square(5, ParameterFormat.PER_TENSOR));
    private static final KernelShape TALL = KernelShape.of(DenseShape.of(3, 5, ParameterFormat.PER_TENSOR));

    private static byte[] applied(BytePattern pattern, int length) {
        byte[] bytes = new byte[length];
        for (int n = 0; n < length; n++) {
            bytes[n] = (byte) (3 * n + 1);
        }
        pattern.apply(bytes);
        return bytes;
    }

    @Test
    void bytePatterns(@TempDir Path folder) throws Exception {
        assertThat(applied(Pattern.zero(), 4)).containsExactly(0, 0, 0, 0);
        assertThat(applied(Pattern.byteValue(255), 3)).containsExactly(0xFF, 0xFF, 0xFF);
        assertThat(applied(Pattern.xor(0x0F), 3)).containsExactly(1 ^ 15, 4 ^ 15, 7 ^ 15);
        byte[] ramp = applied(Pattern.ramp(), 600);
        assertThat(ramp[255]).isEqualTo((byte) 255);
        assertThat(ramp[256]).isZero();
        assertThat(ramp[599]).isEqualTo((byte) (599 - 512));
        byte[] random = new byte[100];
        new Random(11).nextBytes(random);
        assertThat(applied(Pattern.random(11), 100)).isEqualTo(random);
        Path file = Files.write(folder.resolve("payload.bin"), new byte[] {9, 8, 7});
        assertThat(applied(Pattern.file(file), 3)).containsExactly(9, 8, 7);
        assertThatThrownBy(() -> Pattern.file(folder.resolve("absent"))).isInstanceOf(BadInputException.class);
    }

    @Test
    void matrixPatterns() {
        assertThat(Pattern.identity().weights(TALL)).containsExactly(127, 0, 0, 0, 127, 0, 0, 0, 127, 0, 0, 0, 0, 0, 0);
        assertThat(Pattern.shift(1).weights(TALL))
                .containsExactly(0, 127, 0, 0, 0, 127, 127, 0, 0, 0, 127, 0, 0, 0, 127);
        assertThat(Pattern.shift(-1).weights(TALL))
                .containsExactly(0, 0, 127, 127, 0, 0, 0, 127, 0, 0, 0, 127, 127, 0, 0);
        assertThat(Pattern.diagonal().weights(TALL))
                .containsExactly(-128, 0, 0, 0, -127, 0, 0, 0, -126, 0, 0, 0, 0, 0, 0);
        assertThat(Pattern.singleHot(4, 1, -3).weights(TALL))
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -3, 0);
        assertThat(Pattern.constant(-1).weights(TALL)).hasSize(15).containsOnly(-1);
    }

    @Test
    void aPermutationShowsEachInputOnce() {
        KernelShape shape = KernelShape.of(DenseShape.square(256, ParameterFormat.PER_TENSOR));
        byte[] weights = Pattern.permutation(3).weights(shape);
        BitSet seen = new BitSet();
        for (int out = 0; out < 256; out++) {
            int ones = 0;
            for (int in = 0; in < 256; in++) {
                if (weights[out * 256 + in] != 0) {
                    assertThat(weights[out * 256 + in]).isEqualTo((byte) 127);
                    seen.set(in);
                    ones++;
                }
            }
            assertThat(ones).isEqualTo(1);
        }
        assertThat(seen.cardinality()).isEqualTo(256);
        assertThat(Pattern.permutation(3).weights(shape)).isEqualTo(weights);
        assertThat(Pattern.permutation(4).weights(shape)).isNotEqualTo(weights);
    }

    /** In a kernel of 3x3 what stands on the diagonal stands under the middle tap, unless another is named. */
    @Test
    void matrixPatternsOfAKernel() {
        KernelShape shape = new KernelShape(2, 3, 3, 2, false);
        assertThat(ones(Pattern.identity(), shape)).containsExactly(4 * 2, (9 + 4) * 2 + 1);
        assertThat(ones(Pattern.identity(0, 2), shape)).containsExactly(2 * 2, (9 + 2) * 2 + 1);
        assertThat(ones(Pattern.shift(1), shape)).containsExactly(4 * 2 + 1, (9 + 4) * 2);
        assertThat(ones(Pattern.singleHot(1, 2, 0, 1, 127), shape)).containsExactly((9 + 6) * 2 + 1);
        assertThatThrownBy(() -> Pattern.identity(3, 0).weights(shape)).hasMessageContaining("kernel of 3x3");
        assertThatThrownBy(() -> Pattern.singleHot(1, 1, 127).weights(shape))
                .hasMessageContaining("single-hot:OUT,KY,KX,IN,VALUE");
        byte[] given = new byte[36];
        new Random(2).nextBytes(given);
        assertThat(Pattern.matrix(given).weights(shape)).isEqualTo(given);
        assertThatThrownBy(() -> Pattern.matrix(new byte[35]).weights(shape)).hasMessageContaining("2 x 3 x 3 x 2");
    }

    /** A channel of a depthwise layer reads itself. */
    @Test
    void matrixPatternsOfADepthwiseLayer() {
        KernelShape shape = new KernelShape(3, 3, 3, 1, true);
        assertThat(ones(Pattern.identity(), shape)).containsExactly(4, 13, 22);
        assertThat(ones(Pattern.singleHot(2, 0, 1, 2, 127), shape)).containsExactly(19);
        assertThatThrownBy(() -> Pattern.shift(1).weights(shape)).hasMessageContaining("depthwise");
    }

    private static List<Integer> ones(MatrixPattern pattern, KernelShape shape) {
        byte[] weights = pattern.weights(shape);
        return IntStream.range(0, weights.length)
                .filter(n -> weights[n] == 127)
                .boxed()
                .toList();
    }

    @Test
    void namesSayWhatWasMeant() {
        assertThat(List.of(
                        Pattern.zero(),
                        Pattern.byteValue(7),
                        Pattern.ramp(),
                        Pattern.xor(255),
                        Pattern.random(-1),
                        Pattern.identity(),
                        Pattern.shift(1),
                        Pattern.shift(-1),
                        Pattern.singleHot(1, 2, -3)))
                .extracting(Object::toString)
                .containsExactly(
                        "zero",
                        "byte:7",
                        "ramp",
                        "xor:255",
                        "random:-1",
                        "identity",
                        "shift+1",
                        "shift-1",
                        "single-hot:1,2,-3");
        assertThat(Pattern.bytes(new byte[2]).toString()).startsWith("bytes (2 bytes, SHA-256 96a296d2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payload",
                "weights",
                "header",
                "row:3",
                "column:0",
                "row:2147483647",
                "cell:1,2",
                "cell:1,0,2,3",
                "range:5-9",
                "kernel:2,0",
                "channels:4-8",
                "row:3+kernel:1,1",
                "row:3+kernel:1,1+channels:0-4"
            })
    void regionsReadWhatTheyPrint(String text) {
        assertThat(Region.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "all",
                "row",
                "row:-1",
                "row:1,2",
                "cell:1",
                "cell:1-2",
                "range:1,2",
                "range:5-5",
                "row:99999999999",
                "row:2147483648",
                "row:4294967296",
                "payload:1",
                "header:1,2",
                "cell:1,2,3",
                "row:3+cell:1,2",
                "row:3+",
                "kernel:1-2",
                "Payload"
            })
    void whatIsNoRegionIsRefused(String text) {
        assertThatThrownBy(() -> Region.parse(text)).isInstanceOf(BadInputException.class);
    }

    /** Records name patterns by these words, and commands take them back. */
    @Test
    void everyPatternHasItsWords() {
        assertThat(Pattern.identity()).hasToString("identity");
        assertThat(Pattern.diagonal()).hasToString("diagonal");
        assertThat(Pattern.shift(0)).hasToString("shift+0");
        assertThat(Pattern.shift(1)).hasToString("shift+1");
        assertThat(Pattern.shift(-1)).hasToString("shift-1");
        assertThat(Pattern.permutation(7)).hasToString("permutation:7");
        assertThat(Pattern.singleHot(1, 2, -3)).hasToString("single-hot:1,2,-3");
        assertThat(Pattern.constant(-128)).hasToString("constant:-128");
        assertThat(Pattern.matrix(new byte[25]).toString()).startsWith("matrix (25 weights, SHA-256 ");
        assertThat(new TokenPolicy.Keep()).hasToString("keep");
        assertThat(new TokenPolicy.Explicit(1)).hasToString("explicit");
    }

    @Test
    void theLastWeightAndByteAreAllowedAndTheNextIsNot() {
        assertThat(Pattern.constant(127)).isNotNull();
        assertThatThrownBy(() -> Pattern.constant(128)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> Pattern.constant(-129)).isInstanceOf(BadInputException.class);
        assertThat(Pattern.byteValue(0)).isNotNull();
        assertThat(Pattern.byteValue(255)).isNotNull();
        assertThatThrownBy(() -> Pattern.byteValue(256)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> Pattern.byteValue(-1)).isInstanceOf(BadInputException.class);
        assertThat(Pattern.singleHot(4, 4, 9).weights(SQUARE)[24]).isEqualTo((byte) 9);
        assertThat(Pattern.singleHot(0, 0, 9).weights(SQUARE)[0]).isEqualTo((byte) 9);
        for (int[] outside : new int[][] {{5, 0}, {0, 5}, {-1, 0}, {0, -1}}) {
            assertThatThrownBy(
                            () -> Pattern.singleHot(outside[0], outside[1], 9).weights(SQUARE))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("indices below 5 x 5");
        }
    }
}
