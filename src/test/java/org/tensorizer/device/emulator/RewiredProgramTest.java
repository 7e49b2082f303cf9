package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.emulator.Rewiring.Use;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Pop;
import org.tensorizer.isa.RingBusConsumer;
import org.tensorizer.isa.RingBusProducer;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.isa.WideToNarrow;

/**
 * Programs rewired in one consistent way give the outputs that the wiring predicts. This, not agreement on what a compiler
 * emits, shows that programs are executed and no formula is applied.
 */
class RewiredProgramTest {
    private static final int RECEIVE_ROW = 2078;

    /** Rows the parameters are moved by. */
    private static final int MOVED = 20;

    private static final Map<Integer, TestDense> PER_TENSOR = new ConcurrentHashMap<>();
    private static final Map<Integer, TestPackage> COMPILED = new ConcurrentHashMap<>();

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void parametersElsewhereInWideMemory(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        assertGives(dense.expected(input(n)), movedParameters(compiled, true), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 1024})
    void headerRowsElsewhereInWideMemory(int n) {
        TestDense dense = perChannel(n);
        assertGives(dense.expected(input(n)), movedParameters(dense.compiled(), true), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void weightRowsNobodyWroteAreRefused(int n) {
        TestPackage half = movedParameters(compiled(n), false);
        assertThatThrownBy(half::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageMatching(
                        "EXECUTION_ONLY: chunk 0 byte \\d+: op \\(MULTIPLY_ACCUMULATE\\): tile 0 reads row \\d+, which nobody wrote");
    }

    private static TestPackage movedParameters(TestPackage compiled, boolean loadThere) {
        Rewiring caching = Rewiring.of(compiled.caching());
        if (loadThere) {
            caching.change(Use.STORE_PARAMETERS, store -> {
                Rewiring.add(store, RingBusConsumer.ROWS.base(), MOVED);
                if (store.isSet(RingBusConsumer.HEADER_ON)) {
                    Rewiring.add(store, RingBusConsumer.HEADER_BASE, MOVED);
                    Rewiring.add(store, RingBusConsumer.HEADER_END, MOVED);
                }
            });
        }
        Rewiring execution = Rewiring.of(compiled.execution()).change(Use.OP, op -> {
            Rewiring.add(op, Op.WEIGHTS.base(), 4 * MOVED);
            if (op.isSet(Op.ZERO_POINT_ROWS)) {
                Rewiring.add(op, Op.ZERO_POINT_FIRST, MOVED);
                Rewiring.add(op, Op.ZERO_POINT_LAST, MOVED);
            }
        });
        if (execution.all(Use.OP).get(0).isSet(Op.FORMAT)) {
            execution.change(Use.READ_HEADER, reader -> Rewiring.add(reader, WideToNarrow.ROWS.base(), MOVED));
        }
        return compiled.withCaching(caching.program()).withExecution(execution.program());
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void parametersOfTwoTilesExchanged(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring caching = Rewiring.of(compiled.caching());
        var stores = caching.all(Use.STORE_PARAMETERS);
        caching.exchange(stores.get(0), stores.get(1), TileInstruction.TILES);
        var pops = caching.all(Use.POP_PARAMETERS);
        caching.exchange(pops.get(0), pops.get(1), Pop.TILES);
        byte[] expected = exchanged(dense.expected(input(n)), 0, 1, tileChannels(n));
        assertGives(expected, compiled.withCaching(caching.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void destinationsOfTwoGatheredSlicesExchanged(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution());
        execution.exchange(
                execution.all(Use.GATHER).get(1), execution.all(Use.GATHER).get(3), WideToNarrow.WORDS.base());
        byte[] expected = dense.expected(exchanged(input(n), 1, 3, tileChannels(n)));
        assertGives(expected, compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void inputOfTwoGridRowsExchanged(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution());
        execution.exchange(
                execution.all(Use.POP_INPUT).get(0),
                execution.all(Use.POP_INPUT).get(1),
                Pop.TILES);
        byte[] expected = dense.expected(exchanged(input(n), 0, 1, 4 * tileChannels(n)));
        assertGives(expected, compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void anotherReceiveRow(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution())
                .change(
                        Use.STORE_RING,
                        store -> store.get(RingBusConsumer.ROWS.base()) == RECEIVE_ROW,
                        store -> store.set(RingBusConsumer.ROWS.base(), 2050))
                .change(Use.GATHER, reader -> reader.set(WideToNarrow.ROWS.base(), 2050));
        assertGives(dense.expected(input(n)), compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void twoOutputSendersExchanged(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution());
        var senders = execution.all(Use.SEND).stream()
                .filter(send -> send.get(RingBusProducer.RECEIVERS) == RingBusProducer.OUTFEED)
                .toList();
        execution.exchange(senders.get(2), senders.get(5), TileInstruction.TILES);
        byte[] expected = exchanged(dense.expected(input(n)), 2, 5, tileChannels(n));
        assertGives(expected, compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void weightsWalkedBackwards(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        int steps = n / 4;
        int groups = tileChannels(n) / 64;
        Rewiring execution = Rewiring.of(compiled.execution())
                .change(Use.OP, op -> weights(op, 4 * (steps - 1), -4, steps, 4 * steps, groups));
        byte[] in = input(n);
        byte[] reversed = new byte[n];
        for (int word = 0; word < steps; word++) {
            System.arraycopy(in, 4 * word, reversed, 4 * (steps - 1 - word), 4);
        }
        assertGives(dense.expected(reversed), compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void halfOfTheInputs(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        int steps = n / 4;
        int groups = tileChannels(n) / 64;
        Rewiring execution = Rewiring.of(compiled.execution()).change(Use.OP, op -> {
            int half = steps / 2;
            Op.rounds(op, half, groups);
            Op.ACTIVATIONS.set(
                    op,
                    Loops.from(0)
                            .step(4, half)
                            .step(4 * half, 1)
                            .step(4 * half, 1)
                            .repeat(groups));
            Loops.Builder sums = Loops.from(0).repeat(half).repeat(groups);
            Op.SUMS.set(op, groups > 1 ? sums.window(1, 4) : sums);
            weights(op, 0, 4, half, 4 * steps, groups);
        });
        byte[] in = input(n);
        Arrays.fill(in, n / 2, n, (byte) dense.quantization().inputZeroPoint());
        assertGives(dense.expected(in), compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {1536, 2048})
    void groupsInTheOtherOrder(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        int steps = n / 4;
        Rewiring execution =
                Rewiring.of(compiled.execution()).change(Use.OP, op -> weights(op, 4 * steps, 4, steps, -4 * steps, 2));
        byte[] expected = dense.expected(input(n));
        for (int tile = 0; tile < n / 128; tile++) {
            expected = exchanged(expected, 2 * tile, 2 * tile + 1, 64);
        }
        assertGives(expected, compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void outputsElsewhereInNarrowMemory(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        int words = n / 4;
        Rewiring execution = Rewiring.of(compiled.execution())
                .change(Use.OP, op -> Rewiring.add(op, Op.OUTPUTS.base(), 4 * 36))
                .change(
                        Use.STAGE,
                        reader -> reader.get(NarrowToWide.WORDS.base()) == words,
                        reader -> Rewiring.add(reader, NarrowToWide.WORDS.base(), 36));
        assertGives(dense.expected(input(n)), compiled.withExecution(execution.program()), n);
    }

    /** The second group of 64 channels of each tile reads what the first has written among the inputs of that tile. */
    @ParameterizedTest
    @ValueSource(ints = {1536, 2048})
    void resultsWhereTheOpReads(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        int words = n / 4;
        Rewiring execution = Rewiring.of(compiled.execution())
                .change(Use.OP, op -> Rewiring.add(op, Op.OUTPUTS.base(), -n / 2))
                .change(
                        Use.STAGE,
                        reader -> reader.get(NarrowToWide.WORDS.base()) == words,
                        reader -> Rewiring.add(reader, NarrowToWide.WORDS.base(), -words / 2));
        byte[] expected = dense.expected(input(n));
        for (int first = 0; first < n; first += 128) {
            byte[] read = input(n);
            System.arraycopy(expected, first, read, n / 2, 64);
            System.arraycopy(dense.expected(read), first + 64, expected, first + 64, 64);
        }
        assertGives(expected, compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 2048})
    void outputsReadWhereNobodyWroteThemAreRefused(int n) {
        TestPackage compiled = compiled(n);
        Rewiring execution =
                Rewiring.of(compiled.execution()).change(Use.OP, op -> Rewiring.add(op, Op.OUTPUTS.base(), 4 * 36));
        assertThatThrownBy(compiled.withExecution(execution.program())::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("of narrow memory, which nobody wrote");
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 2048})
    void aSliceGatheredTwiceIsRefused(int n) {
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution());
        var gathers = execution.all(Use.GATHER);
        gathers.get(1).set(WideToNarrow.WORDS.base(), gathers.get(0).get(WideToNarrow.WORDS.base()));
        assertThatThrownBy(compiled.withExecution(execution.program())::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("which nobody wrote");
    }

    /** The weights of an op: {@code moved} quarter rows further, then from row to row and from group to group. */
    private static void weights(Instruction op, int moved, int step, int steps, int groupStep, int groups) {
        Loops.Builder loops = Loops.from(op.getInt(Op.WEIGHTS.base()) + moved).step(step, steps);
        Op.WEIGHTS.set(op, groups > 1 ? loops.step(groupStep, groups) : loops);
    }

    private static TestDense perTensor(int n) {
        return PER_TENSOR.computeIfAbsent(
                n, size -> TestDense.random(DenseShape.square(size, ParameterFormat.PER_TENSOR), size));
    }

    private static TestPackage compiled(int n) {
        return COMPILED.computeIfAbsent(n, size -> perTensor(size).compiled());
    }

    private static TestDense perChannel(int n) {
        return TestDense.random(DenseShape.square(n, ParameterFormat.PER_CHANNEL), n);
    }

    private static int tileChannels(int n) {
        return DenseShape.square(n, ParameterFormat.PER_TENSOR)
                .outputPartition()
                .tileChannels();
    }

    private static byte[] input(int n) {
        byte[] in = new byte[n];
        new Random(n).nextBytes(in);
        return in;
    }

    private static byte[] exchanged(byte[] values, int a, int b, int length) {
        byte[] changed = values.clone();
        System.arraycopy(values, a * length, changed, b * length, length);
        System.arraycopy(values, b * length, changed, a * length, length);
        return changed;
    }

    private static void assertGives(byte[] expected, TestPackage rewired, int n) {
        assertThat(rewired.run(input(n))).isEqualTo(expected);
    }
}
