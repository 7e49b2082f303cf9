package org.tensorizer.harness;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.template.DenseTemplate;

/**
 * The device of this run, set up to answer for templates: loads one, runs it, closes it. What it returns is what the
 * device said, of the right size or not at all.
 *
 * @param device which one
 */
public record Bench(Device device) {
    /**
     * One inference in a session of its own.
     *
     * @param template patched or not
     * @param input raw tensor bytes, length of the template's inputs
     * @return raw tensor bytes, length of its outputs
     * @throws DeviceFault the device refused, crashed, hung or answered with the wrong size
     */
    public byte[] run(DenseTemplate template, byte[] input) {
        return run(template, List.of(input)).get(0);
    }

    /** Several inferences in one session. */
    public List<byte[]> run(DenseTemplate template, List<byte[]> inputs) {
        try (Session session = open(template)) {
            List<byte[]> outputs = new ArrayList<>(inputs.size());
            for (byte[] input : inputs) {
                outputs.add(answer(template, session, input));
            }
            return outputs;
        }
    }

    /** A session that stays open; its answers are as they come. */
    public Session open(DenseTemplate template) {
        return device.open(template.name(), template.model().copy());
    }

    private byte[] answer(DenseTemplate template, Session session, byte[] input) {
        byte[] output = session.run(input);
        if (output.length != template.shape().outputs()) {
            throw new DeviceFault(
                    DeviceFault.Kind.WRONG_SIZE,
                    device.name(),
                    output.length + " output bytes, expected "
                            + template.shape().outputs());
        }
        return output;
    }
}
