package org.tensorizer.dense;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
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
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

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
        DenseShape shape = DenseShape.of(
                Integer.parseInt(column[0]),
                Integer.parseInt(column[1]),
                ParameterFormat.of(Integer.parseInt(column[2])));
        Quantization quantization = new Quantization(
                (float) Double.parseDouble(column[3]),
                Integer.parseInt(column[4]),
                (float) Double.parseDouble(column[5]),
                Integer.parseInt(column[6]),
                (float) Double.parseDouble(column[7]),
                Integer.parseInt(column[8]));
        byte[] caching = DenseProgram.parameterCaching(shape).bytes();
        byte[] execution = DenseProgram.executionOnly(shape, quantization).bytes();
        assertThat(List.of(Sha256.of(caching), Sha256.of(execution))).isEqualTo(List.of(column[9], column[10]));
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

    @ParameterizedTest
    @CsvSource({"dense_256_edgetpu.tflite, 256", "dense_1024_edgetpu.tflite, 1024"})
    void theCompilersOwnStreamsAndRelocationsAreIdentical(String file, int n) {
        TfliteModel model = TfliteModel.read(SharedFolder.template(file));
        EdgeTpuPackage compiled = model.onlyPackage();
        Layer input = compiled.executionOnly().inputLayers().get(0);
        Layer output = compiled.executionOnly().outputLayers().get(0);
        DenseShape shape = DenseShape.square(n, ParameterFormat.PER_CHANNEL);
        Quantization quantization =
                Quantization.perChannel(input.scale(), input.zeroPoint(), output.scale(), output.zeroPoint());
        same(model, compiled.parameterCaching(), DenseProgram.parameterCaching(shape));
        same(model, compiled.executionOnly(), DenseProgram.executionOnly(shape, quantization));
    }

    private static void same(TfliteModel model, Executable executable, Program program) {
        assertThat(executable.chunks()).hasSize(1);
        InstructionChunk chunk = executable.chunks().get(0);
        byte[] compiled = new byte[chunk.range().length()];
        model.bytes().get(chunk.range().start(), compiled);
        assertThat(program.bytes()).isEqualTo(compiled);
        List<Relocation> unnamed = chunk.relocations().stream()
                .map(each -> new Relocation(each.kind(), each.batch(), "", each.half(), each.bit()))
                .toList();
        assertThat(program.relocations()).isEqualTo(unnamed);
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
