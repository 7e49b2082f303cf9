package org.tensorizer.device.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

/**
 * A device that writes down what another is asked and what it answers. Name, provenance and answers are the other's.
 *
 * <p>Thread safety: yes; lines of several threads follow each other whole.
 */
public final class RecordingDevice extends ForwardingDevice {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Recorder recorder;
    private boolean closed;

    private RecordingDevice(Device device, Recorder recorder) {
        super(device);
        this.recorder = recorder;
    }

    /** {@link #of(Device, Path, Map)} without facts. */
    public static Device of(Device device, Path file) {
        return of(device, file, Map.of());
    }

    /**
     * Records everything that goes through a device from now on. A device that itself answers from a record is handed back
     * as it is: reading evidence again is no new evidence.
     *
     * @param device closed together with the record
     * @param file made new, with the folders above it; see {@link #freshFile}
     * @param facts about the run, for the header: versions, revision
     * @throws BadInputException the file exists already, or cannot be made; the device stays open
     */
    public static Device of(Device device, Path file, Map<String, String> facts) {
        return device.provenance() == Provenance.REPLAYED
                ? device
                : new RecordingDevice(device, new Recorder(device, RecordWriter.create(file), facts));
    }

    /**
     * A name for a record that no other run has: name, time (UTC) and process.
     *
     * @param name such as the device's; characters that file systems or shells mind become {@code -}
     */
    public static Path freshFile(Path folder, String name) {
        String plain = name.replaceAll("[^A-Za-z0-9._]+", "-").replaceAll("^[.-]+|-+$", "");
        String stem = plain + "-" + STAMP.format(Instant.now()) + "-"
                + ProcessHandle.current().pid();
        Path file = folder.resolve(stem + ".jsonl");
        for (int again = 2; Files.exists(file); again++) {
            file = folder.resolve(stem + "-" + again + ".jsonl");
        }
        return file;
    }

    /** Where the record is. */
    public Path file() {
        return recorder.file();
    }

    @Override
    public Session open(TfliteModel model) {
        return recorder.open(device(), model);
    }

    /** Goes on with the same record. */
    @Override
    public Device allowingTokenReuse() {
        Device allowing = device().allowingTokenReuse();
        return allowing == device() ? this : new RecordingDevice(allowing, recorder);
    }

    /** Closes the device, then ends the record. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        recorder.close(device());
    }
}
