package org.tensorizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Whether a process may have small disks of its own ({@code unshare -rm}, then {@code mount -t tmpfs}): not on other
 * systems than Linux, and not in many containers.
 */
public final class OwnDisk {
    private static String refusal;

    private OwnDisk() {}

    /** Skips the test where none may, with what the system said as the reason. */
    public static synchronized void require() throws InterruptedException {
        if (refusal == null) {
            refusal = attempt();
        }
        assumeTrue(refusal.isEmpty(), () -> "no process here may mount a tmpfs of its own: " + refusal);
    }

    /** @return why not, empty if it may */
    private static String attempt() throws InterruptedException {
        try {
            Process process = new ProcessBuilder(
                            "unshare", "-rm", "/bin/sh", "-c", "mount -t tmpfs -o size=64k tmpfs /tmp")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : "status " + process.exitValue() + " " + said.strip();
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
