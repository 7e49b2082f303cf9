package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tensorizer.dense.ParameterFormat.PER_CHANNEL;
import static org.tensorizer.dense.ParameterFormat.PER_TENSOR;
import static org.tensorizer.dense.ParameterFormat.PER_TENSOR_BIAS;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.ShapeStatus.Level;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.WideToNarrow;

class ChainProgramTest {
    private static final Quantization SAME = new Quantization(0.1f, 100, 0.01f, 128, 0.1f, 100);

    private static List<DenseShape> chain(ParameterFormat format, int... channels) {
        List<DenseShape> shapes = new ArrayList<>();
        for (int i = 1; i < channels.length; i++) {
            shapes.add(DenseShape.of(channels[i - 1], channels[i], format));
        }
        return shapes;
    }

    private static ChainProgram program(ParameterFormat format, int... channels) {
        List<DenseShape> shapes = chain(format, channels);
        return ChainProgram.of(shapes, Collections.nCopies(shapes.size(), SAME));
    }

    @Test
    void oneLayerIsTheDenseProgram() {
        DenseShape shape = DenseShape.of(1024, 521, PER_TENSOR_BIAS);
        ChainProgram chain = ChainProgram.of(List.of(shape), List.of(SAME));
        assertThat(chain.executionOnly().bytes())
                .isEqualTo(DenseProgram.executionOnly(shape, SAME).bytes());
        assertThat(chain.parameterCaching().bytes())
                .isEqualTo(DenseProgram.parameterCaching(shape).bytes());
        assertThat(chain.payloadBytes()).isEqualTo(592128);
        assertThat(chain.narrowBytesPerTile()).isEqualTo(1600);
        assertThat(ChainProgram.status(List.of(DenseShape.square(1024, PER_TENSOR)))
                        .level())
                .isEqualTo(Level.FIRM);
    }

