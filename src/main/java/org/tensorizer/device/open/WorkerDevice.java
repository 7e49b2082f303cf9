package org.tensorizer.device.open;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/**
 * A device in a child process. After a fault its sessions are lost; the next model that is loaded starts a new child,
 * after a pause. A device that fails again and again without an answer in between is left alone.
 *
 * <p>Thread safety: yes; inferences of one device run one after another.
 */
public final class WorkerDevice implements Device {
    private final String choice;
    private final Options options;
    private final AtomicInteger sessions = new AtomicInteger();
    private final FaultCount faults = new FaultCount();
    private WorkerProcess worker;
    private final String name;
    private final Provenance provenance;
    private boolean closed;

    private WorkerDevice(String choice, Options options) {
        this.choice = choice;
        this.options = options;
        this.worker = WorkerProcess.start(choice, options.openDeadline());
        this.name = worker.deviceName();
        this.provenance = worker.provenance();
    }

    /**
     * Starts a child and opens the device in it.
     *
     * @throws DeviceFault the child crashed, hung, or reports that the device is missing or refused
     * @throws org.tensorizer.base.BadInputException what the child reports of this kind
     */
    public static WorkerDevice open(DeviceChoice choice, Options options) {
        return new WorkerDevice(choice.toString(), options);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    /** Process id of the child that serves at the moment. */
    synchronized long pid() {
        return worker.pid();
    }

    @Override
    public Session open(TfliteModel model) {
        WorkerProcess child = alive();
        int number = sessions.incrementAndGet();
        Message.Opened opened = (Message.Opened) ask(
                child,
                new Message.Open(number, model.name(), model.bytes()),
                "loading " + model,
                options.openDeadline());
        try {
            Path file = Path.of(opened.area());
            TensorArea area = TensorArea.map(file, opened.inputs(), opened.outputs());
            Files.delete(file);
            return new Loaded(child, number, model.name(), opened, area);
        } catch (IOException e) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED, name, model + ": no memory to share with the child: " + e, List.of(), e);
        }
    }

    private synchronized WorkerProcess alive() {
        if (closed) {
            throw new IllegalStateException(name + ": the device is closed");
        }
        if (!worker.isAlive()) {
            if (worker.fault().isEmpty()) {
                faults.add(worker.endedIdle());
            }
            worker.close();
            faults.beforeReopening(name);
            try {
                worker = WorkerProcess.start(choice, options.openDeadline());
            } catch (DeviceFault e) {
                faults.add(e);
                throw e;
            }
        }
        return worker;
    }

    private Message ask(WorkerProcess child, Message request, String during, Duration deadline) {
        boolean known = child.fault().isPresent();
        try {
            return child.ask(request, during, deadline);
        } catch (DeviceFault e) {
            if (!known && child.fault().isPresent()) {
                faults.add(e);
            }
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            worker.close();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** A session whose interpreter is in the child. After a fault of the child every call is that fault again. */
    private final class Loaded implements Session {
        private final WorkerProcess worker;
        private final int number;
        private final String model;
        private final Message.Opened facts;
        private final TensorArea area;
        private boolean closed;

        Loaded(WorkerProcess worker, int number, String model, Message.Opened facts, TensorArea area) {
            this.worker = worker;
            this.number = number;
            this.model = model;
            this.facts = facts;
            this.area = area;
        }

        @Override
        public List<TensorSpec> inputs() {
            return facts.inputs();
        }

        @Override
        public List<TensorSpec> outputs() {
            return facts.outputs();
        }

        @Override
        public synchronized List<byte[]> run(List<byte[]> inputs) {
            requireOpen();
            TensorSpec.requireSizes(model, "input", facts.inputs(), inputs, input -> input.length);
            for (int i = 0; i < inputs.size(); i++) {
                area.inputs().get(i).put(0, inputs.get(i));
            }
            ask(worker, new Message.Run(number), "running " + model, options.runDeadline());
            faults.clear();
            List<byte[]> outputs = new ArrayList<>(area.outputs().size());
            for (ByteBuffer view : area.outputs()) {
                byte[] output = new byte[view.capacity()];
                view.get(0, output);
                outputs.add(output);
            }
            return outputs;
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException(model + ": the session is closed");
            }
        }

        /**
         * Gives back what the child holds; where the child is gone there is nothing to give back.
         *
         * @throws DeviceFault the child ended or hung on it: the answers before are doubtful, since a chip that sends more
         *     than its program announced shows there for the first time
         */
        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                if (worker.isAlive()) {
                    ask(worker, new Message.Close(number), "closing " + model, options.runDeadline());
                }
            }
        }
    }

    /** Faults in a row: a longer pause after each, and quarantine in the end. Thread safety: yes. */
    private final class FaultCount {
        private volatile int faults;
        private DeviceFault last;
        private long since;

        synchronized void add(DeviceFault fault) {
            faults++;
            last = fault;
            since = System.nanoTime();
        }

        /** An answer came: the device is fine. */
        void clear() {
            if (faults != 0) {
                faults = 0;
            }
        }

        /**
         * Waits out the pause.
         *
         * @throws DeviceFault the device is in quarantine
         */
        synchronized void beforeReopening(String device) {
            if (faults >= options.quarantineAfter()) {
                throw new DeviceFault(
                        DeviceFault.Kind.REFUSED,
                        device,
                        "in quarantine after " + faults + " faults in a row; the last one: " + last.getMessage(),
                        last.log(),
                        last);
            }
            Duration left = options.pause(faults).minusNanos(System.nanoTime() - since);
            if (faults > 0 && !left.isNegative()) {
                try {
                    Thread.sleep(left.toMillis() + 1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new DeviceFault(
                            DeviceFault.Kind.REFUSED, device, "interrupted before it was reopened", List.of(), e);
                }
            }
        }
    }

    /**
     * How patient a parent is.
     *
     * @param openDeadline for the start of a child, for opening its device and for loading a model
     * @param runDeadline for one inference
     * @param backOff pause before the first reopening after a fault; doubles with each fault in a row
     * @param longestBackOff the pause never exceeds this
     * @param quarantineAfter faults in a row after which the device is not opened again
     */
    public record Options(
            Duration openDeadline,
            Duration runDeadline,
            Duration backOff,
            Duration longestBackOff,
            int quarantineAfter) {
        private static final Setting OPEN = new Setting("tensorizer.deadline.open");
        private static final Setting RUN = new Setting("tensorizer.deadline.run");

        public Options {
            if (quarantineAfter < 1) {
                throw new IllegalArgumentException("quarantineAfter: expected at least 1, found " + quarantineAfter);
            }
        }

        /**
         * 40 s to open (libedgetpu itself gives up after 25 s), 10 s for an inference (its transfers time out after 6 s), a
         * pause of 0.2 s to 5 s, quarantine after 5 faults. Deadlines by {@code -Dtensorizer.deadline.open=SECONDS} and
         * {@code -Dtensorizer.deadline.run=SECONDS}.
         */
        public static Options ofUser() {
            return new Options(
                    seconds(OPEN, "40"), seconds(RUN, "10"), Duration.ofMillis(200), Duration.ofSeconds(5), 5);
        }

        private static Duration seconds(Setting setting, String otherwise) {
            String text = setting.value().orElse(otherwise);
            if (!text.matches("\\d{1,6}(\\.\\d{1,3})?") || Double.parseDouble(text) == 0) {
                throw new BadInputException(setting + ": expected seconds above 0, found \"" + text + "\"");
            }
            return Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
        }

        Duration pause(int faults) {
            long pause = backOff.toMillis() << Math.min(Math.max(faults - 1, 0), 20);
            return Duration.ofMillis(Math.min(pause, longestBackOff.toMillis()));
        }
    }
}
