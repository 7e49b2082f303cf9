package org.tensorizer.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.tensorizer.base.AtomicFiles.Existing;

/**
 * A process that writes one file until it is killed, 256 KiB of one letter each time; or once; or, on a disk that is
 * full, first a small content, then the large one, and says what became of it.
 */
final class ChildWriter {
    static final int SIZE = 256 * 1024;

    private ChildWriter() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static byte[] content(int letter) {
        byte[] bytes = new byte[SIZE];
        Arrays.fill(bytes, (byte) letter);
        return bytes;
    }

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        if (arguments[1].equals("full")) {
            full(file);
            return;
        }
        boolean once = arguments[1].equals("once");
        for (int n = 0; ; n++) {
            AtomicFiles.write(file, content('a' + n % 26), Existing.REPLACE);
            if (n == 0) {
                System.out.println("writing");
            }
            if (once) {
                return;
            }
        }
    }

    private static void full(Path file) throws IOException {
        AtomicFiles.write(file, new byte[] {1, 2, 3}, Existing.REFUSE);
        try {
            AtomicFiles.write(file, content('x'), Existing.REPLACE);
        } catch (BadInputException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(Arrays.toString(Files.readAllBytes(file)));
        try (Stream<Path> files = Files.list(file.getParent())) {
            System.out.println(files.count() + " file");
        }
    }
}
