package org.tensorizer.device.open;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

/**
 * A device in a child process. After a fault its sessions are lost; the next model that is loaded starts a new child,
 * after a pause. A device that fails again and again without an answer in between is left alone.
 *
 * <p>Thread safety: yes; inferences of one device run one after another.
 */
public final class WorkerDevice implements Device {
    private final String choice;
    private final WorkerOptions options;
    private final AtomicInteger sessions = new AtomicInteger();
    private final FaultCount faults;
    private WorkerProcess worker;
    private final String name;
    private final Provenance provenance;
    private boolean closed;

    private WorkerDevice(String choice, WorkerOptions options) {
        this.choice = choice;
        this.options = options;
        this.faults = new FaultCount(options);
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
    public static WorkerDevice open(DeviceChoice choice, WorkerOptions options) {
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
    public synchronized long pid() {
        return worker.pid();
    }

    @Override
    public Session open(String modelName, byte[] model) {
        WorkerProcess child = alive();
        int number = sessions.incrementAndGet();
        Message.Opened opened = (Message.Opened)
                ask(child, new Message.Open(number, modelName, model), "loading " + modelName, options.openDeadline());
        try {
            Path file = Path.of(opened.area());
            TensorArea area = TensorArea.map(file, opened.inputs(), opened.outputs());
            Files.delete(file);
            return new WorkerSession(this, child, number, modelName, opened, area);
        } catch (IOException e) {
            throw new DeviceFault(
                    DeviceFault.Kind.REFUSED,
                    name,
                    modelName + ": no memory to share with the child: " + e,
                    List.of(),
                    e);
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

    void infer(WorkerProcess child, int number, String model) {
        ask(child, new Message.Run(number), "running " + model, options.runDeadline());
        faults.clear();
    }

    void closeSession(WorkerProcess child, int number, String model) {
        ask(child, new Message.Close(number), "closing " + model, options.runDeadline());
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
}
