package org.tensorizer.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.tensorizer.base.BadInputException;

/**
 * Every answer of a device, appended to a file as it comes, so that nothing measured is lost when the run ends early.
 *
 * <p>File, little-endian: magic, 32 bytes that identify template and device, then records of key (patch, input,
 * repetition: 8 + 8 + 4 bytes), length (4), answer, CRC-32 of all that (4). A record cut short by a kill ends the file:
 * it is dropped and overwritten. One thread, one process.
 */
final class AnswerLog implements AutoCloseable {
    /** A question, and the how manieth time it was asked. */
    record Key(long patch, long input, int repetition) {}

    private static final byte[] MAGIC = {'T', 'Z', 'A', 'N', 'S', '1', '\r', '\n'};
    private static final int IDENTITY_BYTES = 32;
    private static final int HEAD = 24;
    private static final int MAX_ANSWER = 1 << 24;

    private final String name;
    private final FileChannel channel;
    private final Map<Key, byte[]> answers = new HashMap<>();

    private AnswerLog(String name, FileChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    /** A log that keeps nothing. */
    static AnswerLog none() {
        return new AnswerLog("no record", null);
    }

    /**
     * Opens a file or creates it.
     *
     * @param identity 32 bytes; a file with others is refused
     * @throws BadInputException if the file cannot be used, is no log, or is one of another template or device
     */
    static AnswerLog open(Path file, byte[] identity) {
        if (identity.length != IDENTITY_BYTES) {
            throw new IllegalArgumentException("identity of " + identity.length + " bytes");
        }
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            try {
                AnswerLog log = new AnswerLog(file.toString(), channel);
                if (channel.tryLock() == null) {
                    throw BadInputException.of(file.toString(), "another run is writing to this record");
                }
                log.load(file, identity);
                return log;
            } catch (RuntimeException | IOException e) {
                channel.close();
                throw e;
            }
        } catch (java.nio.channels.OverlappingFileLockException e) {
            throw BadInputException.of(file.toString(), "another run is writing to this record");
        } catch (IOException e) {
            throw BadInputException.of(
                    file.toString(), "cannot be used as record of answers: " + BadInputException.reason(e), e);
        }
    }

    private void load(Path file, byte[] identity) throws IOException {
        long size = channel.size();
        if (size < MAGIC.length + IDENTITY_BYTES) {
            byte[] start = read(0, (int) size);
            if (!Arrays.equals(start, 0, Math.min(start.length, 8), MAGIC, 0, Math.min(start.length, 8))) {
                throw BadInputException.of(file.toString(), "byte 0: not a record of answers");
            }
            channel.truncate(0);
            write(ByteBuffer.wrap(MAGIC));
            write(ByteBuffer.wrap(identity));
            return;
        }
        byte[] head = read(0, MAGIC.length + IDENTITY_BYTES);
        if (!Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw BadInputException.of(file.toString(), "byte 0: not a record of answers");
        }
        if (!Arrays.equals(head, MAGIC.length, head.length, identity, 0, IDENTITY_BYTES)) {
            throw BadInputException.of(
                    file.toString(), "byte 8: answers of another template or another device; use a new file");
        }
        long at = head.length;
        for (long next = record(at, size); next > 0; next = record(at, size)) {
            at = next;
        }
        channel.truncate(at);
        channel.position(at);
    }

    /** Reads one record; returns the position behind it, or -1 at the end or at a damaged record. */
    private long record(long at, long size) throws IOException {
        if (size - at < HEAD + 4) {
            return -1;
        }
        ByteBuffer head = ByteBuffer.wrap(read(at, HEAD)).order(ByteOrder.LITTLE_ENDIAN);
        int length = head.getInt(20);
        if (length < 0 || length > MAX_ANSWER || length > size - at - HEAD - 4) {
            return -1;
        }
        byte[] whole = read(at, HEAD + length + 4);
        ByteBuffer record = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        CRC32 crc = new CRC32();
        crc.update(whole, 0, HEAD + length);
        if ((int) crc.getValue() != record.getInt(HEAD + length)) {
            return -1;
        }
        answers.put(
                new Key(record.getLong(0), record.getLong(8), record.getInt(16)),
                Arrays.copyOfRange(whole, HEAD, HEAD + length));
        return at + whole.length;
    }

    private byte[] read(long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) > 0) {}
        return buffer.array();
    }

    private void write(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** The recorded answer, or null. */
    byte[] get(Key key) {
        return answers.get(key);
    }

    /** Records an answer; on return it is in the hands of the operating system. */
    void add(Key key, byte[] answer) {
        if (channel == null) {
            return;
        }
        ByteBuffer record = ByteBuffer.allocate(HEAD + answer.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(key.patch).putLong(key.input).putInt(key.repetition).putInt(answer.length);
        record.put(answer);
        CRC32 crc = new CRC32();
        crc.update(record.array(), 0, HEAD + answer.length);
        record.putInt((int) crc.getValue()).flip();
        try {
            long start = channel.position();
            try {
                write(record);
            } catch (IOException e) {
                takeBack(start, e);
                throw e;
            }
        } catch (IOException e) {
            throw BadInputException.of(name, "an answer could not be appended: " + BadInputException.reason(e), e);
        }
    }

    /** Part of an answer would hide all that follow. */
    private void takeBack(long start, IOException failure) {
        try {
            channel.truncate(start);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw BadInputException.of(name, "could not be closed: " + e.getMessage(), e);
            }
        }
    }
}
