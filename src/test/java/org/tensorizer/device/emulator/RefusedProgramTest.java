package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Instruction;
import org.tensorizer.dense.Opcode;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.Program;
import org.tensorizer.dense.Variant;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Relocation;

/** What the emulated chip does not understand it refuses, naming the instruction. */
class RefusedProgramTest {
    private static final TestDense PER_TENSOR = TestDense.random(DenseShape.square(640, ParameterFormat.PER_TENSOR), 1);
    private static final TestDense PER_CHANNEL =
            TestDense.random(DenseShape.square(256, ParameterFormat.PER_CHANNEL), 2);
    private static final TestDense TWO_GROUPS =
            TestDense.random(DenseShape.of(64, 1280, ParameterFormat.PER_TENSOR), 3);

    @ParameterizedTest
    @CsvSource({
        // reserved bits, and constants no known program has
        "TENSOR, reserved.1843, 1, undecoded bits differ",
        "SEND, reserved.335, 1, undecoded bits differ",
        "WIDE_GATHER, reserved.608, 4096, undecoded bits differ",
        // fields that say the same and differ
        "TENSOR, lanes.b, 3, lanes.b: expected",
        "TENSOR, accumulator.limit0, 1, accumulator.limit0: expected",
        "TENSOR, several.1514, 1, several.1514: expected",
        "TENSOR, header.1602, 1, header.1602: expected",
        "TENSOR, weights.stride2, 5, stride 2 leads back",
        "TENSOR, weights.limit0, 5, leads back",
        "TENSOR, group.limit, 1, accumulator.limit1: expected",
        "STORE_RING, wait.step, 5, wait.step: expected",
        "WIDE_GATHER, words.window.length, 5, words.window.length without a window",
        "POP_INPUT, units.tail.rewind, 9, units.tail.rewind: expected",
        // addresses
        "NARROW, rows.base, 2080, the memory ends at 2080",
        "TENSOR, outputs.base, 20000, word of narrow memory",
        // counters, order, sizes
        "NARROW, tiles, 2, stalled: on tile 0 never became ready",
        "STORE_RING, wait, 1000, stalled",
        "SEND, wait, 900, stalled",
        "POP_INPUT, wait, 77, wait: expected",
        "POP_INPUT, units.base, 77, units.base: expected",
        "SEND, receivers, 0, nobody receives",
        "SEND, receivers, 65537, not modelled",
        "OUTFEED, words.limit, 0, bytes of a packet",
        "SYNC_OUTPUT, packets, 3, waits for 3 packets",
        "FENCE, clear, 2, as no known program does",
        "FENCE, tiles, 1, not modelled",
        "INFEED_INPUT, units.tail, 3, units.tail.rewind: expected",
        // arithmetic
        "TENSOR, multiplier, 2143289344, multiplier NaN",
        "TENSOR, clamp.max, 1140457472, let an output out of a byte",
        "TENSOR, output.zero-point, 255, let an output out of a byte"
    })
    void inTheExecutionStream(Variant variant, String field, long value, String problem) {
        Rewiring execution = Rewiring.of(PER_TENSOR.compiled().execution());
        execution.all(variant).get(0).set(field, value);
        assertRefused(PER_TENSOR.compiled().withExecution(execution.program()), "EXECUTION_ONLY: byte ", problem);
    }

    @ParameterizedTest
    @CsvSource({
        "STORE_PARAMETERS, rows.limit0, 5, leads back",
        "STORE_PARAMETERS, first.end, 5, header rows without their flag",
        "POP_PARAMETERS, tiles, 2, stalled",
        "POP_PARAMETERS, row.width, 2, in rows of 3 units",
        "POP_PARAMETERS, row.width, 1, rows arrived",
        "INFEED_PARAMETERS, units.tail, 3, units.tail.rewind: expected",
        "INFEED_PARAMETERS, wait, 1, stalled",
        "INFEED_PARAMETERS, wait, -3000, into a buffer of 2048"
    })
    void inTheParameterStream(Variant variant, String field, long value, String problem) {
        Rewiring caching = Rewiring.of(PER_TENSOR.compiled().caching());
        caching.all(variant).get(0).set(field, value);
        assertRefused(PER_TENSOR.compiled().withCaching(caching.program()), "PARAMETER_CACHING: byte ", problem);
    }

