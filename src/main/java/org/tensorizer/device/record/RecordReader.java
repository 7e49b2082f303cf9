package org.tensorizer.device.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.tensorizer.base.BadInputException;

/**
 * Reads an evidence record line by line, so that a long one does not have to fit into memory.
 *
 * <p>A last line without line end is what a killed run leaves: it is passed over and reported. Everything else that is no
 * line of a record is refused.
 */
public final class RecordReader {
    /** No line that this project writes is longer: the tensors of an inference are far smaller. */
    private static final int LONGEST = 1 << 28;

    private final Path file;

    /** Bytes of a line that are taken, its end apart. */
    private final int longest;

    private final InputStream in;
    private final byte[] chunk = new byte[1 << 16];
    private int at;
    private int end;

    /** After the last line: whether something stood behind its end. */
    private boolean rest;

    private long line;

    private RecordReader(Path file, int longest, InputStream in) {
        this.file = file;
        this.longest = longest;
        this.in = in;
    }

    /**
     * What a record is apart from its lines.
     *
     * @param lines whole lines
     * @param truncated whether the file ends in the middle of a line
     */
    public record Extent(long lines, boolean truncated) {}

    /**
     * Hands on all whole lines in order.
     *
     * @throws BadInputException the file is missing or cannot be read; a line is no line of a record, digests do not fit,
     *     or the first is no header: then the message names file, line (from 1) and field
     */
    public static Extent read(Path file, Consumer<RecordLine> lines) {
        return read(file, LONGEST, lines);
    }

    static Extent read(Path file, int longest, Consumer<RecordLine> lines) {
        if (Files.isDirectory(file)) {
            throw new BadInputException("evidence record " + file + ": expected a file, found a directory");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new RecordReader(file, longest, in).read(lines);
        } catch (NoSuchFileException e) {
            throw new BadInputException("evidence record " + file + ": no such file", e);
        } catch (IOException e) {
            throw new BadInputException("evidence record " + file + ": not readable: " + e.getMessage(), e);
        }
    }

    private Extent read(Consumer<RecordLine> lines) throws IOException {
        for (byte[] bytes = next(); bytes != null; bytes = next()) {
            line++;
            lines.accept(parse(text(bytes)));
        }
        if (line == 0) {
            throw wrong(1, rest ? "expected a header, found a line without end" : "the file is empty", null);
        }
        return new Extent(line, rest);
    }

    /** The next line without its end; null where there is none, and then the rest says whether something stood there. */
    private byte[] next() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(1024);
        while (true) {
            if (at == end) {
                at = 0;
                end = Math.max(in.read(chunk), 0);
                if (end == 0) {
                    rest = whole.size() > 0;
                    return null;
                }
            }
            int start = at;
            while (at < end && chunk[at] != '\n') {
                at++;
            }
            if (whole.size() + (at - start) > longest) {
                throw wrong(line + 1, "longer than " + longest + " bytes", null);
            }
            whole.write(chunk, start, at - start);
            if (at < end) {
                at++;
                return whole.toByteArray();
            }
        }
    }

    private String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong(line, "no UTF-8 text", e);
        }
    }

    private RecordLine parse(String text) {
        try {
            RecordLine parsed = RecordLineParser.parse(text);
            if (line == 1 && !(parsed instanceof RecordLine.Header)) {
                throw wrong(1, "expected a header of format " + RecordJson.FORMAT + ", found another line", null);
            }
            return parsed;
        } catch (RecordLineParser.WrongField e) {
            throw wrong(line, e.getMessage(), e);
        }
    }

    private BadInputException wrong(long number, String message, Throwable cause) {
        return new BadInputException("evidence record " + file + ": line " + number + ": " + message, cause);
    }
}
