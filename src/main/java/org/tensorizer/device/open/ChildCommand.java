package org.tensorizer.device.open;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The child's command line and environment: a JVM without a shell, and only the variables it needs. */
final class ChildCommand {
    /** Cache folder, temporary folder, where libraries are found, and what libedgetpu reads. */
    private static final Set<String> VARIABLES = Set.of(
            "HOME",
            "XDG_CACHE_HOME",
            "TMPDIR",
            "LANG",
            "LC_ALL",
            "LD_LIBRARY_PATH",
            "LIBUSB_DEBUG",
            "USB_TIMEOUT_MILLIS",
            "USB_FAIL_IF_SLOWER_THAN_SUPERSPEED",
            "USB_FORCE_LARGEST_BULK_IN_CHUNK_SIZE",
            "USB_MAX_BULK_OUT_TRANSFER");

    /** What concerns the parent alone. */
    private static final Set<String> NOT_PASSED =
            Set.of("tensorizer.device", "tensorizer.isolation", "tensorizer.compare", "tensorizer.templates");

    /** Folders of children that this process started; those that are left when it is ended, as by Ctrl-C, go with it. */
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> FOLDERS.forEach(ChildCommand::deleteFolder), "worker folders"));
    }

    private ChildCommand() {}

    static ProcessBuilder of(Path folder, Path socket, String device) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=" + (device.equals("emulator") ? 4 : 1), // start fast, or run fast
                "-XX:ErrorFile=" + folder.resolve(ChildEnd.CRASH_REPORT)));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("tensorizer.") && !NOT_PASSED.contains(name))
                .sorted()
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                classPath(),
                WorkerMain.class.getName(),
                socket.toString(),
                device));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> !VARIABLES.contains(name) && !name.startsWith("TENSORIZER_"));
        builder.redirectErrorStream(true);
        return builder;
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A new private folder for one child: socket, crash report, shared memory while it has a name. */
    static Path folder() throws IOException {
        Path folder = Files.createTempDirectory("tensorizer-worker");
        FOLDERS.add(folder);
        return folder;
    }

    /** Removes a folder if it is there: by the parent when the child has ended, by the child when the parent has. */
    static synchronized void deleteFolder(Path folder) {
        if (folder == null) {
            return;
        }
        FOLDERS.remove(folder);
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // a temporary folder stays behind
        }
    }
}
