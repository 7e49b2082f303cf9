package org.tensorizer.device.record;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorizer.base.BadInputException;

/**
 * A new record, line by line. On return from {@link #add} the line is with the operating system, which keeps it when the
 * process is killed. The file is made by this writer and no other: two runs never share one.
 *
 * <p>Thread safety: yes.
 */
final class RecordWriter implements AutoCloseable {
    private final Path file;

    /** Not a channel: that would close for good when a thread writes whose time is up. */
    private final RandomAccessFile lines;

    private RecordWriter(Path file, RandomAccessFile lines) {
        this.file = file;
        this.lines = lines;
    }

    /** @throws BadInputException the file exists already, or cannot be made */
    static RecordWriter create(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return new RecordWriter(
                    file, new RandomAccessFile(Files.createFile(file).toFile(), "rw"));
        } catch (FileAlreadyExistsException e) {
            throw new BadInputException(
                    "evidence record " + file + ": exists already; a record is never overwritten, name another file",
                    e);
        } catch (IOException e) {
            throw new BadInputException(
                    "evidence record " + file + ": cannot be made: " + BadInputException.reason(e), e);
        }
    }

    /**
     * @throws UncheckedIOException the line could not be written, for want of space or because the writer is closed; no
     *     part of it is in the record then
     */
    synchronized void add(RecordLine line) {
        byte[] bytes = (RecordJson.write(line) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            long start = lines.getFilePointer();
            try {
                lines.write(bytes);
            } catch (IOException e) {
                takeBack(start, e);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("evidence record " + file + ": cannot be written", e);
        }
    }

    /** Part of a line in the middle would spoil all that follow. */
    private void takeBack(long start, IOException failure) {
        try {
            lines.setLength(start);
            lines.seek(start);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    Path file() {
        return file;
    }

    @Override
    public synchronized void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException("evidence record " + file + ": cannot be closed", e);
        }
    }
}
