package org.tensorizer.device.record;

import java.nio.ByteBuffer;
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
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.ForwardingDevice;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.model.TfliteModel;

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

    /** The record of one run of one device. Thread safety: yes. */
    static final class Recorder {
        private final RecordLine.Origin origin;
        private final RecordWriter writer;
        private final AtomicInteger sessions = new AtomicInteger();
        private final AtomicLong runs = new AtomicLong();

        Recorder(Device device, RecordWriter writer, Map<String, String> facts) {
            this.writer = writer;
            this.origin = new RecordLine.Origin(device.name(), device.provenance());
            writer.add(new RecordLine.Header(origin, Instant.now(), facts));
        }

        Path file() {
            return writer.file();
        }

        Session open(Device device, TfliteModel model) {
            ModelFingerprint fingerprint = ModelFingerprint.of(model);
            int number = sessions.incrementAndGet();
            Instant at = Instant.now();
            long start = System.nanoTime();
            Session session;
            try {
                session = device.open(model);
            } catch (DeviceFault | BadInputException e) {
                long nanos = System.nanoTime() - start;
                writer.add(new RecordLine.Open(
                        origin, at, number, fingerprint, nanos, List.of(), List.of(), Optional.of(failure(e))));
                throw e;
            }
            long nanos = System.nanoTime() - start;
            try {
                writer.add(new RecordLine.Open(
                        origin, at, number, fingerprint, nanos, session.inputs(), session.outputs(), Optional.empty()));
                return new Recording(this, session, number, model);
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
        }

        /** Writes down that a session goes on as the model with another payload. */
        int swap(Session session, TfliteModel model, long nanos) {
            int number = sessions.incrementAndGet();
            writer.add(new RecordLine.Open(
                    origin,
                    Instant.now(),
                    number,
                    ModelFingerprint.of(model),
                    nanos,
                    session.inputs(),
                    session.outputs(),
                    Optional.empty()));
            return number;
        }

        List<byte[]> run(Session session, int number, ModelFingerprint model, List<byte[]> inputs) {
            Instant at = Instant.now();
            long start = System.nanoTime();
            List<byte[]> outputs;
            try {
                outputs = session.run(inputs);
            } catch (DeviceFault | BadInputException e) {
                long nanos = System.nanoTime() - start;
                ran(new RecordLine.Run(origin, at, number, model, nanos, inputs, List.of(), Optional.of(failure(e))));
                throw e;
            }
            long nanos = System.nanoTime() - start;
            ran(new RecordLine.Run(origin, at, number, model, nanos, inputs, outputs, Optional.empty()));
            return outputs;
        }

        private void ran(RecordLine.Run run) {
            writer.add(run);
            runs.incrementAndGet();
        }

        private static RecordLine.Failure failure(RuntimeException e) {
            return e instanceof DeviceFault fault
                    ? RecordLine.Failure.Fault.of(fault)
                    : new RecordLine.Failure.BadInput(String.valueOf(e.getMessage()));
        }

        /** Closes the device and ends the record in order; where closing fails, the record stays without an end. */
        void close(Device device) {
            try (writer) {
                device.close();
                writer.add(new RecordLine.End(Instant.now(), runs.get()));
            }
        }
    }

    /** A session whose inferences are written down. Another payload is another model for the record. */
    private static final class Recording extends ForwardingSession {
        private final RecordingDevice.Recorder recorder;
        private int number;
        private TfliteModel model;
        private ModelFingerprint fingerprint;

        Recording(RecordingDevice.Recorder recorder, Session session, int number, TfliteModel model) {
            super(session);
            this.recorder = recorder;
            this.number = number;
            this.model = model;
            this.fingerprint = ModelFingerprint.of(model);
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            return recorder.run(session(), number, fingerprint, inputs);
        }

        @Override
        public Optional<WeightSwap> weightSwap() {
            return session().weightSwap().map(swap -> new WeightSwap() {
                @Override
                public int payloadBytes() {
                    return swap.payloadBytes();
                }

                @Override
                public void swap(ByteBuffer payload) {
                    long start = System.nanoTime();
                    swap.swap(payload);
                    long nanos = System.nanoTime() - start;
                    model = ModelFingerprint.withPayload(model, payload);
                    fingerprint = ModelFingerprint.of(model);
                    number = recorder.swap(session(), model, nanos);
                }
            });
        }
    }
}
