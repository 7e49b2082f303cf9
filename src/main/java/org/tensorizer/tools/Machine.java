package org.tensorizer.tools;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The machine that is looked at.
 *
 * @param root {@code /}; what is said of sysfs, /dev, /etc and /proc is below it
 * @param user who runs this
 * @param pid of this process, which is not counted among those that hold a device
 * @param javaHome of the JVM
 * @param javaVersion such as {@code 17.0.15}
 * @param searchPath folders of programs, in order
 * @param mayUse whether this user may read and write a file
 */
public record Machine(
        Path root,
        String user,
        long pid,
        Path javaHome,
        String javaVersion,
        List<Path> searchPath,
        Predicate<Path> mayUse) {
    public Machine {
        searchPath = List.copyOf(searchPath);
    }

    /** The one that this JVM runs on. */
    public static Machine here() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return new Machine(
                Path.of("/"),
                System.getProperty("user.name"),
                ProcessHandle.current().pid(),
                Path.of(System.getProperty("java.home")),
                System.getProperty("java.version"),
                Arrays.stream(path.split(File.pathSeparator, -1))
                        .filter(folder -> !folder.isEmpty())
                        .map(Path::of)
                        .toList(),
                file -> Files.isReadable(file) && Files.isWritable(file));
    }

    boolean isSuperuser() {
        return user.equals("root");
    }

    /**
     * A path below the root.
     *
     * @param name without a leading slash
     */
    Path at(String name) {
        return root.resolve(name);
    }

    /** How messages call a path below the root: as on the machine itself. */
    String name(Path path) {
        return path.startsWith(root) ? "/" + root.relativize(path) : path.toString();
    }

    /** What is in a folder, by name; nothing where there is no such folder or it cannot be read. */
    List<Path> list(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    /** Text of a file without white space around it; empty where it cannot be read. */
    Optional<String> read(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
