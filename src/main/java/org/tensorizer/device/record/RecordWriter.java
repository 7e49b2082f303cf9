package org.tensorizer.device.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.tensorizer.model.BadInputException;

/**
 * A new record, line by line. On return from {@link #add} the line is with the operating system, which keeps it when the
 * process is killed. The file is made by this writer and no other: two runs never share one.
 *
 * <p>Thread safety: yes.
 */
final class RecordWriter implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private RecordWriter(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws BadInputException the file exists already, or cannot be made */
    static RecordWriter create(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return new RecordWriter(
                    file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (FileAlreadyExistsException e) {
            throw new BadInputException(
                    "evidence record " + file + ": exists already; a record is never overwritten, name another file",
                    e);
        } catch (IOException e) {
            throw new BadInputException("evidence record " + file + ": cannot be made: " + e, e);
        }
    }

    /** @throws UncheckedIOException the line could not be written, for want of space or because the writer is closed */
    synchronized void add(RecordLine line) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(RecordJson.write(line) + "\n");
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("evidence record " + file + ": cannot be written", e);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("evidence record " + file + ": cannot be closed", e);
        }
    }
}
