package org.tensorizer.harness;

import java.util.List;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/**
 * A session of a Dense model whose answers have the right size or are faults, whatever the device gives.
 *
 * @param device its name
 * @param size bytes that an answer has
 */
record CheckedSession(Session session, String device, int size) implements Session {
    @Override
    public List<TensorSpec> inputs() {
        return session.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return session.outputs();
    }

    @Override
    public List<byte[]> run(List<byte[]> inputs) {
        List<byte[]> answers = session.run(inputs);
        if (answers.size() != 1 || answers.get(0).length != size) {
            throw new DeviceFault(
                    DeviceFault.Kind.WRONG_SIZE,
                    device,
                    (answers.isEmpty() ? 0 : answers.get(0).length) + " output bytes, expected " + size);
        }
        return answers;
    }

    @Override
    public void close() {
        session.close();
    }
}
