package org.tensorizer.dense;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.Scalar;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.model.Relocation;

class DenseProgramTest {
    private static final Quantization PUBLISHED =
            new Quantization(0.007843079045414925f, 128, 1f / 127, 128, 0.007843079045414925f, 128);

    private static Stream<String> programs() throws IOException {
        try (InputStream in = DenseProgramTest.class.getResourceAsStream("programs.tsv")) {
            return new String(in.readAllBytes(), UTF_8).lines().filter(line -> !line.startsWith("#")).toList().stream();
        }
    }

    /** Wanted double entry: what compilers made, and what a second assembler makes. */
    @ParameterizedTest
    @MethodSource("programs")
    void everyKnownStreamHasItsDigest(String row) {
        String[] column = row.split("\t", -1);
        DenseShape shape = DenseRow.shape(column);
        Quantization quantization = DenseRow.quantization(column);
        Program caching = DenseProgram.parameterCaching(shape);
        Program execution = DenseProgram.executionOnly(shape, quantization);
        if (column[12].startsWith("golden ")) {
            String file = column[12].substring("golden ".length());
            sameAsGolden(caching, file.replace(".EO.", ".PC."));
            sameAsGolden(execution, file);
        }
        assertThat(List.of(Sha256.of(caching.bytes()), Sha256.of(execution.bytes())))
                .isEqualTo(List.of(column[9], column[10]));
        if (!column[11].equals("-")) {
            assertThat(execution.relocations())
                    .extracting(DenseProgramTest::place)
                    .isEqualTo(places(column[11]));
            assertThat(caching.relocations())
                    .extracting(DenseProgramTest::place)
                    .isEqualTo(places(column[11]).subList(0, 2));
        }
    }

    /** Where the shared folder is, a difference is located. */
    private static void sameAsGolden(Program program, String file) {
        Path golden = SharedFolder.root().resolve("golden").resolve(file);
        if (SharedFolder.has(golden)) {
            StreamDiff diff = StreamDiff.of(
                    InstructionStream.frame("assembled", program.bytes()),
                    InstructionStream.frame(file, SharedFolder.bytes(golden)));
            assertThat(diff.changedFields()).as(file).isEmpty();
            assertThat(program.bytes()).as(file).isEqualTo(SharedFolder.bytes(golden));
        }
    }

    private static String place(Relocation relocation) {
        return relocation.kind() + " " + relocation.half() + " " + relocation.bit();
    }

    /** The order of compiled Dense layers. */
    private static List<String> places(String bits) {
        List<String> order = List.of(
                "PARAMETER LOWER",
                "PARAMETER UPPER",
                "SCRATCH LOWER",
                "SCRATCH UPPER",
                "INPUT UPPER",
                "INPUT LOWER",
                "OUTPUT UPPER",
                "OUTPUT LOWER");
        String[] bit = bits.split(",");
        return IntStream.range(0, order.size())
                .mapToObj(i -> order.get(i) + " " + bit[i])
                .toList();
    }

    /** Real programs take 3, 5, 105 and 189 units as one loop, and a single one without a loop. */
    @ParameterizedTest
    @CsvSource({"64, 8", "48, 6", "40, 5", "24, 3", "8, 1", "3, 1"})
    void theOutfeedTakesAnyNumberOfUnits(int outputs, int units) {
        Instruction outfeed = first(
                DenseProgram.executionOnly(DenseShape.of(64, outputs, ParameterFormat.PER_TENSOR), PUBLISHED),
                Opcode.OUTFEED);
        Loops loops = Outfeed.UNITS.get(outfeed);
        assertThat(loops.count()).isEqualTo(units);
        assertThat(loops.strides()[0]).isEqualTo(units == 1 ? 1 : 0);
    }

    @Test
    void onlyThePublishedQuantizationFieldsDifferBetweenTwoQuantizations() {
        DenseShape shape = DenseShape.square(640, ParameterFormat.PER_TENSOR);
        Quantization other = new Quantization(0.0123f, 3, 0.0045f, 128, 0.031f, 117);
        StreamDiff diff = StreamDiff.of(
                InstructionStream.frame(
                        "a", DenseProgram.executionOnly(shape, PUBLISHED).bytes()),
                InstructionStream.frame(
                        "b", DenseProgram.executionOnly(shape, other).bytes()));
        assertThat(diff.changedFields())
                .containsExactly(
                        "MULTIPLY_ACCUMULATE input.zeroPoint",
                        "MULTIPLY_ACCUMULATE multiplier",
                        "MULTIPLY_ACCUMULATE clamp.max",
                        "MULTIPLY_ACCUMULATE clamp.min",
                        "MULTIPLY_ACCUMULATE output.zeroPoint");
    }

    @Test
    void everyAcceptedShapeOfASweepIsClosed() {
        int accepted = 0;
        for (int inputs :
                List.of(1, 3, 4, 5, 63, 64, 65, 255, 256, 257, 784, 1023, 1024, 1025, 1100, 2047, 3072, 4096)) {
            for (int outputs : List.of(1, 4, 6, 10, 63, 64, 65, 521, 1000, 1024, 1152, 2048, 2880, 4096)) {
                for (ParameterFormat format : ParameterFormat.values()) {
                    DenseShape shape = DenseShape.of(inputs, outputs, format);
                    if (!ShapeStatus.of(shape).isRefused()) {
                        accepted++;
                        sound(DenseProgram.parameterCaching(shape));
                        sound(DenseProgram.executionOnly(shape, PUBLISHED));
                    }
                }
            }
        }
        assertThat(accepted).isGreaterThan(700);
    }

    private static void sound(Program program) {
        for (Instruction instruction : InstructionStream.frame("assembled", program.bytes())
                .checkClosed()
                .instructions()) {
            assertThat(instruction.undecodedBits()).as("%s", instruction).isEmpty();
        }
        for (Relocation relocation : program.relocations()) {
            assertThat(relocation.bit() % Opcode.BUNDLE_BITS).isEqualTo(Scalar.IMMEDIATE.bit());
        }
    }

    @Test
    void aRefusedShapeHasNoProgram() {
        DenseShape streamed = DenseShape.square(2752, ParameterFormat.PER_TENSOR);
        assertThatThrownBy(() -> DenseProgram.parameterCaching(streamed))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("2064 rows");
        assertThatThrownBy(() -> DenseProgram.executionOnly(streamed, PUBLISHED))
                .isInstanceOf(BadInputException.class);
    }

    private static Instruction first(Program program, Opcode opcode) {
        return InstructionStream.frame("program", program.bytes()).instructions().stream()
                .filter(instruction -> instruction.opcode() == opcode)
                .findFirst()
                .orElseThrow();
    }

    /** Four inputs make one row a group; two groups stand one behind the other. */
    @Test
    void oneRowOfEachGroupIsAWalkOverTheGroups() {
        Instruction store = first(
                DenseProgram.parameterCaching(DenseShape.of(4, 2048, ParameterFormat.PER_TENSOR)),
                Opcode.RING_BUS_CONSUMER_0);
        assertThat(RingBusConsumer.ROWS.get(store)).hasToString("0: +1*2");
    }
}
