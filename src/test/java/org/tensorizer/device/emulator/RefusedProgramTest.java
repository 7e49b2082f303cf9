package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.emulator.Rewiring.Use;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Infeed;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Outfeed;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.ScalarFence;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Relocation;

/** What the emulated chip does not understand it refuses, naming the instruction. */
class RefusedProgramTest {
    private static final TestDense PER_TENSOR = TestDense.random(DenseShape.square(640, ParameterFormat.PER_TENSOR), 1);
    private static final TestDense PER_CHANNEL =
            TestDense.random(DenseShape.square(256, ParameterFormat.PER_CHANNEL), 2);
    private static final TestDense TWO_GROUPS =
            TestDense.random(DenseShape.of(64, 1280, ParameterFormat.PER_TENSOR), 3);

    private static Arguments changed(Use use, Field field, long value, String problem) {
        return Arguments.of(use, field, value, problem);
    }

    static Stream<Arguments> execution() {
        return Stream.of(
                // fields that say the same and differ
                changed(Use.OP, Op.SUMS.limits().get(0), 1, "walks of"),
                changed(Use.OP, Op.WEIGHTS.strides().get(2), 5, "weights"),
                changed(Use.OP, Op.WEIGHTS.limits().get(0), 5, "weights"),
                changed(Use.STORE_RING, RingBusConsumer.ROWS.tailRewind(), 9, "rewind"),
                changed(Use.POP_INPUT, Pop.UNITS.tailRewind(), 9, "rewind"),
                // addresses
                changed(Use.STAGE, NarrowToWide.ROWS.base(), 2080, "2080"),
                changed(Use.OP, Op.OUTPUTS.base(), 200_000, "output byte 200000"),
                changed(Use.OP, Op.ACTIVATIONS.base(), 100_000, "nobody wrote"),
                // counters, order, sizes
                changed(Use.STAGE, TileInstruction.TILES, 2, "stalled"),
                changed(Use.SEND, RingBusProducer.RECEIVERS, 0, "stalled"),
                changed(Use.AWAIT_PACKETS, ScalarFence.COUNT.get(ScalarCounter.PRODUCER_A.id()), 3, "PRODUCER_A"),
                changed(Use.OUTFEED, Outfeed.UNITS.limits().get(0), 90, "outfeed"),
                changed(Use.POP_INPUT, Pop.UNITS.base(), 77, "pop"));
    }

    @ParameterizedTest
    @MethodSource("execution")
    void inTheExecutionStream(Use use, Field field, long value, String problem) {
        Rewiring execution = Rewiring.of(PER_TENSOR.compiled().execution());
        execution.all(use).get(0).set(field, value);
        assertRefused(PER_TENSOR.compiled().withExecution(execution.program()), "EXECUTION_ONLY", problem);
    }

    static Stream<Arguments> caching() {
        return Stream.of(
                changed(Use.STORE_PARAMETERS, RingBusConsumer.ROWS.limits().get(0), 5, "rows"),
                changed(Use.POP_PARAMETERS, Pop.TILES, 2, "ring"),
                changed(Use.INFEED, Infeed.UNITS.tailRewind(), 9, "rewind"));
    }

    @ParameterizedTest
    @MethodSource("caching")
    void inTheParameterStream(Use use, Field field, long value, String problem) {
        Rewiring caching = Rewiring.of(PER_TENSOR.compiled().caching());
        caching.all(use).get(0).set(field, value);
        assertRefused(PER_TENSOR.compiled().withCaching(caching.program()), "PARAMETER_CACHING", problem);
    }

