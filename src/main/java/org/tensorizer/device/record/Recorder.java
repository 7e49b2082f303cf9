package org.tensorizer.device.record;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;

/** The record of one run of one device. Thread safety: yes. */
final class Recorder {
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
            return new RecordingSession(this, session, number, fingerprint);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
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

    private static Failure failure(RuntimeException e) {
        return e instanceof DeviceFault fault
                ? Failure.Fault.of(fault)
                : new Failure.BadInput(String.valueOf(e.getMessage()));
    }

    /** Closes the device and ends the record in order; where closing fails, the record stays without an end. */
    void close(Device device) {
        try (writer) {
            device.close();
            writer.add(new RecordLine.End(Instant.now(), runs.get()));
        }
    }
}
