package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tensorizer.dense.ParameterFormat.PER_CHANNEL;
import static org.tensorizer.dense.ParameterFormat.PER_CHANNEL_BIAS;
import static org.tensorizer.dense.ParameterFormat.PER_TENSOR;
import static org.tensorizer.dense.ParameterFormat.PER_TENSOR_BIAS;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.ShapeStatus.Level;

class ShapeStatusTest {
    @Test
    void exactlyTheComparedSquaresAreFirm() {
        List<String> firm = new ArrayList<>();
        for (ParameterFormat format : ParameterFormat.values()) {
            for (int n = 1; n <= 3000; n++) {
                if (ShapeStatus.of(DenseShape.square(n, format)).level() == Level.FIRM) {
                    firm.add(format + " " + n);
                }
            }
        }
        assertThat(firm)
                .containsExactly(
                        "PER_TENSOR 640",
                        "PER_TENSOR 768",
                        "PER_TENSOR 896",
                        "PER_TENSOR 1024",
                        "PER_TENSOR 1280",
                        "PER_TENSOR 1536",
                        "PER_TENSOR 1792",
                        "PER_TENSOR 2048",
                        "PER_TENSOR 2304",
                        "PER_TENSOR 2688",
                        "PER_CHANNEL 256",
                        "PER_CHANNEL 512",
                        "PER_CHANNEL 1024");
    }

    @Test
    void anActivationIsNeverFirm() {
        DenseShape shape = new DenseShape(1024, 1024, PER_TENSOR, Activation.RELU);
        assertThat(ShapeStatus.of(shape).level()).isEqualTo(Level.LIKELY);
        assertThat(ShapeStatus.of(shape).reason()).contains("clamps");
    }

    @ParameterizedTest
    @CsvSource({
        "1344, 1792, PER_TENSOR, sizes agree with published ones",
        "784, 128, PER_TENSOR, 784 -> 64 inside real networks",
        "1024, 521, PER_TENSOR_BIAS, 1024 -> 521 inside a real network",
        "256, 6, PER_CHANNEL_BIAS, 256 -> 6 inside a real network",
        "100, 100, PER_TENSOR, below 256",
        "192, 192, PER_TENSOR, below 256",
        "300, 300, PER_TENSOR, or no multiple of 64",
        "256, 256, PER_TENSOR, same formulas as the verified squares",
        "320, 320, PER_CHANNEL, same formulas as the verified squares",
        "4096, 64, PER_TENSOR, rectangular as 10 published shapes",
        "64, 4096, PER_TENSOR, rectangular as 10 published shapes",
    })
    void anExtrapolatedShapeNamesWhatWasChecked(int inputs, int outputs, ParameterFormat format, String evidence) {
        ShapeStatus status = ShapeStatus.of(DenseShape.of(inputs, outputs, format));
        assertThat(status.level()).isEqualTo(Level.LIKELY);
        assertThat(status.reason()).contains(evidence).contains("was not compared");
    }

    @ParameterizedTest
    @CsvSource({
        "256, 1280, PER_TENSOR_BIAS, at most 1024 outputs",
        "256, 1280, PER_CHANNEL, at most 1024 outputs",
        "512, 1100, PER_TENSOR, nearest that fit: 1024 or 1152",
        "4100, 64, PER_TENSOR, at most 4096 inputs",
        "256, 4160, PER_TENSOR, at most 4096 outputs",
        "2752, 2752, PER_TENSOR, needs 2064 rows",
        "2752, 2688, PER_TENSOR, at most 2744 inputs fit",
        "4096, 2049, PER_TENSOR, 3072 rows",
    })
    void aRefusalSaysTheReasonAndWhatWouldFit(int inputs, int outputs, ParameterFormat format, String reason) {
        ShapeStatus status = ShapeStatus.of(DenseShape.of(inputs, outputs, format));
        assertThat(status.level()).isEqualTo(Level.REFUSED);
        assertThat(status.reason()).contains(reason);
        assertThatThrownBy(status::require)
                .isInstanceOf(BadInputException.class)
                .hasMessage(status.reason());
    }

    @Test
    void wholeBlocksOfInputsAreNotRagged() {
        assertThat(ShapeStatus.of(DenseShape.of(512, 128, PER_TENSOR)).reason()).doesNotContain("ragged");
        assertThat(ShapeStatus.of(DenseShape.of(520, 128, PER_TENSOR)).reason()).contains("; ragged input");
        assertThat(ShapeStatus.of(DenseShape.of(1280, 640, PER_TENSOR)).reason())
                .doesNotContain("ragged");
        assertThat(ShapeStatus.of(DenseShape.of(1344, 640, PER_TENSOR)).reason())
                .contains("; ragged input");
    }

    @Test
    void aStatusIsItsOwnProof() {
        ShapeStatus status = ShapeStatus.of(DenseShape.square(256, PER_TENSOR));
        assertThat(status.require()).isSameAs(status);
        assertThat(Level.values()).extracting(Level::word).containsExactly("verified", "extrapolated", "refused");
        assertThat(new DenseShape(5, 6, PER_TENSOR, Activation.RELU)).hasToString("Dense 5 -> 6, PER_TENSOR, RELU");
        assertThat(DenseShape.of(5, 6, PER_CHANNEL_BIAS)).hasToString("Dense 5 -> 6, PER_CHANNEL_BIAS");
    }

    @Test
    void theMostInputsThatARefusalNamesDoFit() {
        assertThat(ShapeStatus.of(DenseShape.of(2744, 2688, PER_TENSOR)).isRefused())
                .isFalse();
        assertThat(ShapeStatus.of(DenseShape.of(2745, 2688, PER_TENSOR)).isRefused())
                .isTrue();
    }

    @Test
    void aShapeNeedsChannels() {
        assertThatThrownBy(() -> DenseShape.of(0, 64, PER_TENSOR))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("0 -> 64");
    }

    @ParameterizedTest
    @CsvSource({
        "256, 1, 4",
        "500, 1, 8",
        "521, 1, 9",
        "1024, 1, 16",
        "1100, 2, 9",
        "1344, 2, 11",
        "2688, 3, 14",
        "6, 1, 1"
    })
    void aPartitionUsesAsFewGroupsATileAsPossible(int channels, int groups, int tiles) {
        Partition partition = Partition.of(channels);
        assertThat(partition.groupsPerTile()).isEqualTo(groups);
        assertThat(partition.tiles()).isEqualTo(tiles);
        assertThat(IntStream.range(0, tiles).map(partition::channels).sum()).isEqualTo(channels);
    }

    @Test
    void payloadSizesFollowTheFormat() {
        assertThat(DenseShape.square(1024, PER_TENSOR).payloadBytes()).isEqualTo(1024 * 1024);
        assertThat(DenseShape.square(256, PER_CHANNEL).payloadBytes()).isEqualTo(67584);
        assertThat(DenseShape.of(1024, 521, PER_TENSOR_BIAS).payloadBytes()).isEqualTo(592128);
        assertThat(DenseShape.of(256, 6, PER_CHANNEL_BIAS).payloadBytes()).isEqualTo(4288);
        assertThat(DenseProgram.narrowBytesPerTile(DenseShape.square(1024, PER_TENSOR)))
                .isEqualTo(1600);
    }
}
