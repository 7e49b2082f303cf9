package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/** Another device that counts what it is asked for, and remembers the tokens it saw. */
final class CountingDevice extends ForwardingDevice {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger inferences = new AtomicInteger();
    final List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
    Runnable beforeRun = () -> {};

    CountingDevice(Device device) {
        super(device);
    }

    @Override
    public Session open(TfliteModel model) {
        opened.incrementAndGet();
        open.incrementAndGet();
        tokens.add(model.onlyPackage().parameterCaching().token());
        return new ForwardingSession(super.open(model)) {
            private boolean closed;

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                inferences.incrementAndGet();
                beforeRun.run();
                return super.run(inputs);
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                }
                super.close();
            }
        };
    }

    @Override
    public Device allowingTokenReuse() {
        return this;
    }
}
