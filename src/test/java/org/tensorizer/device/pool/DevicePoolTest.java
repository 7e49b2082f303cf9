package org.tensorizer.device.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceChoice;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

class DevicePoolTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> closed = new ArrayList<>();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void twoDevicesWorkAtTheSameTime() throws Exception {
        try (DevicePool pool = pool("usb:0", "usb:1")) {
            CyclicBarrier bothAtWork = new CyclicBarrier(2);
            List<Future<String>> names = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                names.add(threads.submit(() -> {
                    try (Lease lease = pool.lease()) {
                        bothAtWork.await(30, TimeUnit.SECONDS);
                        return lease.device().name();
                    }
                }));
            }
            assertThat(List.of(names.get(0).get(), names.get(1).get())).containsExactlyInAnyOrder("usb:0", "usb:1");
        }
    }

    @Test
    void oneDeviceIsNeverSharedAndNobodyWaitsForEver() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (DevicePool pool = pool("usb:0")) {
            List<Future<?>> experiments = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                experiments.add(threads.submit(() -> {
                    try (Lease lease = pool.lease()) {
                        most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                        assertThat(lease.device().name()).isEqualTo("usb:0");
                        atWork.decrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> experiment : experiments) {
                experiment.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void aThreadThatHasOneGetsTheSameAgain() throws Exception {
        try (DevicePool pool = pool("usb:0")) {
            Lease outer = pool.lease();
            Lease inner = pool.lease();
            assertThat(inner.device()).isSameAs(outer.device());
            inner.close();
            inner.close();
            CountDownLatch got = new CountDownLatch(1);
            Future<?> other = threads.submit(() -> {
                try (Lease lease = pool.lease()) {
                    got.countDown();
                }
                return null;
            });
            assertThat(got.await(100, TimeUnit.MILLISECONDS)).as("still leased").isFalse();
            outer.close();
            other.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void anotherThreadMayGiveItBack() throws Exception {
        try (DevicePool pool = pool("usb:0")) {
            Lease lease = pool.lease();
            threads.submit(lease::close).get(30, TimeUnit.SECONDS);
            threads.submit(() -> {
                        pool.lease().close();
                        return null;
                    })
                    .get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void whereOneIsMissingNoneStaysOpen() {
        assertThatThrownBy(() ->
                        DevicePool.open(List.of(DeviceChoice.parse("usb:0"), DeviceChoice.parse("usb:1")), choice -> {
                            if (choice.toString().equals("usb:1")) {
                                throw new DeviceFault(DeviceFault.Kind.MISSING, "usb:1", "not there");
                            }
                            return device(choice.toString());
                        }))
                .isInstanceOf(DeviceFault.class);
        assertThat(closed).containsExactly("usb:0");
    }

    @Test
    void closesAll() {
        pool("usb:0", "usb:1", "emulator").close();
        assertThat(closed).containsExactly("usb:0", "usb:1", "emulator");
    }

    private DevicePool pool(String... choices) {
        return DevicePool.open(DeviceChoice.parseAll(String.join(",", choices)), choice -> device(choice.toString()));
    }

    private Device device(String name) {
        return new Device() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Provenance provenance() {
                return Provenance.DOUBLE;
            }

            @Override
            public Session open(String modelName, byte[] model) {
                throw new AssertionError("no model in this test");
            }

            @Override
            public void close() {
                closed.add(name);
            }
        };
    }
}
