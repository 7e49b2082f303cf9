package org.tensorizer.harness;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate;

/**
 * The device of this run, set up to answer for templates: loads one, runs it, closes it. What it returns is what the
 * device said, of the right size or not at all; what a device left unanswered is kept for the report.
 */
public final class Bench {
    private final Device device;
    private final Evidence evidence;

    Bench(Device device, Evidence evidence) {
        this.device = device;
        this.evidence = evidence;
    }

    /** The device that answers. */
    public Device device() {
        return device;
    }

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
        List<byte[]> outputs = new ArrayList<>(inputs.size());
        try (Session session = open(template)) {
            for (byte[] input : inputs) {
                outputs.add(session.run(input));
            }
            return outputs;
        } catch (DeviceFault fault) {
            if (outputs.size() < inputs.size()) {
                evidence.unanswered(template, inputs.get(outputs.size()));
            }
            throw fault;
        }
    }

    /** A session that stays open, for whoever needs several at a time. Its answers are of the right size too. */
    public Session open(DenseTemplate template) {
        return open(template.model(), template.shape().outputs());
    }

    /**
     * A session of a compiled model that is no template, such as a chain of layers.
     *
     * @param outputs bytes of an answer
     * @throws DeviceFault the device refused it, or made something else of it
     */
    public Session open(TfliteModel model, int outputs) {
        Session session = device.open(model);
        List<Integer> sizes =
                session.outputs().stream().map(TensorSpec::byteSize).toList();
        if (sizes.equals(List.of(outputs))) {
            return session;
        }
        session.close();
        throw new DeviceFault(
                DeviceFault.Kind.WRONG_SIZE,
                device.name(),
                model + " loaded with outputs of " + sizes + " bytes, it has one of " + outputs);
    }

    /** The same device without the guard against two payloads under one token, for experiments on that trap. */
    public Bench allowingTokenReuse() {
        return new Bench(device.allowingTokenReuse(), evidence);
    }
}
