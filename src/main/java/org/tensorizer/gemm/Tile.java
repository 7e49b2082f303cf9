package org.tensorizer.gemm;

import java.util.function.Consumer;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.PayloadWriter;
import org.tensorizer.template.DenseTemplate;

/**
 * One payload in memory and, while it is ready to run, its session. A session uses the model's bytes in place, so it
 * ends before they change; the next one gets a fresh token.
 */
final class Tile implements AutoCloseable {
    private final String name;
    private final Device device;
    private final PayloadWriter writer;
    private final int outputs;
    private Session session;
    private DenseTemplate seen;

    Tile(String name, DenseTemplate template, Device device) {
        this.name = name;
        this.device = device;
        writer = PayloadWriter.open(template.target());
        outputs = template.shape().outputs();
    }

    /** Changes the payload. */
    void write(Consumer<PayloadWriter> change) {
        seen = null;
        release();
        change.accept(writer);
    }

    /** Opens the session, if there is none. The device may do so while it runs another. */
    void prepare() {
        if (session == null) {
            writer.refreshToken();
            session = device.open(name, writer.bytes());
        }
    }

    boolean isReady() {
        return session != null;
    }

    /**
     * One inference.
     *
     * @throws DeviceFault it failed, or answered with the wrong size
     */
    byte[] run(byte[] input) {
        prepare();
        byte[] answer = session.run(input);
        if (answer.length != outputs) {
            throw new DeviceFault(
                    DeviceFault.Kind.WRONG_SIZE,
                    device.name(),
                    name + ": answered with " + answer.length + " bytes, expected " + outputs);
        }
        return answer;
    }

    /** The tile as a template of its own, for predictions. */
    DenseTemplate template() {
        if (seen == null) {
            seen = DenseTemplate.of(TfliteModel.parse(name, writer.bytes()));
        }
        return seen;
    }

    /** Ends the session, if there is one; the payload stays. */
    void release() {
        Session open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        release();
    }
}
