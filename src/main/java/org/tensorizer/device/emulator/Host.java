package org.tensorizer.device.emulator;

import java.util.EnumMap;
import java.util.Map;
import org.tensorizer.model.Relocation;

/**
 * What the host has ready for one run of a stream, and what it was asked for by DMA descriptors: input and parameters are
 * asked for once, the output once, the interrupt ends it.
 */
final class Host {
    private static final int INPUT = 1;
    private static final int PARAMETERS = 2;
    private static final int OUTPUT = 3;
    private static final int INTERRUPT = 4;
    private static final int NONE = -1;

    /** A bound against programs that ask for absurd amounts; the largest payload seen is a tenth of it. */
    private static final int MOST_BYTES = 1 << 26;

    /** Bytes of input that the narrow memories of all tiles hold. */
    private static final int MOST_INPUT = ChipParameters.TILES * ChipParameters.NARROW_WORDS * ChipParameters.WORD;

    private final Map<HostData.Kind, Integer> ready = new EnumMap<>(HostData.Kind.class);
    private int inputBytes = NONE;
    private int outputBytes = NONE;
    private boolean done;

    private Host() {}

    /** For a PARAMETER_CACHING stream. */
    static Host withParameters(int bytes) {
        Host host = new Host();
        host.ready.put(HostData.Kind.PARAMETERS, bytes);
        return host;
    }

    /** For an EXECUTION_ONLY stream, which says itself how many bytes it wants. */
    static Host withInput() {
        Host host = new Host();
        host.ready.put(HostData.Kind.INPUT, NONE);
        return host;
    }

    /** A descriptor: its two address words as the scalar core holds them, its size, its kind. */
    void submit(Encoded at, ScalarCore.Word low, ScalarCore.Word high, int size, int kind, Infeed infeed) {
        at.require(!done, "a descriptor after the interrupt");
        at.require(size >= 0 && size <= MOST_BYTES, "a descriptor of %d bytes", size & 0xffffffffL);
        switch (kind) {
            case INPUT -> {
                requireAddress(at, low, high, Relocation.Kind.INPUT);
                take(at, HostData.Kind.INPUT);
                at.require(size <= MOST_INPUT, "an input of %d bytes, the tiles hold %d", size, MOST_INPUT);
                inputBytes = size;
                infeed.send(new HostData(HostData.Kind.INPUT, size));
            }
            case PARAMETERS -> {
                requireAddress(at, low, high, Relocation.Kind.PARAMETER);
                at.requireEqual("bytes of parameters", take(at, HostData.Kind.PARAMETERS), size);
                infeed.send(new HostData(HostData.Kind.PARAMETERS, size));
            }
            case OUTPUT -> {
                requireAddress(at, low, high, Relocation.Kind.OUTPUT);
                at.require(outputBytes == NONE, "a second output descriptor");
                outputBytes = size;
            }
            case INTERRUPT -> {
                at.require(low.is(0) && high.is(0) && size == 0, "an interrupt with an address or a size");
                at.require(ready.isEmpty(), "finished without asking for %s", ready.keySet());
                done = true;
            }
            default -> throw at.refused("descriptor kind " + kind);
        }
    }

    private int take(Encoded at, HostData.Kind kind) {
        Integer bytes = ready.remove(kind);
        at.require(bytes != null, "asks for %s, which the host does not have or has sent", kind);
        return bytes;
    }

    private static void requireAddress(Encoded at, ScalarCore.Word low, ScalarCore.Word high, Relocation.Kind kind) {
        at.require(
                low.isAddress(kind, Relocation.Half.LOWER) && high.isAddress(kind, Relocation.Half.UPPER),
                "expected the address of %s, found %s and %s",
                kind,
                low,
                high);
    }

    /** Bytes of the input the stream asked for, -1 if it did not. */
    int inputBytes() {
        return inputBytes;
    }

    void requireDone(Encoded at, int outputArrived) {
        at.require(done, "no interrupt before the end");
        at.requireEqual("bytes of output", outputBytes == NONE ? 0 : outputBytes, outputArrived);
    }
}
