package org.tensorizer.device.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.BadInputException;

/**
 * A device that writes down what another is asked and what it answers. Name, provenance and answers are the other's.
 *
 * <p>Thread safety: yes; lines of several threads follow each other whole.
 */
public final class RecordingDevice implements Device {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Device device;
    private final RecordLine.Origin origin;
    private final RecordWriter writer;
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicLong runs = new AtomicLong();
    private boolean closed;

    private RecordingDevice(Device device, RecordWriter writer, Map<String, String> facts) {
        this.device = device;
        this.writer = writer;
        this.origin = new RecordLine.Origin(device.name(), device.provenance());
        writer.add(new RecordLine.Header(origin, Instant.now(), facts));
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
                : new RecordingDevice(device, RecordWriter.create(file), facts);
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
        return writer.file();
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Provenance provenance() {
        return device.provenance();
    }

    @Override
    public Session open(String modelName, byte[] model) {
        ModelFingerprint fingerprint = ModelFingerprint.of(modelName, model);
        int number = sessions.incrementAndGet();
        Instant at = Instant.now();
        long start = System.nanoTime();
        Session session;
        try {
            session = device.open(modelName, model);
        } catch (DeviceFault | BadInputException e) {
            writer.add(new RecordLine.Open(
                    origin,
                    at,
                    number,
                    fingerprint,
                    System.nanoTime() - start,
                    List.of(),
                    List.of(),
                    Optional.of(failure(e))));
            throw e;
        }
        long nanos = System.nanoTime() - start;
        try {
            writer.add(new RecordLine.Open(
                    origin, at, number, fingerprint, nanos, session.inputs(), session.outputs(), Optional.empty()));
            return new RecordingSession(this, session, number, fingerprint);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    void ran(
            int session,
            ModelFingerprint model,
            Instant at,
            long nanos,
            List<byte[]> inputs,
            List<byte[]> outputs,
            Optional<Failure> failure) {
        writer.add(new RecordLine.Run(origin, at, session, model, nanos, inputs, outputs, failure));
        runs.incrementAndGet();
    }

    static Failure failure(RuntimeException e) {
        return e instanceof DeviceFault fault
                ? Failure.Fault.of(fault)
                : new Failure.BadInput(String.valueOf(e.getMessage()));
    }

    /** Closes the device, then ends the record. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (writer) {
            device.close();
            writer.add(new RecordLine.End(Instant.now(), runs.get()));
        }
    }

    @Override
    public String toString() {
        return device.toString();
    }
}
