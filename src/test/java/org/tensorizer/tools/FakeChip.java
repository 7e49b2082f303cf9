package org.tensorizer.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;
import org.tensorizer.model.TfliteModel;

/** A chip and its clock: opening takes 2 ms, an inference as long as its model says, 1 ms more where weights go up. */
final class FakeChip extends StubDevice implements LongSupplier {
    static final long OPEN = 2_000_000;
    static final long UPLOAD = 1_000_000;

    private final ToLongFunction<String> inference;
    private final List<String> asked = new ArrayList<>();
    private long now;
    private String cached;

    /** @param inference nanoseconds by name of the model */
    FakeChip(ToLongFunction<String> inference) {
        super("usb:0", Provenance.DOUBLE);
        this.inference = inference;
    }

    @Override
    public long getAsLong() {
        return now;
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public Session open(TfliteModel model) {
        now += OPEN;
        return new ForwardingSession(super.open(model)) {
            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                now += inference.applyAsLong(model.name()) + (model.name().equals(cached) ? 0 : UPLOAD);
                cached = model.name();
                asked.add(model.name());
                return super.run(inputs);
            }
        };
    }
}
