package org.tensorizer.device.open;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.tensorizer.base.Closing;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;

/**
 * One child from the parent's side: started, asked, and killed where it does not answer in time.
 *
 * <p>Thread safety: yes; requests run one after another.
 */
final class WorkerProcess implements AutoCloseable {
    private final String device;
    private final Path folder;
    private final Process process;
    private final ChildEnd.OutputTail output;
    private final Watchdog watchdog = new Watchdog();
    private Message.Frames wire;
    private Message.Hello hello;
    private DeviceFault fault;
    private int models;

    private WorkerProcess(String device, Path folder, Process process) {
        this.device = device;
        this.folder = folder;
        this.process = process;
        this.output = new ChildEnd.OutputTail(process.getInputStream());
    }

    /** Starts a child and waits until its device is open. */
    static WorkerProcess start(String device, Duration deadline) {
        Path folder = null;
        try {
            folder = ChildCommand.folder();
            Path socket = folder.resolve("socket");
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket));
                Process process = ChildCommand.of(folder, socket, device).start();
                WorkerProcess worker = new WorkerProcess(device, folder, process);
                worker.connect(server, deadline);
                return worker;
            }
        } catch (IOException e) {
            ChildCommand.deleteFolder(folder);
            throw new DeviceFault(
                    DeviceFault.Kind.CRASHED, device, "no child process could be started: " + e, List.of(), e);
        }
    }

    private synchronized void connect(ServerSocketChannel server, Duration deadline) {
        watchdog.begin(deadline);
        // a child that ends before it connects must not leave this thread waiting
        process.onExit().thenRun(() -> Closing.quietly(server));
        String during = "opening the device";
        try {
            wire = new Message.Frames(server.accept());
            Message first = wire.receive();
            watchdog.end();
            if (first instanceof Message.Failed failed) {
                release(); // the child ends by itself
                awaitEnd();
                throw failed.exception(device, output.toTheEnd());
            }
            hello = (Message.Hello) first;
        } catch (IOException e) {
            throw end(e, ChildEnd.Stage.OPENING, during, deadline);
        }
    }

    String deviceName() {
        return hello.device();
    }

    Provenance provenance() {
        return Provenance.valueOf(hello.provenance());
    }

    long pid() {
        return process.pid();
    }

    synchronized boolean isAlive() {
        return fault == null && process.isAlive();
    }

    /** Why it is gone; empty while it lives, and where it ended with nobody asking. */
    synchronized Optional<DeviceFault> fault() {
        return Optional.ofNullable(fault);
    }

    /** For a child that is gone: what ended it while nothing was asked of it. */
    synchronized DeviceFault endedIdle() {
        return fault == null
                ? end(new EOFException(), ChildEnd.Stage.IDLE, "no inference was running", Duration.ZERO)
                : fault;
    }

    /**
     * One request, one reply.
     *
     * @param during for messages: what the request is about
     * @throws DeviceFault the child ended, or was killed because it did not answer
     * @throws RuntimeException what the child reported
     */
    synchronized Message ask(Message request, String during, Duration deadline) {
        if (fault != null) {
            throw new DeviceFault(
                    fault.kind(),
                    device,
                    "the process of this session is gone: " + fault.getMessage(),
                    fault.log(),
                    fault);
        }
        Message reply;
        watchdog.begin(deadline);
        try {
            wire.send(request);
            reply = wire.receive();
        } catch (IOException e) {
            ChildEnd.Stage stage = request instanceof Message.Open
                    ? ChildEnd.Stage.LOADING
                    : request instanceof Message.Close ? ChildEnd.Stage.CLOSING : ChildEnd.Stage.RUNNING;
            throw end(e, stage, during, deadline);
        }
        watchdog.end();
        models += reply instanceof Message.Opened ? 1 : 0;
        if (reply instanceof Message.Failed failed) {
            throw failed.exception(device, output.lines());
        }
        return reply;
    }

    /** The connection is gone: makes sure the child is too and says why. */
    private DeviceFault end(IOException lost, ChildEnd.Stage stage, String during, Duration deadline) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        if (interrupted) {
            kill();
        }
        int exit = awaitEnd();
        watchdog.stop();
        List<String> log = new ArrayList<>(output.toTheEnd());
        log.addAll(ChildEnd.crashReport(folder));
        if (!(lost instanceof EOFException) && !(lost instanceof ClosedChannelException)) {
            log.add("connection lost: " + lost.getMessage());
        }
        fault = watchdog.hasExpired() || interrupted
                ? ChildEnd.hung(
                        device,
                        stage,
                        during,
                        interrupted ? "the time of its caller" : deadline.toMillis() / 1000.0 + " s",
                        log)
                : ChildEnd.crashed(device, during, stage, models < 1, exit, log);
        release();
        return fault;
    }

    private int awaitEnd() {
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                kill();
                process.waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            kill();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return process.isAlive() ? -1 : process.exitValue();
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /**
     * Orderly end: the child closes its device; killed if that takes over 10 s.
     *
     * @throws DeviceFault it crashed or hung on that, which nobody knew before: what it answered is doubtful
     */
    @Override
    public synchronized void close() {
        watchdog.stop();
        Closing.quietly(wire);
        boolean orderly = true;
        try {
            orderly = process.waitFor(10, TimeUnit.SECONDS);
            if (!orderly) {
                kill();
                process.waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
        DeviceFault atTheEnd = fault != null || Thread.currentThread().isInterrupted() ? null : doubt(orderly);
        if (fault == null) {
            fault = new DeviceFault(DeviceFault.Kind.CRASHED, device, "the device is closed");
        }
        release();
        if (atTheEnd != null) {
            throw atTheEnd;
        }
    }

    private DeviceFault doubt(boolean orderly) {
        String during = "closing the device";
        if (!orderly) {
            return ChildEnd.hung(device, ChildEnd.Stage.CLOSING, during, "10 s", output.toTheEnd());
        }
        return process.exitValue() == 0
                ? null
                : ChildEnd.crashed(
                        device, during, ChildEnd.Stage.CLOSING, false, process.exitValue(), output.toTheEnd());
    }

    /** The child, if there still is one, ends when its socket and its input do. */
    private void release() {
        Closing.quietly(wire);
        Closing.quietly(process.getOutputStream());
        ChildCommand.deleteFolder(folder);
    }

    /**
     * Kills a child that takes too long. One thread looks at all of them every 20 ms, so that an inference only writes a
     * number and a deadline is noticed 20 ms late at most.
     */
    private final class Watchdog {
        private static final long TICK_MILLIS = 20;
        private static final long IDLE = Long.MAX_VALUE;
        private static final ScheduledExecutorService LOOKING = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "worker watchdog");
            thread.setDaemon(true);
            return thread;
        });

        private volatile long deadline = IDLE;
        private volatile boolean expired;

        /** Begins last: the thread must not see a deadline of 0. */
        private final Future<?> looking =
                LOOKING.scheduleWithFixedDelay(this::look, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);

        private void look() {
            long end = deadline;
            if (end != IDLE && System.nanoTime() - end > 0) {
                expired = true;
                stop();
                kill();
            }
        }

        void begin(Duration time) {
            deadline = System.nanoTime() + time.toNanos();
        }

        void end() {
            deadline = IDLE;
        }

        boolean hasExpired() {
            return expired;
        }

        /** No more looking. */
        void stop() {
            deadline = IDLE;
            looking.cancel(false);
        }
    }
}
