package org.tensorizer.device;

import java.util.Optional;
import org.tensorizer.model.TfliteModel;

/** What devices that stand in front of another have in common: its name, its provenance, its end. */
public abstract class ForwardingDevice implements Device {
    private final Device device;

    protected ForwardingDevice(Device device) {
        this.device = device;
    }

    protected final Device device() {
        return device;
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
    public Session open(TfliteModel model) {
        return device.open(model);
    }

    /** To be decided by each: forgotten, it would hand out a device without what stands in front of it, or guard on. */
    @Override
    public abstract Device allowingTokenReuse();

    @Override
    public boolean goesByTokens() {
        return device.goesByTokens();
    }

    @Override
    public Optional<InnerResults> innerResults() {
        return device.innerResults();
    }

    @Override
    public void close() {
        device.close();
    }

    @Override
    public String toString() {
        return device.toString();
    }
}
