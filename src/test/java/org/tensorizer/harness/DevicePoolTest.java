package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.model.TfliteModel;

/** Experiments in parallel on one device and on two. */
class DevicePoolTest {
    private static final int EXPERIMENTS = 12;

    /** A model that is loaded only when a second experiment loads one as well. */
    private static final String MEETING = "meeting";

    /** What the devices of one engine run saw. */
    private static final class Seen {
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final AtomicInteger shared = new AtomicInteger();
        final CountDownLatch two = new CountDownLatch(2);
    }

    private static volatile Seen seen = new Seen();

    /** Notes when two experiments use it at a time. */
    static final class Counting extends StubDevice {
        private final AtomicInteger users = new AtomicInteger();

        Counting() {
            super("counting", Provenance.DOUBLE);
        }

        @Override
        public Session open(TfliteModel model) {
            if (users.incrementAndGet() > 1) {
                seen.shared.incrementAndGet();
            }
            seen.most.accumulateAndGet(seen.running.incrementAndGet(), Math::max);
            if (model.name().equals(MEETING)) {
                meet();
            }
            seen.running.decrementAndGet();
            users.decrementAndGet();
            return super.open(model);
        }

        private static void meet() {
            seen.two.countDown();
            try {
                assertThat(seen.two.await(20, TimeUnit.SECONDS))
                        .as("a second experiment runs")
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            seen.closed.incrementAndGet();
        }
    }

    public static final class Source implements DeviceSource {
        @Override
        public Device open() {
            seen.opened.incrementAndGet();
            return new Counting();
        }
    }

    @Hypothesis(
            value = "Devices are leased to one experiment at a time",
            refutedBy = "Two at a time",
            source = "made up")
    static class Users {
        static List<Integer> numbers() {
            return IntStream.range(0, EXPERIMENTS).boxed().toList();
        }

        @ParameterizedTest
        @MethodSource("numbers")
        void usesADevice(int number, Device device, Bench bench) {
            assertThat(bench.device()).isSameAs(device);
            device.open(StubDevice.model(number < 2 && seen.opened.get() > 1 ? MEETING : "alone"))
                    .close();
        }
    }

    @BeforeEach
    void forget() {
        seen = new Seen();
    }

    @Test
    void twoDevicesServeTwoExperimentsAtATime() {
        assertThat(run(2, 2)).isEqualTo(EXPERIMENTS);
        assertThat(seen.most).hasValue(2);
        assertThat(seen.shared).hasValue(0);
        assertThat(seen.opened).hasValue(2);
        assertThat(seen.closed).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void oneDeviceSerializesWithoutDeadlock(int parallelism) {
        assertThat(run(1, parallelism)).isEqualTo(EXPERIMENTS);
        assertThat(seen.most).hasValue(1);
        assertThat(seen.shared).hasValue(0);
        assertThat(seen.closed).hasValue(1);
    }

    /** Runs the experiments and returns how many succeeded. */
    private static long run(int devices, int parallelism) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Users.class))
                .configurationParameter(
                        "tensorizer.device.source",
                        String.join(",", Collections.nCopies(devices, Source.class.getName())))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.executor-service", "WORKER_THREAD_POOL")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", String.valueOf(parallelism))
                .execute()
                .testEvents()
                .succeeded()
                .count();
    }
}