    /** Bits that no field covers may mean anything. */
    @Test
    void bitsNobodyKnows() {
        byte[] bytes = PER_TENSOR.compiled().execution().bytes().clone();
        bytes[bundleOf(Opcode.MULTIPLY_ACCUMULATE, bytes) + 1573 / 8] |= (byte) (1 << 1573 % 8);
        assertRefused(
                PER_TENSOR
                        .compiled()
                        .withExecution(new Program(
                                bytes, PER_TENSOR.compiled().execution().relocations())),
                "op",
                "1573");
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
                "the program moves bytes 0..409599 of 409536");
    }

    @Test
    void addressesInTheWrongDescriptor() {
        assertRefused(
                relocated(list -> list.replaceAll(r -> r.kind() == Relocation.Kind.INPUT
                        ? new Relocation(Relocation.Kind.OUTPUT, 0, "", r.half(), r.bit())
                        : r)),
                "EXECUTION_ONLY executable",
                "means OUTPUT, expected INPUT");
        assertRefused(relocated(list -> list.remove(4)), "EXECUTION_ONLY executable", "no region of the executable");
        assertRefused(
                relocated(list -> list.add(new Relocation(Relocation.Kind.INPUT, 0, "", Relocation.Half.LOWER, 9))),
                "chunk 0",
                "relocation at bit 9 of something that is no empty immediate");
        assertRefused(
                relocated(list -> list.replaceAll(r -> r.kind() == Relocation.Kind.INPUT
                        ? new Relocation(r.kind(), 0, "another", r.half(), r.bit())
                        : r)),
                "EXECUTION_ONLY",
                "another");
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
                "INPUT: the program moves bytes 0..639 of 632");
        assertRefused(
                new TestPackage(compiled.caching(), compiled.execution(), compiled.payload(), 640, 648),
                "EXECUTION_ONLY executable",
                "which nobody wrote");
    }

    @Test
    void executablesForSomethingElse() {
        assertRefused(e -> with(e, "hornet", 1, 0, e.chunks(), e.parameters()), "chip: expected beagle, found hornet");
        assertRefused(e -> with(e, "beagle", 4, 0, e.chunks(), e.parameters()), "batch size: expected 1, found 4");
        assertRefused(e -> with(e, "beagle", 1, 0, List.of(), e.parameters()), "instruction chunks: expected some");
        assertRefused(e -> with(e, "beagle", 1, 0, e.chunks(), new ByteRange(0, 0)), "PARAMETER: the program moves");
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
    void programsWhoseParametersNobodyLoads() {
        assertThatThrownBy(() -> PER_TENSOR
                        .compiled()
                        .load(
                                ChipParameters.EDGE_TPU,
                                e -> e.type() == ExecutableType.PARAMETER_CACHING ? standAlone(e) : e))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("reads row 0, which nobody wrote");
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

    /** What a chip does with such values nobody knows; a corrupted payload runs to its end all the same. */
    @Test
    void scalesThatAreNoNumberGiveTheLowerClamp() {
        TestPackage compiled = PER_CHANNEL.compiled();
        byte[] in = new byte[256];
        byte[] sound = compiled.run(in);
        byte[] out =
                withHeader(compiled, header -> header.putFloat(20, Float.NaN)).run(in);
        for (int i = 0; i < out.length; i++) {
            if (i != 5) {
                assertThat(out[i]).as("output " + i).isEqualTo(sound[i]);
            }
        }
    }

    @Test
    void outputsThatTheClampsLetOutAreRefused() {
        for (long[] each : new long[][] {{0, 255}, {1, 0x43fa0000L}}) {
            Field field = each[0] == 0 ? Op.OUTPUT_ZERO_POINT : Op.CLAMP_MAX;
            Rewiring execution =
                    Rewiring.of(PER_TENSOR.compiled().execution()).change(Use.OP, op -> op.set(field, each[1]));
            TestPackage changed = PER_TENSOR.compiled().withExecution(execution.program());
            assertThatThrownBy(() -> {
                        for (int seed = 0; seed < 4; seed++) {
                            changed.run(PER_TENSOR.randomInput(new Random(seed)));
                        }
                    })
                    .isInstanceOf(UnsupportedProgramException.class)
                    .hasMessageContaining("the clamps let");
        }
    }

    private static TestPackage withHeader(TestPackage compiled, Consumer<ByteBuffer> change) {
        byte[] payload = compiled.payload().clone();
        change.accept(ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN));
        return compiled.withPayload(payload);
    }

    private static int bundleOf(Opcode opcode, byte[] bytes) {
        var stream = InstructionStream.frame("test", bytes);
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
