package org.tensorizer.device.usb.libusb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.Fixture;
import org.tensorizer.device.Session;
import org.tensorizer.device.usb.UsbDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbFault;
import org.tensorizer.device.usb.UsbSettings;

/**
 * The binding with transfers that end in a thread of their own, over {@code src/test/native/libusb_double.c}: a libusb that
 * has a Coral. Each test is a process, since a library is loaded once.
 */
class LibusbDoubleTest {
    private static final Path COMPILER = Path.of("/usr/bin/cc");

    @TempDir
    static Path folder;

    private static Path library;

    @BeforeAll
    static void compile() throws Exception {
        assumeTrue(Files.isExecutable(COMPILER), () -> "needs a C compiler, " + COMPILER);
        library = folder.resolve("libusb_double.so");
        assertEquals(
                "",
                run(
                        Map.of(),
                        List.of(
                                COMPILER.toString(),
                                "-shared",
                                "-fPIC",
                                "-O1",
                                "-Wall",
                                "-Werror",
                                "-o",
                                library.toString(),
                                "src/test/native/libusb_double.c",
                                "-lpthread")));
    }

    private static String run(Map<String, String> environment, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "does not end");
        return text;
    }

    private static String child(String what, Map<String, String> environment) throws Exception {
        return run(
                environment,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-D" + Libusb.SETTING.name() + "=" + library,
                        Child.class.getName(),
                        what));
    }

    @Test
    void runsSwapsAndClosesWithNothingLeft() throws Exception {
        assertEquals("version 1.0.99.1\n300 right\nleft 0, threads 0\n", child("run", Map.of()));
    }

    @Test
    void anUnpluggedDeviceIsAFaultAndNothingIsLeft() throws Exception {
        assertEquals(
                "version 1.0.99.1\nUNPLUGGED\nNO_DEVICE\nleft 0, threads 0\n",
                child("unplug", Map.of("LIBUSB_DOUBLE_UNPLUG", "50")));
    }

    @Test
    void closingFromAnotherThreadEndsWhatWaits() throws Exception {
        assertEquals("version 1.0.99.1\nclosed\nleft 0, threads 0\n", child("close", Map.of()));
    }

    /** The driver in a process of its own. */
    public static final class Child {
        public static void main(String[] arguments) throws Exception {
            System.out.println("version " + Libusb.find().orElseThrow().version());
            UsbDevice device = UsbDevice.open(
                    LibusbBus.open("usb:0"), "usb:0", UsbSelector.at("2-1.4"), UsbSettings.DEFAULT.withDeadline(5000));
            Session session = device.open("fixture", Fixture.compiledBytes());
            switch (arguments[0]) {
                case "run" -> System.out.println(rightAnswers(session, 300) + " right");
                case "unplug" -> {
                    for (int i = 0; i < 2; i++) {
                        try {
                            rightAnswers(session, 300);
                            System.out.println("no fault");
                        } catch (UsbFault fault) {
                            System.out.println(fault.faultCause());
                        }
                    }
                }
                default -> {
                    Thread busy = new Thread(() -> {
                        try {
                            while (true) {
                                session.run(new byte[256]);
                            }
                        } catch (UsbFault | IllegalStateException closed) {
                            System.out.println("closed");
                        }
                    });
                    busy.start();
                    Thread.sleep(100);
                    device.close();
                    busy.join();
                }
            }
            session.close();
            device.close();
            List<String> threads = new ArrayList<>();
            Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("tensorizer"))
                    .forEach(threads::add);
            int left = NativeLibrary.getInstance(System.getProperty(Libusb.SETTING.name()))
                    .getFunction("libusb_double_left")
                    .invokeInt(new Object[0]);
            System.out.println("left " + left + ", threads " + threads.size());
        }

        private static int rightAnswers(Session session, int runs) {
            int right = 0;
            ByteBuffer payload =
                    ByteBuffer.allocateDirect(session.weightSwap().orElseThrow().payloadBytes());
            for (int run = 0; run < runs; run++) {
                if (run % 10 == 0) {
                    session.weightSwap().orElseThrow().swap(payload);
                }
                byte[] input = new byte[256];
                input[run % 256] = (byte) run;
                byte[] answer = session.run(input);
                boolean all = true;
                for (int i = 0; i < 256; i++) {
                    all &= answer[i] == (byte) (input[i] + 1);
                }
                right += all ? 1 : 0;
            }
            return right;
        }
    }
}
