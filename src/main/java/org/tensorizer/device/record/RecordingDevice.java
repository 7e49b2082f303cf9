package org.tensorizer.device.record;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
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
                : new RecordingDevice(device, new Recorder(device, file, facts));
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
        try (recorder) {
            device().close();
            recorder.end(); // where closing failed, the record stays without
        }
    }

    /**
     * The record of one run of one device, line by line. On return from {@link #add} the line is with the operating system,
     * which keeps it when the process is killed. The file is made by this recorder and no other: two runs never share one.
     *
     * <p>Thread safety: yes.
     */
    private static final class Recorder implements AutoCloseable {
        private final Path file;
        /** Not a channel: that would close for good when a thread writes whose time is up. */
        private final RandomAccessFile lines;

        private final RecordLine.Origin origin;
        private final AtomicInteger sessions = new AtomicInteger();
        private final AtomicLong runs = new AtomicLong();

        /** @throws BadInputException the file exists already, or cannot be made */
        Recorder(Device device, Path file, Map<String, String> facts) {
            this.file = file;
            this.origin = new RecordLine.Origin(device.name(), device.provenance());
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                this.lines = new RandomAccessFile(Files.createFile(file).toFile(), "rw");
            } catch (FileAlreadyExistsException e) {
                throw new BadInputException(
                        "evidence record " + file
                                + ": exists already; a record is never overwritten, name another file",
                        e);
            } catch (IOException e) {
                throw new BadInputException(
                        "evidence record " + file + ": cannot be made: " + BadInputException.reason(e), e);
            }
            add(new RecordLine.Header(origin, Instant.now(), facts));
        }

        /**
         * @throws UncheckedIOException the line could not be written, for want of space or because the record is closed; no
         *     part of it is in the record then
         */
        private synchronized void add(RecordLine line) {
            byte[] bytes = (RecordJson.write(line) + "\n").getBytes(StandardCharsets.UTF_8);
            try {
                long start = lines.getFilePointer();
                try {
                    lines.write(bytes);
                } catch (IOException e) {
                    takeBack(start, e);
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("evidence record " + file + ": cannot be written", e);
            }
        }

        /** Part of a line in the middle would spoil all that follow. */
        private void takeBack(long start, IOException failure) {
            try {
                lines.setLength(start);
                lines.seek(start);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }

        /** A question, from the moment it is put. */
        private final class Question {
            private final Instant at = Instant.now();
            private final long start = System.nanoTime();
            private final int session;
            private final ModelFingerprint model;

            Question(int session, ModelFingerprint model) {
                this.session = session;
                this.model = model;
            }

            RecordLine.Asked answered() {
                return asked(Optional.empty());
            }

            RecordLine.Asked failed(RuntimeException why) {
                return asked(Optional.of(RecordLine.Failure.of(why)));
            }

            private RecordLine.Asked asked(Optional<RecordLine.Failure> failure) {
                return new RecordLine.Asked(origin, at, session, model, System.nanoTime() - start, failure);
            }
        }

        Session open(Device device, TfliteModel model) {
            Question question = new Question(sessions.incrementAndGet(), ModelFingerprint.of(model));
            Session session;
            try {
                session = device.open(model);
            } catch (DeviceFault | BadInputException e) {
                add(new RecordLine.Open(question.failed(e), List.of(), List.of()));
                throw e;
            }
            RecordLine.Asked asked = question.answered();
            try {
                add(new RecordLine.Open(asked, session.inputs(), session.outputs()));
                return new Recording(this, session, model, asked);
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
        }

        /** Writes down that a session goes on as the model with another payload. */
        RecordLine.Asked swap(Session session, TfliteModel model, long nanos) {
            RecordLine.Asked asked = new RecordLine.Asked(
                    origin,
                    Instant.now(),
                    sessions.incrementAndGet(),
                    ModelFingerprint.of(model),
                    nanos,
                    Optional.empty());
            add(new RecordLine.Open(asked, session.inputs(), session.outputs()));
            return asked;
        }

        List<byte[]> run(Session session, RecordLine.Asked loaded, List<byte[]> inputs) {
            Question question = new Question(loaded.session(), loaded.model());
            List<byte[]> outputs;
            try {
                outputs = session.run(inputs);
            } catch (DeviceFault | BadInputException e) {
                ran(new RecordLine.Run(question.failed(e), inputs, List.of()));
                throw e;
            }
            ran(new RecordLine.Run(question.answered(), inputs, outputs));
            return outputs;
        }

        private void ran(RecordLine.Run run) {
            add(run);
            runs.incrementAndGet();
        }

        /** The device was closed in order. */
        void end() {
            add(new RecordLine.End(Instant.now(), runs.get()));
        }

        /** After the line that is being written. */
        @Override
        public synchronized void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw new UncheckedIOException("evidence record " + file + ": cannot be closed", e);
            }
        }
    }

    /** A session whose inferences are written down. Another payload is another model for the record. */
    private static final class Recording extends ForwardingSession {
        private final Recorder recorder;
        private TfliteModel model;
        private RecordLine.Asked loaded;

        Recording(Recorder recorder, Session session, TfliteModel model, RecordLine.Asked loaded) {
            super(session);
            this.recorder = recorder;
            this.model = model;
            this.loaded = loaded;
        }

        @Override
        public List<byte[]> run(List<byte[]> inputs) {
            return recorder.run(session(), loaded, inputs);
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
                    loaded = recorder.swap(session(), model, nanos);
                }
            });
        }
    }
}
