package org.tensorizer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.tensorizer.base.BadInputException;

/**
 * What a command prints, with a memory of what could not be written: {@code System.out} forgets, and a command whose output
 * went to a full disk would end as if all were well. One thread.
 */
final class StandardOutput extends FilterOutputStream {
    /** A reader such as {@code head} that has seen enough. Linux's and macOS's word for EPIPE. */
    private static final String ENOUGH = "Broken pipe";

    private IOException failure;

    private StandardOutput(OutputStream out) {
        super(out);
    }

    static StandardOutput ofThisProcess() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** Why something was not written that somebody wanted to read. */
    Optional<String> lost() {
        return Optional.ofNullable(failure).map(BadInputException::reason).filter(reason -> !reason.equals(ENOUGH));
    }
}
