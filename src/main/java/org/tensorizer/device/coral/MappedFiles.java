package org.tensorizer.device.coral;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorizer.base.BadInputException;

/** Which file the dynamic loader took for a library that was asked for by name: /proc/self/maps knows. */
final class MappedFiles {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private MappedFiles() {}

    static Path containing(String name) {
        try {
            return Files.readAllLines(MAPS).stream()
                    .filter(line -> line.contains("/"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(path -> path.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException("no mapped file of this process is called " + name));
        } catch (IOException e) {
            throw new BadInputException("cannot read " + MAPS + " to learn where " + name + " is", e);
        }
    }
}
