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
import org.tensorizer.dense.Instruction;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Variant;

/**
 * Programs rewired in one consistent way give the outputs that the wiring predicts. This, not agreement on what a compiler
 * emits, shows that programs are executed and no formula is applied.
 */
class RewiredProgramTest {
    private static final int RECEIVE_ROW = 2078;
    private static final int OUTFEED = 1 << 16;

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
                        "(?s)EXECUTION_ONLY: byte \\d+ \\(bundle \\d+\\): TENSOR: weight row \\d+ of tile 0:.*");
    }

    private static TestPackage movedParameters(TestPackage compiled, boolean loadThere) {
        Rewiring caching = Rewiring.of(compiled.caching());
        if (loadThere) {
            caching.change(Variant.STORE_PARAMETERS, store -> {
                Rewiring.add(store, "rows.base", 20);
                if (store.get("first.on") == 1) {
                    Rewiring.add(store, "first.base", 20);
                    Rewiring.add(store, "first.end", 20);
                }
            });
        }
        Rewiring execution =
                Rewiring.of(compiled.execution()).change(Variant.TENSOR, op -> Rewiring.add(op, "weights.base", 20));
        if (execution.all(Variant.TENSOR).get(0).get("format") != 0) {
            execution.change(Variant.WIDE_PARAMETERS, reader -> Rewiring.add(reader, "rows.base", 20));
        }
        return compiled.withCaching(caching.program()).withExecution(execution.program());
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void parametersOfTwoTilesExchanged(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring caching = Rewiring.of(compiled.caching());
        for (Variant variant : new Variant[] {Variant.STORE_PARAMETERS, Variant.POP_PARAMETERS}) {
            caching.exchange(caching.all(variant).get(0), caching.all(variant).get(1), "tiles");
        }
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
                execution.all(Variant.WIDE_GATHER).get(1),
                execution.all(Variant.WIDE_GATHER).get(3),
                "words.base");
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
                execution.all(Variant.POP_INPUT).get(0),
                execution.all(Variant.POP_INPUT).get(1),
                "tiles");
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
                        Variant.STORE_RING,
                        store -> store.get("rows.base") == RECEIVE_ROW,
                        store -> store.set("rows.base", 2050))
                .change(Variant.WIDE_GATHER, reader -> reader.set("rows.base", 2050));
        assertGives(dense.expected(input(n)), compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 1024, 2048, 2688})
    void twoOutputSendersExchanged(int n) {
        TestDense dense = perTensor(n);
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution());
        var senders = execution.all(Variant.SEND, send -> send.get("receivers") == OUTFEED);
        execution.exchange(senders.get(2), senders.get(5), "tiles");
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
        Rewiring execution = Rewiring.of(compiled.execution()).change(Variant.TENSOR, op -> {
            Rewiring.add(op, "weights.base", steps - 1);
            op.set("weights.stride0", -1);
            weightLoops(op, 2 * steps - 1, groups, groups * steps - 2 * steps + 1);
        });
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
        Rewiring execution = Rewiring.of(compiled.execution()).change(Variant.TENSOR, op -> {
            long last = steps / 2 - 1;
            op.set("input.limit", last);
            op.set("activations.limit0", last);
            op.set("accumulator.limit0", last);
            op.set("weights.limit0", last);
            for (int j = 1; j < 8; j++) {
                if (op.get("activations.stride" + j) < 0) {
                    op.set("activations.stride" + j, -last);
                }
            }
            weightLoops(op, steps - last, groups, (groups - 1) * steps + (int) last);
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
        Rewiring execution = Rewiring.of(compiled.execution()).change(Variant.TENSOR, op -> {
            Rewiring.add(op, "weights.base", steps);
            weightLoops(op, 1 - 2 * steps, 2, -1);
        });
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
                .change(Variant.TENSOR, op -> Rewiring.add(op, "outputs.base", 36))
                .change(
                        Variant.NARROW,
                        reader -> reader.get("words.base") == words,
                        reader -> Rewiring.add(reader, "words.base", 36));
        assertGives(dense.expected(input(n)), compiled.withExecution(execution.program()), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 2048})
    void outputsReadWhereNobodyWroteThemAreRefused(int n) {
        TestPackage compiled = compiled(n);
        Rewiring execution =
                Rewiring.of(compiled.execution()).change(Variant.TENSOR, op -> Rewiring.add(op, "outputs.base", 36));
        assertThatThrownBy(compiled.withExecution(execution.program())::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("of narrow memory, which nobody wrote");
    }

    @ParameterizedTest
    @ValueSource(ints = {640, 2048})
    void aSliceGatheredTwiceIsRefused(int n) {
        TestPackage compiled = compiled(n);
        Rewiring execution = Rewiring.of(compiled.execution());
        execution
                .all(Variant.WIDE_GATHER)
                .get(1)
                .set("words.base", execution.all(Variant.WIDE_GATHER).get(0).get("words.base"));
        assertThatThrownBy(compiled.withExecution(execution.program())::load)
                .isInstanceOf(UnsupportedProgramException.class)
                .hasMessageContaining("which nobody wrote");
    }

    /** Sets the strides of the weight loops outside the innermost. */
    private static void weightLoops(Instruction op, long groupStride, int groups, int covered) {
        op.set("weights.stride1", groups > 1 ? groupStride : -covered);
        for (int j = 2; j < 8; j++) {
            if (op.get("weights.stride" + j) != 0) {
                op.set("weights.stride" + j, -covered);
            }
        }
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
