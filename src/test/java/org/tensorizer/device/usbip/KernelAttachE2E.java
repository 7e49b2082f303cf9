package org.tensorizer.device.usbip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.usb.ControlRequest;
import org.tensorizer.device.usb.UsbTransport;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;

/**
 * A real Linux kernel attaches a virtual Coral: Debian's kernel in qemu (no hardware acceleration needed, some 15 s) with
 * Debian's own usbip program and vhci-hcd module. What it read then stands in its sysfs and usbfs.
 *
 * <p>Needs the packages qemu-system-x86, busybox-static, usbip and linux-image-amd64; skipped without, and on other
 * machines than x86-64.
 */
@Tag("long")
class KernelAttachE2E {
    private static final List<String> MODULES = List.of("usb-common", "usbcore", "usbip-core", "vhci-hcd", "e1000");
    private static final int MINUTES = 5;

    /** Host of qemu's user network, which is this machine's loopback. */
    private static final String HOST = "10.0.2.2";

    private static final String SCRIPT = """
            #!/bin/busybox sh
            b=/bin/busybox
            $b mount -t proc p /proc; $b mount -t sysfs s /sys; $b mount -t devtmpfs d /dev
            for m in %s; do $b insmod /modules/$m.ko; done
            $b ip link set lo up; $b ip link set eth0 up; $b ip addr add 10.0.2.15/24 dev eth0
            $b sleep 1
            /bin/usbip --tcp-port %d attach -r %s -b 1-1; echo "@attach $?"
            /bin/usbip --tcp-port %d attach -r %s -b 1-1; echo "@again $?"
            for i in 1 2 3 4 5 6 7 8 9 10; do
              for d in /sys/bus/usb/devices/*; do
                if [ "$($b cat $d/idVendor 2>/dev/null)" = 18d1 ]; then found=$d; fi
              done
              [ -n "$found" ] && break
              $b sleep 1
            done
            $b sleep 1
            for f in idVendor idProduct manufacturer product serial speed bNumInterfaces bConfigurationValue; do
              echo "@$f $($b cat $found/$f)"
            done
            n=$(printf "%%03d/%%03d" $($b cat $found/busnum) $($b cat $found/devnum))
            echo "@usbfs $($b od -An -v -tx1 /dev/bus/usb/$n | $b tr -d ' \\n')"
            /bin/usbip port > /ports 2>/dev/null
            /bin/usbip detach -p $($b sed -n 's/^Port \\([0-9]*\\):.*/\\1/p' /ports); echo "@detach $?"
            $b sleep 1
            echo "@gone $([ -e $found ] && echo no || echo yes)"
            $b poweroff -f
            """;

