package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/** Another device that counts what it is asked for, and remembers the tokens it saw. */
final class CountingDevice implements Device {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger inferences = new AtomicInteger();
    final List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
    Runnable beforeRun = () -> {};
    private final Device device;

    CountingDevice(Device device) {
        this.device = device;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Provenance provenance() {
        return device.provenance();
    }

    @Override
    public Session open(String modelName, byte[] model) {
        opened.incrementAndGet();
        open.incrementAndGet();
        tokens.add(TfliteModel.parse(modelName, model)
                .onlyPackage()
                .parameterCaching()
                .token());
        Session session = device.open(modelName, model);
        return new Session() {
            private boolean closed;

            @Override
            public List<TensorSpec> inputs() {
                return session.inputs();
            }

            @Override
            public List<TensorSpec> outputs() {
                return session.outputs();
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                inferences.incrementAndGet();
                beforeRun.run();
                return session.run(inputs);
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                }
                session.close();
            }
        };
    }
}
