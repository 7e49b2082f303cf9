package org.tensorizer.device.open;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.tensorizer.device.Device;
import org.tensorizer.device.tflite.ProcessEnd;

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
                Wire wire = new Wire(channel)) {
            serve(wire, DeviceChoice.parse(args[1]), socket.getParent());
        } catch (EOFException e) {
            // the parent has closed: an orderly end
        } catch (IOException e) {
            System.err.println("worker: " + e);
        }
        WorkerFolder.delete(socket.getParent());
        ProcessEnd.now(0); // whatever threads of the runtime are left
    }

    private static void serve(Wire wire, DeviceChoice choice, Path folder) throws IOException {
        try (Device device = open(wire, choice)) {
            if (device != null) {
                wire.send(new Message.Hello(device.name(), device.provenance().name()));
                new WorkerSessions(device, folder).serve(wire);
            }
        }
    }

    private static Device open(Wire wire, DeviceChoice choice) throws IOException {
        try {
            return Devices.openHere(choice);
        } catch (Throwable t) {
            wire.send(Failures.describe(t));
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
                    WorkerFolder.delete(folder);
                    ProcessEnd.now(0);
                },
                "life line");
        lifeLine.setDaemon(true);
        lifeLine.start();
    }
}