    @Test
    void headerRowsWithSeveralGroups() {
        Rewiring execution = Rewiring.of(TWO_GROUPS.compiled().execution())
                .change(
                        Variant.TENSOR,
                        op -> op.set("format", 1)
                                .set("header.1580", 0x4b)
                                .set("header.1602", 1)
                                .set("header.1618", 1));
        assertRefused(TWO_GROUPS.compiled().withExecution(execution.program()), "TENSOR", "no reference knows");
    }

    @Test
    void instructionsNobodyHasExecuted() {
        byte[] bytes = PER_TENSOR.compiled().execution().bytes().clone();
        int at = bundleOf(Opcode.SEND, bytes);
        bytes[at] = (byte) (bytes[at] & 0x3f | (0x12 & 3) << 6);
        bytes[at + 1] = (byte) (bytes[at + 1] & 0xf0 | 0x12 >> 2);
        assertRefused(
                PER_TENSOR
                        .compiled()
                        .withExecution(new Program(
                                bytes, PER_TENSOR.compiled().execution().relocations())),
                "EXECUTION_ONLY: byte " + at,
                "STORE_SECOND");
    }

    @Test
    void opcodesNobodyKnows() {
        byte[] bytes = PER_TENSOR.compiled().execution().bytes().clone();
        bytes[bytes.length / 2 / 16 * 16] = (byte) 0xc0;
        bytes[bytes.length / 2 / 16 * 16 + 1] = 0x03;
        assertThatThrownBy(PER_TENSOR
                        .compiled()
                        .withExecution(new Program(
                                bytes, PER_TENSOR.compiled().execution().relocations()))::load)
                .isInstanceOf(BadInputException.class);
    }

    @Test
    void aPayloadOfAnotherLength() {
        TestPackage compiled = PER_TENSOR.compiled();
        assertRefused(
                compiled.withPayload(Arrays.copyOf(compiled.payload(), compiled.payload().length - 64)),
                "PARAMETER_CACHING",
                "bytes of parameters: expected 409536, found 409600");
    }

    @Test
    void addressesInTheWrongDescriptor() {
        assertRefused(
                relocated(list -> list.replaceAll(r -> r.kind() == Relocation.Kind.INPUT
                        ? new Relocation(Relocation.Kind.OUTPUT, 0, "", r.half(), r.bit())
                        : r)),
                "SCALAR",
                "expected the address of INPUT, found OUTPUT LOWER and OUTPUT UPPER");
        assertRefused(relocated(list -> list.remove(4)), "SCALAR", "expected the address of INPUT");
        assertRefused(
                relocated(list -> list.add(new Relocation(Relocation.Kind.INPUT, 0, "", Relocation.Half.LOWER, 9))),
                "END",
                "relocation of something that is no immediate");
        assertRefused(
                relocated(list -> list.replaceAll(r -> r.kind() == Relocation.Kind.INPUT
                        ? new Relocation(r.kind(), 0, "another", r.half(), r.bit())
                        : r)),
                "EXECUTION_ONLY executable",
                "found another");
    }

    private static TestPackage relocated(Consumer<List<Relocation>> change) {
        TestPackage compiled = PER_TENSOR.compiled();
        List<Relocation> relocations = new ArrayList<>(compiled.execution().relocations());
        change.accept(relocations);
        return compiled.withExecution(new Program(compiled.execution().bytes(), relocations));
    }

    @Test
    void layersOfAnotherSize() {
        TestPackage compiled = PER_TENSOR.compiled();
        assertRefused(
                new TestPackage(compiled.caching(), compiled.execution(), compiled.payload(), 632, 640),
                "EXECUTION_ONLY executable",
                "input bytes (padded): expected 640, found 632");
        assertRefused(
                new TestPackage(compiled.caching(), compiled.execution(), compiled.payload(), 640, 648),
                "EXECUTION_ONLY executable",
                "output bytes (padded): expected 640, found 648");
    }

