package org.tensorizer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What can stand in the way of an output, and what a command makes of it. */
enum OutputTrouble {
    /** Not a trouble: every output is a link to a file, which the command shall replace. */
    LINKS(false, ""),
    DANGLING_LINK(false, "found a link that leads nowhere"),
    FOLDER_IN_PLACE(false, "found a directory"),
    LAST_EXISTS(false, "overwriting was not asked for"),
    FULL_DISK(true, "No space left on device"),
    HALF_FULL_DISK(true, "No space left on device"),
    READ_ONLY_DISK(true, "Read-only file system");

    private final boolean needsDisk;
    private final String complaint;

    OutputTrouble(boolean needsDisk, String complaint) {
        this.needsDisk = needsDisk;
        this.complaint = complaint;
    }

    /** Whether it takes a disk of its own, which only root of a name space may have. */
    boolean needsDisk() {
        return needsDisk;
    }

    /** Part of what the command has to say. */
    String complaint() {
        return complaint;
    }

    /**
     * @param status exit status
     * @param said to the error stream, in one line
     * @param changes what is in the folder now and was not, or is no more, or differs
     */
    record Outcome(int status, String said, String changes) {}

    /** Sets the trouble up in an empty folder, full of old outputs, and runs the command there. */
    Outcome meet(OutputCommand command, Path tools, Path folder) throws IOException {
        for (String name : command.outputs()) {
            Files.writeString(folder.resolve(name), "old " + name);
        }
        Path last = folder.resolve(command.outputs().get(command.outputs().size() - 1));
        switch (this) {
            case LINKS -> {
                Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
                for (String name : command.outputs()) {
                    Files.move(folder.resolve(name), elsewhere.resolve(name));
                    Files.createSymbolicLink(folder.resolve(name), Path.of("elsewhere", name));
                }
            }
            case DANGLING_LINK -> {
                Files.delete(last);
                Files.createSymbolicLink(last, Path.of("nowhere"));
            }
            case FOLDER_IN_PLACE -> {
                Files.delete(last);
                Files.createDirectory(last);
            }
            case LAST_EXISTS -> {
                for (String name : command.outputs()) {
                    if (!folder.resolve(name).equals(last)) {
                        Files.delete(folder.resolve(name));
                    }
                }
            }
            case FULL_DISK -> fill(folder, 0);
            case HALF_FULL_DISK -> fill(folder, size(command, tools) / 2);
            case READ_ONLY_DISK -> remount(folder, "ro");
        }
        Map<String, String> before = contents(folder);
        Shell shell = this == LAST_EXISTS ? command.runWithoutOverwrite(tools, folder) : command.run(tools, folder, 1);
        if (this == READ_ONLY_DISK) {
            remount(folder, "rw");
        }
        return new Outcome(shell.status(), shell.err().strip().replace('\n', ' '), changes(before, contents(folder)));
    }

    private static void fill(Path disk, long free) throws IOException {
        Path filler = disk.resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space")) {
                throw e;
            }
        }
        try (var channel = Files.newByteChannel(filler, java.nio.file.StandardOpenOption.WRITE)) {
            channel.truncate(Math.max(channel.size() - free, 0));
        }
    }

    private static long size(OutputCommand command, Path tools) throws IOException {
        Path folder = Files.createTempDirectory("outputs");
        try {
            Shell shell = command.run(tools, folder, 1);
            if (shell.status() != FactsCommand.OK) {
                throw new AssertionError(command + ": " + shell.err());
            }
            long size = 0;
            for (String name : command.outputs()) {
                size += Files.size(folder.resolve(name));
            }
            return size;
        } finally {
            empty(folder);
            Files.delete(folder);
        }
    }

    private static void remount(Path disk, String mode) throws IOException {
        try {
            int status = new ProcessBuilder("mount", "-o", "remount," + mode, disk.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IOException("mount ended with " + status);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static void empty(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** What is at each place, links not followed; files that grow are left out. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                String name = folder.relativize(file).toString();
                if (!OutputCommand.APPENDED.contains(name)) {
                    contents.put(name, content(file));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return contents;
    }

    private static String content(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return "link to " + Files.readSymbolicLink(file);
        }
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return "folder";
        }
        byte[] bytes = Files.readAllBytes(file);
        return bytes.length + " bytes, " + org.tensorizer.base.Sha256.of(bytes);
    }

    private static String changes(Map<String, String> before, Map<String, String> after) {
        Map<String, String> changes = new LinkedHashMap<>();
        after.forEach((name, now) -> {
            if (!now.equals(before.get(name))) {
                changes.put(name, before.containsKey(name) ? "changed" : "new");
            }
        });
        before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(name -> changes.put(name, "gone"));
        return changes.toString();
    }

    /** For a JVM that has the disk: meets the trouble with every command and prints each outcome as one line of four words. */
    public static void main(String[] arguments) throws IOException {
        OutputTrouble trouble = valueOf(arguments[0]);
        Path tools = Path.of(arguments[1]);
        Path disk = Path.of(arguments[2]);
        OutputCommand.makeTools(tools);
        for (OutputCommand command : List.of(OutputCommand.values())) {
            Outcome outcome = trouble.meet(command, tools, disk);
            System.out.println(command + "\t" + outcome.status + "\t" + outcome.said + "\t" + outcome.changes);
            empty(disk);
        }
    }
}
