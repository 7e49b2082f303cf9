package org.tensorizer.device;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A model in memory whose payload changes, and its session while there is one. A session that can exchange its weights stays
 * and gets the changed payload before it runs. Any other uses the model's bytes in place, so it ends before they change, and
 * the next one gets a fresh token.
 *
 * <p>Thread safety: {@link #prepare} may run in another thread than the rest, not at the same time.
 */
public final class ChangingSession implements AutoCloseable {
    private final Model model;
    private final Device device;
    private Session session;
    private WeightSwap swap;
    private boolean changed;

    /** @param model stays the caller's, who changes it through {@link #change} only */
    public ChangingSession(Model model, Device device) {
        this.model = model;
        this.device = device;
    }

    /**
     * What changes.
     *
     * @param name how messages call it
     * @param bytes the whole model
     * @param payloadStart first byte of what {@link WeightSwap} takes
     * @param payloadBytes how many they are, 0 if changes touch others as well, so that a new session is always needed
     * @param refreshToken puts a fresh token into {@code bytes}
     */
    public record Model(String name, byte[] bytes, int payloadStart, int payloadBytes, Runnable refreshToken) {}

    /** Changes the model's bytes. What the device does with them waits until the next inference. */
    public void change(Runnable change) {
        if (swap == null) {
            release();
        } else {
            changed = true; // sent when it is to run: until then the chip may be at work for another session
        }
        change.run();
    }

    /**
     * Opens the session, if there is none. The device may do so while it runs another.
     *
     * @throws DeviceFault the device refuses the model, or failed
     */
    public void prepare() {
        if (session == null) {
            model.refreshToken.run();
            session = device.open(model.name, model.bytes);
            swap = model.payloadBytes == 0 ? null : session.weightSwap().orElse(null);
            changed = false;
        }
    }

    public boolean isReady() {
        return session != null;
    }

    /** One inference with the model as it is now; errors as {@link Session#run(List)}. */
    public List<byte[]> run(List<byte[]> inputs) {
        prepare();
        if (changed) {
            swap.swap(ByteBuffer.wrap(model.bytes, model.payloadStart, model.payloadBytes));
            changed = false;
        }
        return session.run(inputs);
    }

    /** Ends the session, if there is one; the model stays. */
    public void release() {
        Session open = session;
        session = null;
        swap = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        release();
    }
}