    @Test
    void executablesForSomethingElse() {
        assertRefused(e -> with(e, "hornet", 1, 0, e.chunks(), e.parameters()), "chip: expected beagle, found hornet");
        assertRefused(e -> with(e, "beagle", 4, 0, e.chunks(), e.parameters()), "batch size: expected 1, found 4");
        assertRefused(e -> with(e, "beagle", 1, 64, e.chunks(), e.parameters()), "scratch bytes: expected 0, found 64");
        assertRefused(
                e -> with(
                        e, "beagle", 1, 0, List.of(e.chunks().get(0), e.chunks().get(0)), e.parameters()),
                "instruction chunks: expected 1, found 2");
        assertRefused(
                e -> with(e, "beagle", 1, 0, e.chunks(), new ByteRange(0, 0)), "parameters: expected some, found none");
    }

    private static void assertRefused(UnaryOperator<Executable> change, String problem) {
        assertThatThrownBy(() -> PER_TENSOR.compiled().load(ChipParameters.EDGE_TPU, change))
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("executable at byte ")
                .hasMessageContaining(problem);
    }

    private static Executable with(
            Executable e, String chip, int batch, int scratch, List<InstructionChunk> chunks, ByteRange parameters) {
        return new Executable(
                e.index(),
                e.range(),
                e.type(),
                e.name(),
                e.version(),
                batch,
                chip,
                scratch,
                parameters,
                chunks,
                e.inputLayers(),
                e.outputLayers(),
                e.hints(),
                e.token(),
                e.tokenField(),
                e.usedNarrowMemoryBytesPerTile(),
                e.estimatedCycles(),
                e.estimatedCyclesOld(),
                e.useTpuDram(),
                e.serializedModel());
    }

    @Test
    void modelsWithoutAParameterCachingExecutable() {
        // as the compiler makes them when the weights do not fit
        assertThatThrownBy(() -> PER_TENSOR
                        .compiled()
                        .load(
                                ChipParameters.EDGE_TPU,
                                e -> e.type() == ExecutableType.PARAMETER_CACHING ? standAlone(e) : e))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("PARAMETER_CACHING");
    }

    private static Executable standAlone(Executable e) {
        return new Executable(
                e.index(),
                e.range(),
                ExecutableType.STAND_ALONE,
                e.name(),
                e.version(),
                e.batchSize(),
                e.chip(),
                e.scratchBytes(),
                e.parameters(),
                e.chunks(),
                e.inputLayers(),
                e.outputLayers(),
                e.hints(),
                e.token(),
                e.tokenField(),
                e.usedNarrowMemoryBytesPerTile(),
                e.estimatedCycles(),
                e.estimatedCyclesOld(),
                e.useTpuDram(),
                e.serializedModel());
    }

    /** What a chip does with such values nobody knows; the inference is refused, not the model. */
    @Test
    void accumulatorsBeyondInt32AndScalesThatAreNoNumber() {
        TestPackage compiled = PER_CHANNEL.compiled();
        byte[] in = new byte[256];
        assertThatThrownBy(() ->
                        withHeader(compiled, header -> header.putInt(256, -1)).run(in))
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("TENSOR")
                .hasMessageContaining("tile 0, lane 0: the accumulator would be");
        assertThatThrownBy(() -> withHeader(compiled, header -> header.putFloat(20, Float.NaN))
                        .run(in))
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("tile 0, lane 5: scale NaN");
    }

    private static TestPackage withHeader(TestPackage compiled, Consumer<ByteBuffer> change) {
        byte[] payload = compiled.payload().clone();
        change.accept(ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN));
        return compiled.withPayload(payload);
    }

    private static int bundleOf(Opcode opcode, byte[] bytes) {
        var stream = org.tensorizer.dense.InstructionStream.frame("test", bytes);
        for (int i = 0; i < stream.size(); i++) {
            Instruction instruction = stream.get(i);
            if (instruction.opcode() == opcode) {
                return stream.offset(i);
            }
        }
        throw new IllegalArgumentException("no " + opcode);
    }

    private static void assertRefused(TestPackage compiled, String where, String problem) {
        assertThatThrownBy(compiled::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining(where)
                .hasMessageContaining(problem);
    }
}
