package org.tensorizer.device.open;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.TfliteLibrary;

/** The child process: opens one device and serves its parent until the parent is gone. */
final class WorkerMain {
    private WorkerMain() {}

    /**
     * Started by {@link WorkerProcess}.
     *
     * @param args the socket to connect to, and the device
     */
    public static void main(String[] args) {
        Path socket = Path.of(args[0]);
        dieWithParent(socket.getParent());
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Message.Frames wire = new Message.Frames(channel)) {
            serve(wire, DeviceChoice.parse(args[1]), socket.getParent());
        } catch (EOFException e) {
            // the parent has closed: an orderly end
        } catch (IOException e) {
            System.err.println("worker: " + e);
        }
        ChildCommand.deleteFolder(socket.getParent());
        TfliteLibrary.endProcess(0); // whatever threads of the runtime are left
    }

    private static void serve(Message.Frames wire, DeviceChoice choice, Path folder) throws IOException {
        try (Device device = open(wire, choice)) {
            if (device != null) {
                wire.send(new Message.Hello(device.name(), device.provenance().name()));
                new Sessions(device, folder, new HashMap<>()).serve(wire);
            }
        }
    }

    private static Device open(Message.Frames wire, DeviceChoice choice) throws IOException {
        try {
            return Devices.openHere(choice);
        } catch (Throwable t) {
            wire.send(Message.Failed.of(t));
            return null;
        }
    }

    /** Standard input carries nothing; that it ends says that the parent is gone, however it went. */
    private static void dieWithParent(Path folder) {
        Thread lifeLine = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {}
                    } catch (IOException e) {
                        System.err.println("worker: " + List.of(e));
                    }
                    ChildCommand.deleteFolder(folder);
                    TfliteLibrary.endProcess(0);
                },
                "life line");
        lifeLine.setDaemon(true);
        lifeLine.start();
    }

    /** The child's side of all sessions of its device: one request after another. */
    private record Sessions(Device device, Path folder, Map<Integer, Shared> open) {
        /** A session and the memory it shares with the parent. */
        private record Shared(Session session, TensorArea area) {}

        /** Returns when the parent has closed. */
        void serve(Message.Frames wire) throws IOException {
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
                return Message.Failed.of(t);
            }
        }

        private Message load(Message.Open request) throws IOException {
            Session session = device.open(request.name(), request.model().array());
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
}
