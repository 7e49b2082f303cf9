package org.tensorizer.device.open;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last lines that a child printed, read by a thread of its own so that the child never waits for a reader. Of each line
 * the beginning: a child that went wild may never end one.
 */
final class OutputTail {
    private static final int LINES = 100;
    private static final int LONGEST_LINE = 2000;

    private final Deque<String> lines = new ArrayDeque<>();
    private final Thread reader;

    OutputTail(InputStream output) {
        reader = new Thread(() -> read(output), "worker output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream output) {
        try (Reader in = new InputStreamReader(output, StandardCharsets.UTF_8)) {
            StringBuilder line = new StringBuilder();
            char[] text = new char[4096];
            for (int length = in.read(text); length >= 0; length = in.read(text)) {
                for (int i = 0; i < length; i++) {
                    if (text[i] == '\n') {
                        add(line);
                    } else if (line.length() < LONGEST_LINE) {
                        line.append(text[i]);
                    }
                }
            }
            if (!line.isEmpty()) {
                add(line);
            }
        } catch (IOException e) {
            add(new StringBuilder("(output lost: " + e.getMessage() + ")"));
        }
    }

    private synchronized void add(StringBuilder line) {
        if (lines.size() == LINES) {
            lines.removeFirst();
        }
        lines.addLast(line.toString().stripTrailing());
        line.setLength(0);
    }

    /** Oldest first. */
    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** All that a child said, once it has ended. */
    List<String> toTheEnd() {
        try {
            reader.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return lines();
    }
}
