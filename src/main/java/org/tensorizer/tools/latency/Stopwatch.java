package org.tensorizer.tools.latency;

import java.util.List;
import java.util.function.LongSupplier;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

/** Times inferences of one session, one after another. */
final class Stopwatch {
    private final LongSupplier clock;

    /** @param clock nanoseconds, as {@link System#nanoTime} */
    Stopwatch(LongSupplier clock) {
        this.clock = clock;
    }

    /** @throws BadInputException the device reads answers from a record: that takes no time worth knowing */
    static void require(Device device) {
        if (device.provenance() == Provenance.REPLAYED) {
            throw new BadInputException(device.name() + ": a record has no latency of its own; measure on a device");
        }
    }

    long time(Runnable run) {
        long start = clock.getAsLong();
        run.run();
        return clock.getAsLong() - start;
    }

    long time(Session session, List<byte[]> inputs) {
        return time(() -> session.run(inputs));
    }

    /** Runs that count for nothing. */
    void skip(Session session, List<byte[]> inputs, int times) {
        for (int i = 0; i < times; i++) {
            session.run(inputs);
        }
    }
}
