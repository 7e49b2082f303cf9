package org.tensorizer.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a whole file that a user named, and says in plain words why it cannot. */
public final class InputFile {
    /** The longest file that fits an array. */
    static final long LARGEST = Integer.MAX_VALUE - 8L;

    private static final int CHUNK = 1 << 18;

    private InputFile() {}

    /**
     * The path of a text that a user wrote.
     *
     * @throws BadInputException the text cannot be a path on this system, as with a NUL, or a question mark on Windows
     */
    public static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new BadInputException("'" + Printable.of(text, 200) + "': expected a path: " + e.getReason(), e);
        }
    }

    /** What stands for standard input in the place of a file; {@code ./-} is a file of that name. */
    private static final Path STANDARD_INPUT = Path.of("-");

    /**
     * The bytes of a regular file, symbolic links followed, or of standard input where it is called {@code -}.
     *
     * @throws BadInputException if it is missing, a directory or device, not readable, or 2 GiB or larger; its length is
     *     looked at before anything is read
     */
    public static byte[] read(Path file) {
        if (file.equals(STANDARD_INPUT)) {
            return standardInput();
        }
        if (Files.isDirectory(file)) {
            throw new BadInputException(file + ": expected a file, found a directory");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new BadInputException(file + ": expected a regular file, found a device, pipe or socket");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size > LARGEST) {
                throw new BadInputException(
                        file + ": expected a file below 2 GiB, found " + size + " bytes; nothing was read");
            }
            return read(file, channel, (int) size);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new BadInputException(file + ": not readable: permission denied", e);
        } catch (IOException e) {
            throw new BadInputException(file + ": not readable: " + e.getMessage(), e);
        }
    }

    private static byte[] standardInput() {
        try {
            byte[] bytes = System.in.readAllBytes();
            if (bytes.length == 0) {
                throw new BadInputException("-: expected a file on standard input, found nothing");
            }
            return bytes;
        } catch (IOException e) {
            throw new BadInputException("-: standard input is not readable: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new BadInputException("-: what comes on standard input does not fit the Java heap", e);
        }
    }

    private static byte[] read(Path file, FileChannel channel, int size) throws IOException {
        ByteBuffer bytes = allocate(file, size);
        while (bytes.position() < size) {
            // a channel takes as much memory outside of the heap as it is asked to read at once
            bytes.limit(bytes.position() + Math.min(CHUNK, size - bytes.position()));
            if (channel.read(bytes) < 0) {
                throw new BadInputException(file + ": expected " + size + " bytes, found the end after "
                        + bytes.position() + ": the file was changed while it was read");
            }
        }
        return bytes.array();
    }

    private static ByteBuffer allocate(Path file, int size) {
        try {
            return ByteBuffer.allocate(size);
        } catch (OutOfMemoryError e) {
            // one large array: the heap is as it was before
            throw new BadInputException(
                    file + ": " + size + " bytes do not fit the Java heap, whose limit is "
                            + Runtime.getRuntime().maxMemory() + " bytes (java -Xmx)",
                    e);
        }
    }

    /** The text of a file of ours, in UTF-8, that stands beside a class on the class path. */
    public static String resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
