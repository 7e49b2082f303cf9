package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.device.StubDevice;
import org.tensorizer.model.TfliteModel;

/** Everything that C would answer with a crash of the process. */
class TfliteSessionTest {
    private static final String NAME = "dense_256.tflite";
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private byte[] model;

    @BeforeEach
    void read() {
        model = Fixture.sourceBytes();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void checksNumberAndSizeOfInputs() {
        try (TfliteSession session = open()) {
            assertThatThrownBy(() -> session.run(new byte[255]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("input 0, input: expected 256 bytes, found 255");
            assertThatThrownBy(() -> session.run(new byte[257])).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> session.run(List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 1 inputs, found 0");
            assertThatThrownBy(() -> session.run(List.of(new byte[256], new byte[256])))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(session.run(new byte[256])).hasSize(256);
        }
    }

    @Test
    void useAfterCloseThrowsAndClosingTwiceIsHarmless() {
        TfliteSession session = open();
        session.close();
        session.close();
        assertThatThrownBy(() -> session.run(new byte[256]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("closed");
        assertThat(session.inputs()).as("facts stay readable").hasSize(1);
    }

    @Test
    void outputsAreFreshArrays() {
        try (TfliteSession session = open()) {
            byte[] first = session.run(new byte[256]);
            byte[] copy = first.clone();
            byte[] other = new byte[256];
            java.util.Arrays.fill(other, (byte) 200);
            session.run(other);
            assertThat(first).isEqualTo(copy);
        }
    }

    @Test
    void theCallersArrayMayBeCollectedAndNativeMemoryStays() {
        byte[] input = new byte[256];
        try (TfliteSession session =
                TfliteSession.open(TfliteModel.parse(NAME, model.clone()), TfliteSession.Options.builtin("cpu"))) {
            byte[] expected = session.run(input);
            for (int i = 0; i < 5; i++) {
                System.gc();
                byte[] pressure = new byte[1 << 20];
                assertThat(pressure).hasSize(1 << 20);
                assertThat(session.run(input)).isEqualTo(expected);
            }
        }
    }

    @Test
    void manyThreadsGiveTheAnswersOfOne() throws Exception {
        try (TfliteSession session = open()) {
            List<byte[]> expected = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                expected.add(session.run(input(i)));
            }
            List<Future<Void>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int which = i;
                results.add(threads.submit(() -> {
                    for (int run = 0; run < 500; run++) {
                        assertThat(session.run(input(which))).isEqualTo(expected.get(which));
                    }
                    return null;
                }));
            }
            for (Future<Void> result : results) {
                result.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void closeWaitsForTheInferenceThatRuns() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger closed = new AtomicInteger();
        CustomKernel kernel = options -> new CustomKernel.Instance() {
            @Override
            public void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
                inside.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                assertThat(closed).as("closed while it ran").hasValue(0);
                CustomKernelTest.invert(inputs, outputs);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        byte[] compiled = Fixture.compiledBytes();
        TfliteSession session = TfliteSession.open(TfliteModel.parse("compiled", compiled), kernel);
        Future<byte[]> running = threads.submit(() -> session.run(new byte[256]));
        inside.await();
        Future<?> closing = threads.submit(session::close);
        goOn.countDown();
        assertThat(running.get(60, TimeUnit.SECONDS)).containsOnly(0xff);
        closing.get(60, TimeUnit.SECONDS);
        assertThat(closed).hasValue(1);
    }

    @Test
    void closeWhileManyThreadsRun() throws Exception {
        for (int round = 0; round < 20; round++) {
            TfliteSession session = open();
            List<Future<String>> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ends.add(threads.submit(() -> {
                    try {
                        while (true) {
                            session.run(new byte[256]);
                        }
                    } catch (IllegalStateException e) {
                        return e.getMessage();
                    }
                }));
            }
            session.run(new byte[256]);
            session.close();
            for (Future<String> end : ends) {
                assertThat(end.get(60, TimeUnit.SECONDS)).contains("closed");
            }
        }
    }

    @Test
    void whatNobodyClosedIsFreedByTheCollector() throws Exception {
        CountDownLatch freed = new CountDownLatch(1);
        byte[] compiled = Fixture.compiledBytes();
        forget(compiled, freed);
        for (int i = 0; i < 200 && freed.getCount() > 0; i++) {
            System.gc();
            freed.await(20, TimeUnit.MILLISECONDS);
        }
        assertThat(freed.getCount()).isZero();
    }

    private static void forget(byte[] compiled, CountDownLatch freed) {
        TfliteSession forgotten =
                TfliteSession.open(TfliteModel.parse("forgotten", compiled), options -> new CustomKernel.Instance() {
                    @Override
                    public void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
                        CustomKernelTest.invert(inputs, outputs);
                    }

                    @Override
                    public void close() {
                        freed.countDown();
                    }
                });
        forgotten.run(new byte[256]);
    }

    @Test
    void aDelegateIsFreedAlsoWhereTheModelIsRefused() {
        AtomicInteger freed = new AtomicInteger();
        TfliteSession.Delegate delegate = new TfliteSession.Delegate() {
            @Override
            public long address() {
                throw new IllegalStateException("the model is refused");
            }

            @Override
            public void close() {
                freed.incrementAndGet();
            }
        };
        TfliteSession.Options options = TfliteSession.Options.delegate("coral", delegate);
        assertThatThrownBy(() -> TfliteSession.open(StubDevice.model("refused"), options))
                .isInstanceOf(IllegalStateException.class);
        assertThat(freed).hasValue(1);
    }

    private TfliteSession open() {
        return TfliteSession.open(TfliteModel.parse(NAME, model), TfliteSession.Options.builtin("cpu"));
    }

    private static byte[] input(int seed) {
        byte[] input = new byte[256];
        new java.util.Random(seed).nextBytes(input);
        return input;
    }
}
