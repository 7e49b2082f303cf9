package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.compare.CompareDevice;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceStack;
import org.tensorizer.device.open.WorkerDevice;
import org.tensorizer.device.record.RecordingDevice;
import org.tensorizer.device.record.ReplayDevice;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.device.tflite.TfliteSession;
import org.tensorizer.model.TfliteModel;

/**
 * What {@link Session} promises about its life, of every session there is: after close each use is one clear exception,
 * whichever thread closes, and threads that share a session never get each other's answers. Here, because the harness wraps
 * sessions too.
 */
@Timeout(120)
class SessionContractTest {
    private static final int THREADS = 4;
    private static final int RUNS = 25;

    /** Answers to each input that a record has; it has them once each. */
    private static final int RECORDED = 1000;

    private static final Path MODELS = Path.of("fixtures/templates");
    private static final String PLAIN = "dense_256_int8_identity.tflite";
    private static final String COMPILED = "dense_256_int8_identity_edgetpu.tflite";
    private static final WorkerDevice.Options PATIENT = new WorkerDevice.Options(
            Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE);

    @TempDir
    private Path folder;

    /** The sessions of the project, by what opens them. */
    enum Kind {
        CPU(PLAIN) {
            @Override
            Device device(Path folder) {
                return new CpuDevice();
            }
        },
        CUSTOM_KERNEL(COMPILED) {
            @Override
            Device device(Path folder) {
                return new KernelDevice();
            }
        },
        EMULATOR(COMPILED) {
            @Override
            Device device(Path folder) {
                return new EmulatorDevice();
            }
        },
        WORKER(PLAIN) {
            @Override
            Device device(Path folder) {
                return WorkerDevice.open(DeviceChoice.parse("cpu"), PATIENT);
            }
        },
        RECORDING(PLAIN) {
            @Override
            Device device(Path folder) {
                return RecordingDevice.of(new CpuDevice(), RecordingDevice.freshFile(folder, "contract"));
            }
        },
        REPLAY(PLAIN) {
            @Override
            Device device(Path folder) {
                Path file = RecordingDevice.freshFile(folder, "replayed");
                try (Device recorded = RecordingDevice.of(new CpuDevice(), file);
                        Session session = recorded.open(PLAIN, model())) {
                    for (int i = 0; i < THREADS * RECORDED; i++) {
                        session.run(input(i % THREADS));
                    }
                }
                return ReplayDevice.open(file);
            }
        },
        COMPARE(PLAIN) {
            @Override
            Device device(Path folder) {
                return CompareDevice.of(new CpuDevice(), new CpuDevice());
            }
        },
        POOLED(PLAIN) {
            @Override
            Device device(Path folder) {
                return DeviceStack.on(new CpuDevice()).checked().device();
            }
        };

        private final String file;

        Kind(String file) {
            this.file = file;
        }

        abstract Device device(Path folder);

        byte[] model() {
            try {
                return Files.readAllBytes(MODELS.resolve(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A device around a kernel that echoes. */
    private static final class KernelDevice implements Device {
        @Override
        public String name() {
            return "kernel";
        }

        @Override
        public Provenance provenance() {
            return Provenance.DOUBLE;
        }

        @Override
        public Session open(TfliteModel model) {
            return TfliteSession.open(
                    model, options -> (inputs, outputs) -> outputs.get(0).put(inputs.get(0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterCloseEachUseSaysSo(Kind kind) {
        try (Device device = kind.device(folder)) {
            Session session = device.open("a.tflite", kind.model());
            session.close();
            session.close();
            assertThatClosed(() -> session.run(input(0)));
            assertThatClosed(() -> session.run(List.of(input(0))));
            assertThatClosed(() -> {
                session.run(List.of(ByteBuffer.wrap(input(0))), List.of(ByteBuffer.allocate(256)));
                return null;
            });
            assertThat(session.inputs()).as("facts stay").hasSize(1);
            assertThat(session.outputs()).hasSize(1);
            session.close();
        }
    }

    private static void assertThatClosed(Callable<?> use) {
        assertThatThrownBy(use::call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a.tflite: the session is closed");
    }

    /** Sizes that are wrong are told before anything runs, and the session goes on. */
    @ParameterizedTest
    @EnumSource
    void wrongInputsAreRefusedAndTheSessionGoesOn(Kind kind) {
        try (Device device = kind.device(folder);
                Session session = device.open("a.tflite", kind.model())) {
            byte[] before = session.run(input(0));
            assertThatThrownBy(() -> session.run(new byte[255]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 256 bytes, found 255");
            assertThatThrownBy(() -> session.run(List.<byte[]>of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 1 inputs, found 0");
            assertThat(session.run(input(0))).isEqualTo(before);
        }
    }

    /** Each thread has its own input, and gets that one's answer. */
    @ParameterizedTest
    @EnumSource
    void threadsThatShareASessionGetTheirOwnAnswers(Kind kind) throws Exception {
        try (Device device = kind.device(folder);
                Session session = device.open("a.tflite", kind.model())) {
            List<byte[]> expected = IntStream.range(0, THREADS)
                    .mapToObj(thread -> session.run(input(thread)))
                    .toList();
            assertThat(expected.get(0)).as("inputs that tell threads apart").isNotEqualTo(expected.get(1));
            inThreads(thread -> {
                for (int i = 0; i < RUNS; i++) {
                    assertThat(session.run(input(thread))).isEqualTo(expected.get(thread));
                }
                return null;
            });
        }
    }

    /** One thread closes while the others run: each inference is answered as ever, or says that the session is closed. */
    @ParameterizedTest
    @EnumSource
    void closedWhileOthersRun(Kind kind) throws Exception {
        try (Device device = kind.device(folder)) {
            for (int round = 0; round < 5; round++) {
                Session session = device.open("a.tflite", kind.model());
                List<byte[]> expected = IntStream.range(0, THREADS)
                        .mapToObj(thread -> session.run(input(thread)))
                        .toList();
                CountDownLatch running = new CountDownLatch(THREADS - 1);
                inThreads(thread -> {
                    if (thread == 0) {
                        running.await();
                        session.close();
                        session.close();
                    } else {
                        runUntilClosed(session, input(thread), expected.get(thread), running, kind == Kind.REPLAY);
                    }
                    return null;
                });
                assertThatClosed(() -> session.run(input(0)));
            }
        }
    }

    /** @param slowly so that the answers last */
    private static void runUntilClosed(
            Session session, byte[] input, byte[] expected, CountDownLatch running, boolean slowly) {
        assertThatClosed(() -> {
            assertThat(session.run(input)).isEqualTo(expected);
            running.countDown();
            running.await();
            while (true) {
                assertThat(session.run(input)).isEqualTo(expected);
                Thread.sleep(slowly ? 1 : 0);
            }
        });
    }

    private interface Work {
        Object of(int thread) throws Exception;
    }

    private static void inThreads(Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                running.add(pool.submit(() -> work.of(number)));
            }
            for (Future<?> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static byte[] input(int thread) {
        byte[] input = new byte[256];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) (i * (thread + 1));
        }
        return input;
    }
}
