package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

/**
 * A compiled model on a device. Of the file it uses the tensors at its edges, the range of its one payload and the
 * places of its tokens, and nothing else.
 *
 * <p>Thread-safe; the device stays the caller's.
 */
public final class ModelTarget implements PayloadTarget {
    private static final AtomicLong TOKENS = new AtomicLong(System.nanoTime() | 1L << 62);

    /** More than any layer of the chip has; the search keeps numbers for each. */
    private static final int MOST_CHANNELS = 1 << 20;

    private final TfliteModel model;
    private final Device device;
    private final Activations input;
    private final Activations output;
    private final ByteRange payload;
    private final List<ByteRange> tokens;

    /**
     * @throws BadInputException the model has not one compiled part with a payload, or not one 8-bit input and output
     */
    public ModelTarget(TfliteModel model, Device device) {
        this.model = model;
        this.device = device;
        this.input = activations("input", model.inputs());
        this.output = activations("output", model.outputs());
        EdgeTpuPackage compiled = model.onlyPackage();
        Executable caching = compiled.parameterCaching();
        this.payload = caching.parameters();
        if (payload.isEmpty()) {
            throw new BadInputException(model.name() + ": no parameters to patch");
        }
        this.tokens = List.of(token(caching, "PARAMETER_CACHING"), token(compiled.executionOnly(), "EXECUTION_ONLY"));
    }

    private ByteRange token(Executable executable, String which) {
        return executable
                .tokenField()
                .orElseThrow(
                        () -> new BadInputException(
                                model.name() + ": the " + which
                                        + " executable has no parameter-caching token, without a fresh one a device may keep old weights"));
    }

    private Activations activations(String edge, List<Integer> indices) {
        if (indices.size() != 1) {
            throw new BadInputException(model.name() + ": " + indices.size() + " " + edge + "s, expected one");
        }
        Tensor tensor = model.tensors().get(indices.get(0));
        if ((tensor.type() != TensorType.INT8 && tensor.type() != TensorType.UINT8) || !tensor.isQuantizedPerTensor()) {
            throw new BadInputException(model.name() + ": " + edge + " " + Printable.name(tensor.name()) + " is "
                    + tensor.type() + " with " + tensor.scales().size() + " scales, expected quantized INT8 or UINT8");
        }
        boolean signed = tensor.type() == TensorType.INT8;
        int lowest = signed ? -128 : 0;
        if (tensor.elements() < 1 || tensor.elements() > MOST_CHANNELS) {
            throw new BadInputException(model.name() + ": " + edge + " of " + tensor.elements()
                    + " elements, expected 1 to " + MOST_CHANNELS);
        }
        if (tensor.zeroPoint() < lowest || tensor.zeroPoint() > lowest + 255) {
            throw new BadInputException(model.name() + ": " + edge + " zero point " + tensor.zeroPoint() + ", expected "
                    + lowest + " to " + (lowest + 255));
        }
        return new Activations((int) tensor.elements(), signed, (int) tensor.zeroPoint());
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
        byte[] bytes = new byte[payload.length()];
        model.bytes(payload).get(bytes);
        return bytes;
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
        if (bytes.length != payload.length()) {
            throw new IllegalArgumentException(
                    "payload of " + bytes.length + " bytes, " + model.name() + " has " + payload.length());
        }
        byte[] patched = model.copy();
        System.arraycopy(bytes, 0, patched, payload.start(), bytes.length);
        long fresh = TOKENS.addAndGet(0x9e3779b97f4a7c15L);
        for (ByteRange token : tokens) {
            ByteBuffer.wrap(patched).order(ByteOrder.LITTLE_ENDIAN).putLong(token.start(), fresh == 0 ? 1 : fresh);
        }
        return device.open(model.name(), patched);
    }
}
