package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.model.DataType;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer;
import org.tensorizer.model.TfliteModel;

/**
 * One compiled operator of a model: its programs, its buffers on the host, and the payload it runs with.
 *
 * <p>One thread at a time.
 */
final class CompiledOp implements WeightSwap {
    private final String model;
    private final ChipUser chip;
    private final List<Layer> inputLayers;
    private final ByteBuffer[] inputs;
    private final OutputRuns[] orders;
    private final List<Layer> outputLayers;
    private final ByteBuffer[] outputs;
    private final WireProgram program;
    private final ByteBuffer parameters;
    private final ByteBuffer scratch;
    private final WireProgram caching;
    private final int payloadBytes;
    private Payload payload;

    /** Copy of a payload that was given on the heap; null before the first. */
    private ByteBuffer copied;

    /** Lends the chip, awake, to one piece of work at a time; a chip on which the work fails is given up. */
    interface ChipUser {
        void use(Consumer<UsbChip> work);
    }

    /**
     * Makes the programs of a package ready.
     *
     * @throws BadInputException it has no program to run, or one that cannot be run over USB
     */
    CompiledOp(TfliteModel file, EdgeTpuPackage compiled, ChipUser chip) {
        this.chip = chip;
        this.model = file.name();
        requireOneChip(compiled);
        Executable main = compiled.findExecutionOnly()
                .orElseGet(() -> compiled.executables().stream()
                        .filter(executable -> executable.type() == ExecutableType.STAND_ALONE)
                        .findFirst()
                        .orElseThrow(() -> new BadInputException(model + ": package " + compiled.index() + " at byte "
                                + compiled.range().start() + ": no executable to run among "
                                + compiled.executables().size())));
        program = WireProgram.of(file, main);
        inputLayers = main.inputLayers();
        outputLayers = main.outputLayers();
        inputs = buffers(inputLayers);
        outputs = buffers(outputLayers);
        orders = outputLayers.stream().map(layer -> OutputRuns.of(model, layer)).toArray(OutputRuns[]::new);
        parameters = direct(file.bytes(main.parameters()));
        scratch = allocate(main.scratchBytes());
        Optional<Executable> first = compiled.findParameterCaching();
        caching = first.map(executable -> WireProgram.of(file, executable)).orElse(null);
        payload = first.map(executable -> new Payload(
                        caching,
                        direct(file.bytes(executable.parameters())),
                        () -> file.sha256(executable.parameters())))
                .orElse(null);
        payloadBytes = first.map(executable -> executable.parameters().length()).orElse(0);
    }

    private void requireOneChip(EdgeTpuPackage compiled) {
        if (!compiled.multiChipPackages().isEmpty() || compiled.virtualChipId() < 0) {
            throw new BadInputException(model + ": package " + compiled.index() + " at byte "
                    + compiled.range().start() + ": expected a program for one chip, found one for several");
        }
    }

    static ByteBuffer direct(ByteBuffer bytes) {
        return allocate(bytes.remaining()).put(0, bytes, bytes.position(), bytes.remaining());
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer[] buffers(List<Layer> layers) {
        return layers.stream().map(layer -> allocate(layer.sizeBytes())).toArray(ByteBuffer[]::new);
    }

    /** Layers of the program, in the order of the operator's tensors. */
    List<Layer> inputLayers() {
        return inputLayers;
    }

    List<Layer> outputLayers() {
        return outputLayers;
    }

    /** Whether a PARAMETER_CACHING program brings the weights. */
    boolean hasPayload() {
        return payload != null;
    }

    /**
     * One inference.
     *
     * @param values of each input, unpadded and of its size, from position to limit, which do not move
     * @param results of each output, filled from the position on, which moves behind
     */
    void run(List<ByteBuffer> values, List<ByteBuffer> results) {
        for (int i = 0; i < inputs.length; i++) {
            ByteBuffer value = values.get(i);
            inputs[i].put(0, value, value.position(), value.remaining());
            invertSigns(inputLayers.get(i).type(), inputs[i], value.remaining());
        }
        chip.use(awake -> awake.run(payload, pipes -> program.run(pipes, inputs, outputs, parameters, scratch)));
        for (int i = 0; i < outputs.length; i++) {
            invertSigns(outputLayers.get(i).type(), outputs[i], outputs[i].capacity());
            orders[i].copy(outputs[i], results.get(i));
        }
    }

    @Override
    public int payloadBytes() {
        return payloadBytes;
    }

    @Override
    public void swap(ByteBuffer bytes) {
        if (caching == null) {
            throw new IllegalArgumentException(model + ": has no PARAMETER_CACHING program, nothing to swap");
        }
        if (bytes.remaining() != payloadBytes) {
            throw new IllegalArgumentException(
                    model + ": payload: expected " + payloadBytes + " bytes, found " + bytes.remaining());
        }
        payload = new Payload(caching, bytes.isDirect() ? bytes.slice() : copy(bytes), null);
        chip.use(awake -> awake.load(payload));
    }

    private ByteBuffer copy(ByteBuffer bytes) {
        if (copied == null) {
            copied = allocate(payloadBytes);
        } else {
            chip.use(UsbChip::drain);
        }
        return copied.put(0, bytes, bytes.position(), payloadBytes);
    }

    /**
     * Inverts the top bit of each element of a signed type from 0 to length, since the chip knows unsigned numbers only: the
     * host does so in both directions. Published in libedgetpu's sources; int8 was seen on the wire.
     */
    private static void invertSigns(DataType type, ByteBuffer bytes, int length) {
        if (type != DataType.SIGNED_FIXED_POINT8 && type != DataType.SIGNED_FIXED_POINT16) {
            return;
        }
        long mask = type.bytes() == 1 ? 0x8080808080808080L : 0x8000800080008000L; // little-endian: top byte last
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            bytes.putLong(at, bytes.getLong(at) ^ mask);
        }
        for (; at < length; at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ mask >>> 8 * (at % Long.BYTES)));
        }
    }

    /**
     * Parameters as the chip holds them after a PARAMETER_CACHING program. Two are the same if program and bytes are,
     * whatever their tokens say.
     *
     * @param program takes the bytes in
     * @param bytes direct
     * @param digest of the bytes; null where they are the caller's and may change when the chip holds others
     */
    record Payload(WireProgram program, ByteBuffer bytes, Supplier<String> digest) {
        private static final ByteBuffer[] NONE = {};

        /** Whether the chip needs nothing to go from the other to this one. */
        boolean sameAs(Payload other) {
            return other == this
                    || other != null
                            && digest != null
                            && other.digest != null
                            && bytes.remaining() == other.bytes.remaining()
                            && digest.get().equals(other.digest.get())
                            && program.digest().equals(other.program.digest());
        }

        /** The event that ends it may still be to come afterwards. */
        void send(ChipPipes pipes) {
            program.run(pipes, NONE, NONE, bytes, null);
        }
    }
}
