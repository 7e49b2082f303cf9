package org.tensorizer.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.coral.EdgeTpuLibrary.CoralAddress;
import org.tensorizer.device.open.DeviceChoice;

/** A machine made of a few files: healthy and without a Coral, until something is added. */
final class FakeMachine implements Libraries {
    static final long OWN_PID = 4242;

    private final Path root;
    private final Set<Path> forbidden = new HashSet<>();
    private String user = "alice";
    private String tflite = "2.18.0";
    private boolean tfliteMissing;
    private EdgeTpu runtime;
    private String runtimeFailure;
    private Usb usb = new Usb("1.0.26", "libusb-1.0.so.0", List.of(), Optional.empty());

    FakeMachine(Path root) {
        this.root = root;
        file("jdk/bin/javac", "");
        folder("sys/bus/usb/devices");
        folder("proc/" + OWN_PID + "/fd");
        file("etc/group", "root:x:0:\nplugdev:x:46:bob,carol\nalice:x:1000:\n");
        file("etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n");
    }

    FakeMachine file(String name, String text) {
        try {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    FakeMachine folder(String name) {
        try {
            Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    FakeMachine delete(String name) {
        try {
            Files.delete(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    FakeMachine program(String name, String answer) {
        file(name, "#!/bin/sh\necho " + answer + "\n");
        try {
            Files.setPosixFilePermissions(root.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** A Coral on USB with its device file, on bus 2, device 3, port 2-1. */
    FakeMachine usb(String id, String speed) {
        String folder = "sys/bus/usb/devices/2-1/";
        return file("sys/bus/usb/devices/2-0:1.0/bInterfaceClass", "09\n")
                .file("sys/bus/usb/devices/usb2/idVendor", "1d6b\n")
                .file("sys/bus/usb/devices/usb2/idProduct", "0003\n")
                .file(folder + "idVendor", id.substring(0, 4) + "\n")
                .file(folder + "idProduct", id.substring(5) + "\n")
                .file(folder + "busnum", "2\n")
                .file(folder + "devnum", "3\n")
                .file(folder + "speed", speed + "\n")
                .file("dev/bus/usb/002/003", "");
    }

    FakeMachine goodRules() {
        return file(
                "etc/udev/rules.d/99-coral.rules",
                "# Coral\n"
                        + "SUBSYSTEM==\"usb\", ATTRS{idVendor}==\"1a6e\", ATTRS{idProduct}==\"089a\", MODE=\"0664\", TAG+=\"uaccess\"\n"
                        + "SUBSYSTEM==\"usb\", ATTRS{idVendor}==\"18d1\", ATTRS{idProduct}==\"9302\", \\\n  MODE=\"0664\", TAG+=\"uaccess\"\n");
    }

    FakeMachine process(int pid, String name, String target) {
        folder("proc/" + pid + "/fd").file("proc/" + pid + "/comm", name + "\n");
        try {
            Files.createSymbolicLink(root.resolve("proc/" + pid + "/fd/7"), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    FakeMachine forbid(String name) {
        forbidden.add(root.resolve(name));
        return this;
    }

    FakeMachine user(String name) {
        user = name;
        return this;
    }

    FakeMachine withoutTflite() {
        tfliteMissing = true;
        return this;
    }

    FakeMachine runtime(int version, CoralAddress... devices) {
        runtime = new EdgeTpu(
                Path.of("/usr/lib/libedgetpu.so.1"),
                "BuildLabel(x), RuntimeVersion(" + version + ")",
                "ab".repeat(32),
                OptionalInt.of(version),
                List.of(devices));
        return this;
    }

    FakeMachine runtimeFailure(String message) {
        runtimeFailure = message;
        return this;
    }

    Doctor.Report examine(String wanted, Path... templates) {
        Machine machine = new Machine(
                root,
                user,
                OWN_PID,
                root.resolve("jdk"),
                "17.0.15",
                List.of(root.resolve("nowhere"), root.resolve("usr/bin")),
                file -> Files.exists(file) && !forbidden.contains(file));
        return new Doctor(machine, this).examine(DeviceChoice.parse(wanted), List.of(templates));
    }

    /** What libusb finds; null: it is not installed. */
    FakeMachine libusb(Usb found) {
        usb = found;
        return this;
    }

    @Override
    public Optional<Usb> usb() {
        return Optional.ofNullable(usb);
    }

    @Override
    public Tflite tflite() {
        if (tfliteMissing) {
            throw new BadInputException("no library comes with Tensorizer for windows on x86-64");
        }
        return new Tflite(Path.of("/cache/libtflite.so"), tflite, "cd".repeat(32), true);
    }

    @Override
    public Optional<EdgeTpu> edgeTpu() {
        if (runtimeFailure != null) {
            throw new BadInputException(runtimeFailure);
        }
        return Optional.ofNullable(runtime);
    }
}
