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
    private final int longest;
    private long line;

    private RecordReader(Path file, int longest) {
        this.file = file;
        this.longest = longest;
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
     * @throws RecordFormatException a line is no line of a record, digests do not fit, or the first is no header
     * @throws BadInputException the file is missing or cannot be read
     */
    public static Extent read(Path file, Consumer<RecordLine> lines) {
        return read(file, LONGEST, lines);
    }

    static Extent read(Path file, int longest, Consumer<RecordLine> lines) {
        if (Files.isDirectory(file)) {
            throw new BadInputException("evidence record " + file + ": expected a file, found a directory");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new RecordReader(file, longest).read(in, lines);
        } catch (NoSuchFileException e) {
            throw new BadInputException("evidence record " + file + ": no such file", e);
        } catch (IOException e) {
            throw new BadInputException("evidence record " + file + ": not readable: " + e.getMessage(), e);
        }
    }

    private Extent read(InputStream in, Consumer<RecordLine> lines) throws IOException {
        WholeLines whole = new WholeLines(in, longest);
        for (byte[] bytes = next(whole); bytes != null; bytes = next(whole)) {
            line++;
            lines.accept(parse(text(bytes)));
        }
        if (line == 0) {
            throw new RecordFormatException(
                    file, 1, whole.hasRest() ? "expected a header, found a line without end" : "the file is empty");
        }
        return new Extent(line, whole.hasRest());
    }

    private byte[] next(WholeLines whole) throws IOException {
        try {
            return whole.next();
        } catch (WholeLines.LineTooLong e) {
            throw new RecordFormatException(file, line + 1, "longer than " + longest + " bytes", e);
        }
    }

    private String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RecordFormatException(file, line, "no UTF-8 text", e);
        }
    }

    private RecordLine parse(String text) {
        try {
            RecordLine parsed = RecordLineParser.parse(text);
            if (line == 1 && !(parsed instanceof RecordLine.Header)) {
                throw new RecordFormatException(
                        file, 1, "expected a header of format " + RecordJson.FORMAT + ", found another line");
            }
            return parsed;
        } catch (JsonFields.WrongField e) {
            throw new RecordFormatException(file, line, e.getMessage(), e);
        }
    }

    /** The lines of a stream as bytes, those with an end only: what stands behind the last line end is not one. */
    private static final class WholeLines {
        private final InputStream in;
        private final int longest;
        private final byte[] chunk = new byte[1 << 16];
        private int at;
        private int end;
        private boolean rest;

        /** @param longest bytes of a line that are taken, its end apart */
        WholeLines(InputStream in, int longest) {
            this.in = in;
            this.longest = longest;
        }

        /**
         * The next line without its end, null where there is none.
         *
         * @throws LineTooLong the line is longer than allowed; nothing more can be read
         */
        byte[] next() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
            while (true) {
                if (at == end) {
                    at = 0;
                    end = in.read(chunk);
                    if (end < 0) {
                        end = 0;
                        rest = line.size() > 0;
                        return null;
                    }
                }
                int start = at;
                while (at < end && chunk[at] != '\n') {
                    at++;
                }
                if (line.size() + (at - start) > longest) {
                    throw new LineTooLong();
                }
                line.write(chunk, start, at - start);
                if (at < end) {
                    at++;
                    return line.toByteArray();
                }
            }
        }

        /** After the last line: whether something stood behind it. */
        boolean hasRest() {
            return rest;
        }

        /** A line is longer than allowed. */
        static final class LineTooLong extends IOException {
            private static final long serialVersionUID = 1L;
        }
    }
}
