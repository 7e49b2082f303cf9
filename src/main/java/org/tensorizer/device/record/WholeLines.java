package org.tensorizer.device.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The lines of a stream as bytes, those with an end only: what stands behind the last line end is not one. */
final class WholeLines {
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