    @Test
    void aLinuxKernelAttachesReadsAndDetaches(@TempDir Path folder) throws Exception {
        Path qemu = program("qemu-system-x86_64");
        Path busybox = program("busybox");
        Path usbip = program("usbip");
        Path kernel = kernel();
        List<String> log = new CopyOnWriteArrayList<>();
        try (VirtualBus bus = new VirtualBus(VirtualSettings.DEFAULT);
                UsbIpServer server =
                        UsbIpServer.start(bus, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), log::add)) {
            int port = server.address().getPort();
            Initramfs files =
                    new Initramfs().folder("proc").folder("sys").folder("dev").folder("var/run");
            files.file("bin/busybox", busybox).file("bin/usbip", usbip);
            for (Path library : libraries(usbip)) {
                files.file(library.toString().substring(1), library);
            }
            for (String module : MODULES) {
                files.file("modules/" + module + ".ko", module(kernel, module));
            }
            String script = SCRIPT.formatted(String.join(" ", MODULES), port, HOST, port, HOST);
            files.file("init", script.getBytes(StandardCharsets.US_ASCII));
            Path archive = Files.write(folder.resolve("initramfs"), files.toBytes());

            String console = run(
                    folder,
                    qemu.toString(),
                    "-m",
                    "256",
                    "-nographic",
                    "-no-reboot",
                    "-kernel",
                    kernel.toString(),
                    "-initrd",
                    archive.toString(),
                    "-append",
                    "console=ttyS0 panic=-1 quiet",
                    "-netdev",
                    "user,id=n",
                    "-device",
                    "e1000,netdev=n");

            assertThat(fact(console, "attach")).isEqualTo("0");
            assertThat(fact(console, "again")).isNotEqualTo("0");
            assertThat(fact(console, "idVendor")).isEqualTo("18d1");
            assertThat(fact(console, "idProduct")).isEqualTo("9302");
            assertThat(fact(console, "product")).contains("Emulated");
            assertThat(fact(console, "serial")).isEqualTo("EMULATED-1");
            assertThat(fact(console, "speed")).isEqualTo("5000");
            assertThat(fact(console, "bNumInterfaces")).isEqualTo("1");
            assertThat(fact(console, "bConfigurationValue")).isEqualTo("1");
            assertThat(fact(console, "usbfs")).isEqualTo(descriptors(bus));
            assertThat(fact(console, "detach")).isEqualTo("0");
            assertThat(fact(console, "gone")).isEqualTo("yes");
            assertThat(log).anyMatch(line -> line.contains("attached 1-1")).anyMatch(line -> line.contains("in use"));
        }
    }

    /** The device's own words: device descriptor and configuration. */
    private static String descriptors(VirtualBus bus) {
        try (UsbTransport transport = bus.open(bus.devices().get(0))) {
            StringBuilder hex = new StringBuilder();
            for (int type : new int[] {ControlRequest.DEVICE_DESCRIPTOR, ControlRequest.CONFIGURATION_DESCRIPTOR}) {
                ByteBuffer room = ByteBuffer.allocateDirect(1024);
                byte[] bytes = new byte[transport.control(ControlRequest.descriptor(type, 1024), room, 1000)];
                room.get(bytes);
                hex.append(HexFormat.of().formatHex(bytes));
            }
            return hex.toString();
        }
    }

    private static String fact(String console, String name) {
        return console.lines()
                .filter(line -> line.startsWith("@" + name + " "))
                .map(line -> line.substring(name.length() + 2).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no @" + name + " on the console:\n" + console));
    }

    private static Path program(String name) {
        Optional<Path> found = Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin")
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "no " + name + " on this machine");
        return found.get();
    }

    private static Path kernel() throws IOException {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "made for x86-64");
        try (Stream<Path> all = Files.list(Path.of("/boot"))) {
            Optional<Path> found = all.filter(
                            file -> file.getFileName().toString().matches("vmlinuz-.*amd64"))
                    .filter(Files::isReadable)
                    .filter(file -> Files.isDirectory(modules(file)))
                    .findFirst();
            assumeTrue(found.isPresent(), "no readable /boot/vmlinuz-*amd64 with its modules");
            return found.get();
        }
    }

    private static Path modules(Path kernel) {
        return Path.of(
                "/lib/modules", kernel.getFileName().toString().substring("vmlinuz-".length()), "kernel/drivers");
    }

    private static Path module(Path kernel, String name) throws IOException {
        try (Stream<Path> all = Files.walk(modules(kernel))) {
            return all.filter(file -> file.endsWith(name + ".ko"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no module " + name + " of " + kernel));
        }
    }

    /** What a program needs to start, as the dynamic linker says. */
    private static List<Path> libraries(Path program) throws Exception {
        Process ldd = new ProcessBuilder("ldd", program.toString()).start();
        String text = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(ldd.waitFor()).isZero();
        List<Path> libraries = new ArrayList<>();
        for (String word : text.split("\\s+")) {
            if (word.startsWith("/")) {
                libraries.add(Path.of(word));
            }
        }
        return libraries;
    }

    private static String run(Path folder, String... command) throws Exception {
        Path console = folder.resolve("console");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(console.toFile())
                .start();
        try {
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            String text = Files.readString(console, StandardCharsets.ISO_8859_1);
            assertThat(ended)
                    .as("qemu ends within " + MINUTES + " minutes:\n" + text)
                    .isTrue();
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
