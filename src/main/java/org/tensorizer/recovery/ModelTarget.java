package org.tensorizer.recovery;

import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PayloadWriter;
import org.tensorizer.recovery.PayloadTarget.Activations;

/**
 * A compiled model on a device. Of the file it uses the tensors at its edges, the range of its one payload and the
 * places of its tokens, and nothing else.
 *
 * <p>Thread-safe; the device stays the caller's.
 */
public final class ModelTarget implements PayloadTarget {
    /** More than any layer of the chip has; the search keeps numbers for each. */
    private static final int MOST_CHANNELS = 1 << 20;

    private final TfliteModel model;
    private final Device device;
    private final Activations input;
    private final Activations output;
    private final PatchTarget target;

    /**
     * @throws BadInputException the model has not one compiled part with a payload, or not one 8-bit input and output
     */
    public ModelTarget(TfliteModel model, Device device) {
        this.model = model;
        this.device = device;
        this.input = activations("input", model.inputs());
        this.output = activations("output", model.outputs());
        this.target = PatchTarget.of(model);
        target.tokenFields(); // without a fresh token a device may keep old weights
    }

    private Activations activations(String edge, List<Integer> indices) {
        if (indices.size() != 1) {
            throw new BadInputException(model.name() + ": " + indices.size() + " " + edge + "s, expected one");
        }
        Tensor tensor = model.tensors().get(indices.get(0));
        if (!TensorDomain.has(tensor.type()) || !tensor.isQuantizedPerTensor()) {
            throw new BadInputException(model.name() + ": " + edge + " " + Printable.name(tensor.name()) + " is "
                    + tensor.type() + " with " + tensor.scales().size() + " scales, expected quantized INT8 or UINT8");
        }
        if (tensor.elements() < 1 || tensor.elements() > MOST_CHANNELS) {
            throw new BadInputException(model.name() + ": " + edge + " of " + tensor.elements()
                    + " elements, expected 1 to " + MOST_CHANNELS);
        }
        try {
            return new Activations((int) tensor.elements(), tensor.domain());
        } catch (BadInputException e) {
            throw BadInputException.of(model.name(), edge + " " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public Activations input() {
        return input;
    }

    @Override
    public Activations output() {
        return output;
    }

    @Override
    public byte[] payload() {
        return model.copy(target.payload());
    }

    @Override
    public String device() {
        return device.name();
    }

    @Override
    public Provenance provenance() {
        return device.provenance();
    }

    @Override
    public Session open(byte[] bytes) {
        if (bytes.length != target.payload().length()) {
            throw new IllegalArgumentException("payload of " + bytes.length + " bytes, " + model.name() + " has "
                    + target.payload().length());
        }
        PayloadWriter patched = PayloadWriter.open(target);
        System.arraycopy(bytes, 0, patched.bytes(), patched.payloadStart(), bytes.length);
        patched.refreshToken();
        return device.open(model.name(), patched.bytes());
    }
}
