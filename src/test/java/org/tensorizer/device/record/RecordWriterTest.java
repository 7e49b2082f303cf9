package org.tensorizer.device.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;

/** The record outlives what happens to the threads that write it. */
class RecordWriterTest {
    @TempDir
    private Path folder;

    /** A JUnit timeout interrupts the thread of the experiment; the experiments after it are recorded all the same. */
    @Test
    void aThreadWhoseTimeIsUpDoesNotEndTheRecord() {
        Path file = folder.resolve("record.jsonl");
        try (Device device = RecordingDevice.of(new StubDevice("usb:0", Provenance.DOUBLE), file);
                Session session = device.open(StubDevice.model("m", new byte[] {1}))) {
            Thread.currentThread().interrupt();
            session.run(new byte[] {1, 2, 3, 4});
            assertThat(Thread.interrupted()).isTrue();
            session.run(new byte[] {5, 6, 7, 8});
        }
        RecordSummary summary = RecordSummary.of(file);
        assertThat(summary.runs()).isEqualTo(2);
        assertThat(summary.ended()).isTrue();
    }
}