    /** A last layer that widens keeps its outputs where a single one does: nothing is gathered behind it. */
    @Test
    void aLastLayerLeavesNoRoomForAnother() {
        DenseShape shape = DenseShape.of(64, 1024, PER_TENSOR);
        ChainProgram chain = ChainProgram.of(List.of(shape), List.of(SAME));
        assertThat(chain.executionOnly().bytes())
                .isEqualTo(DenseProgram.executionOnly(shape, SAME).bytes());
        assertThat(chain.narrowBytesPerTile()).isEqualTo(DenseProgram.narrowBytesPerTile(shape));
        InstructionStream stream = InstructionStream.frame(
                "chain", program(PER_TENSOR, 64, 64, 1024).executionOnly().bytes());
        assertThat(stream.instructions().stream()
                        .filter(instruction -> instruction.opcode() == Opcode.MULTIPLY_ACCUMULATE)
                        .map(instruction -> instruction.get(Op.OUTPUTS.base()) / 4))
                .containsExactly(16L, 16L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"500-256-256-6", "784-64-10", "64-1024-64", "784-512-512-10", "100-100", "300-521-1024-7"})
    void everyChainIsClosed(String channels) {
        int[] counts = java.util.Arrays.stream(channels.split("-", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        for (ParameterFormat format : ParameterFormat.values()) {
            ChainProgram chain = program(format, counts);
            for (Program program : List.of(chain.parameterCaching(), chain.executionOnly())) {
                InstructionStream stream =
                        InstructionStream.frame(channels, program.bytes()).checkClosed();
                assertThat(stream.instructions())
                        .allMatch(instruction -> instruction.undecodedBits().isEmpty());
            }
        }
    }

    @Test
    void packetsRunOnAndFillsRestart() {
        InstructionStream stream = InstructionStream.frame(
                "chain", program(PER_TENSOR, 500, 256, 6).executionOnly().bytes());
        List<Integer> packets = new ArrayList<>();
        List<Integer> fills = new ArrayList<>();
        stream.instructions().forEach(instruction -> {
            if (instruction.opcode() == Opcode.RING_BUS_PRODUCER) {
                packets.add(RingBusProducer.WAITS.get(instruction).get(0).value());
            }
            if (instruction.opcode() == Opcode.WIDE_TO_NARROW
                    && WideToNarrow.WAITS.get(instruction).size() == 1) {
                fills.add(WideToNarrow.WAITS.get(instruction).get(0).value());
            }
        });
        assertThat(packets).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertThat(fills).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4);
    }

    /** A layer that widens: the next gather fills words 0 to 255 while slices are still sent from behind them. */
    @Test
    void outputsNeverStandWhereTheNextGatherWrites() {
        InstructionStream stream = InstructionStream.frame(
                "chain", program(PER_TENSOR, 64, 1024, 64).executionOnly().bytes());
        List<Long> outputs = stream.instructions().stream()
                .filter(instruction -> instruction.opcode() == Opcode.MULTIPLY_ACCUMULATE)
                .map(instruction -> instruction.get(Op.OUTPUTS.base()) / 4)
                .toList();
        assertThat(outputs).containsExactly(256L, 256L);
    }

    @Test
    void parametersStandOneBehindTheOther() {
        ChainProgram chain = program(PER_CHANNEL, 500, 256, 6);
        assertThat(chain.payloadOffset(1))
                .isEqualTo(DenseShape.of(500, 256, PER_CHANNEL).payloadBytes());
        InstructionStream stream =
                InstructionStream.frame("chain", chain.parameterCaching().bytes());
        Instruction lastStore = stream.instructions().stream()
                .filter(instruction -> instruction.opcode() == Opcode.RING_BUS_CONSUMER_0)
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(lastStore.get(RingBusConsumer.HEADER_BASE)).isEqualTo(127);
        assertThat(lastStore.get(RingBusConsumer.HEADER_END)).isEqualTo(128);
        assertThat(lastStore.get(RingBusConsumer.ROWS.base())).isEqualTo(129);
    }

    /** The zero points of a layer stand in its own header, wherever that is. */
    @Test
    void zeroPointsAreReadFromTheLayersOwnRows() {
        List<Long> rows =
                InstructionStream.frame(
                                "chain",
                                program(PER_CHANNEL, 500, 256, 6)
                                        .executionOnly()
                                        .bytes())
                        .instructions()
                        .stream()
                        .filter(instruction -> instruction.opcode() == Opcode.MULTIPLY_ACCUMULATE)
                        .map(instruction -> instruction.get(Op.ZERO_POINT_FIRST))
                        .toList();
        assertThat(rows).containsExactly(1L, 128L);
    }

    @Test
    void layersMustFollowEachOther() {
        List<DenseShape> shapes = List.of(DenseShape.of(64, 32, PER_TENSOR), DenseShape.of(33, 10, PER_TENSOR));
        assertThatThrownBy(() -> ChainProgram.of(shapes, List.of(SAME, SAME)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("layer 1 has 33 inputs, the layer before has 32 outputs");
        Quantization other = new Quantization(0.1f, 101, 0.01f, 128, 0.1f, 100);
        assertThatThrownBy(() -> ChainProgram.of(chain(PER_TENSOR, 64, 32, 10), List.of(SAME, other)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("zero point 101; the layer before gives scale 0.1, zero point 100");
        assertThatThrownBy(() -> ChainProgram.of(List.of(), List.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("at least one layer");
        assertThatThrownBy(() -> ChainProgram.of(chain(PER_TENSOR, 64, 32, 10), List.of(SAME)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("1 quantizations for 2 layers");
    }

    /** 2,048 rows of 1024 -> 1024 in eight layers leave 24 of 2,072; a layer of 96 inputs takes them all. */
    @Test
    void theMemoryOfATileMayBeFullToItsLastRow() {
        assertThat(Partition.of(1024).parameterRows()).isEqualTo(2072);
        assertThat(ChainProgram.status(filled(96)).isRefused()).isFalse();
        assertThat(ChainProgram.status(filled(97)).reason()).contains("the layers need 2073 rows", "2072 are free");
    }

    private static List<DenseShape> filled(int last) {
        return chain(PER_TENSOR, 1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024, last, 64);
    }

    /**
     * The longest chunk seen has 16,386 bundles, 420 are for what is around the layers. A layer takes 61, and 22 for each
     * tile that its inputs come from: 24 layers of 128 inputs and 162 of 4 make exactly that.
     */
    @Test
    void aProgramMayBeAsLongAsTheLongestChunk() {
        assertThat(ChainProgram.status(mixed(24, 162)).isRefused()).isFalse();
        assertThat(ChainProgram.status(mixed(24, 163)).reason()).contains("several chunks");
        assertThat(ChainProgram.status(mixed(25, 162)).reason()).contains("several chunks");
    }

    private static List<DenseShape> mixed(int wide, int thin) {
        int[] channels = new int[wide + thin + 1];
        java.util.Arrays.fill(channels, 0, wide, 128);
        java.util.Arrays.fill(channels, wide, channels.length, 4);
        return chain(PER_TENSOR, channels);
    }

    @Test
    void narrowMemoryReachesToTheLastOutput() {
        assertThat(program(PER_TENSOR, 64, 1024, 64).narrowBytesPerTile()).isEqualTo(4 * 256 + 64);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThat(ChainProgram.status(chain(PER_TENSOR, 2048, 2048, 2048, 1024))
                        .reason())
                .contains("rows of a tile's memory");
        int[] many = new int[70];
        java.util.Arrays.fill(many, 1024);
        assertThat(ChainProgram.status(chain(PER_TENSOR, many)).level()).isEqualTo(Level.REFUSED);
        int[] thin = new int[900];
        java.util.Arrays.fill(thin, 4);
        assertThat(ChainProgram.status(chain(PER_TENSOR, thin)).reason()).contains("several chunks");
        assertThat(ChainProgram.status(chain(PER_TENSOR, 64, 5000, 64)).reason())
                .startsWith("layer 0: ");
    }
}
