package org.tensorizer.device.open;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;

/** The child's side of all sessions of its device: one request after another. */
final class WorkerSessions {
    /** A session and the memory it shares with the parent. */
    private record Shared(Session session, TensorArea area) {}

    private final Device device;
    private final Path folder;
    private final Map<Integer, Shared> open = new HashMap<>();

    WorkerSessions(Device device, Path folder) {
        this.device = device;
        this.folder = folder;
    }

    /** Returns when the parent has closed. */
    void serve(Wire wire) throws IOException {
        try {
            while (true) {
                wire.send(answer(wire.receive()));
            }
        } catch (EOFException e) {
            open.values().forEach(shared -> shared.session().close());
        }
    }

    private Message answer(Message request) {
        try {
            if (request instanceof Message.Run run) {
                Shared shared = open.get(run.session());
                shared.session().run(shared.area().inputs(), shared.area().outputs());
                return new Message.Done();
            }
            if (request instanceof Message.Open load) {
                return load(load);
            }
            if (request instanceof Message.Close close) {
                open.remove(close.session()).session().close();
                return new Message.Done();
            }
            throw new IllegalStateException("not a request: " + request);
        } catch (Throwable t) {
            return Failures.describe(t);
        }
    }

    private Message load(Message.Open request) throws IOException {
        Session session = device.open(request.name(), request.model());
        try {
            Path file = folder.resolve("tensors-" + request.session());
            TensorArea area = TensorArea.map(file, session.inputs(), session.outputs());
            open.put(request.session(), new Shared(session, area));
            return new Message.Opened(session.inputs(), session.outputs(), file.toString());
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }
}
