package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.WeightSwap;
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
    private final OutputOrder[] orders;
    private final List<Layer> outputLayers;
    private final ByteBuffer[] outputs;
    private final Program program;
    private final ByteBuffer parameters;
    private final ByteBuffer scratch;
    private final Program caching;
    private final int payloadBytes;
    private Payload payload;

    /** Copy of a payload that was given on the heap; null before the first. */
    private ByteBuffer copied;

    /** Runs an op's programs on the chip. */
    interface ChipUser {
        /** @param payload null if the program needs none */
        void run(Payload payload, ChipRun run);

        /** Sends a payload ahead of the run that needs it. */
        void load(Payload payload);

        /** Waits until nothing that was handed over is still being sent. */
        void drain();
    }

    /** One run of a program. */
    interface ChipRun {
        void run(ChipPipes pipes);
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
        program = Program.of(file, main);
        inputLayers = main.inputLayers();
        outputLayers = main.outputLayers();
        inputs = buffers(inputLayers);
        outputs = buffers(outputLayers);
        orders =
                outputLayers.stream().map(layer -> OutputOrder.of(model, layer)).toArray(OutputOrder[]::new);
        parameters = direct(file.bytes(main.parameters()));
        scratch = allocate(main.scratchBytes());
        Optional<Executable> first = compiled.findParameterCaching();
        caching = first.map(executable -> Program.of(file, executable)).orElse(null);
        payload = first.map(executable -> new Payload(caching, direct(file.bytes(executable.parameters())), false))
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
     * @param values of each input, unpadded, from position to limit, which do not move
     * @param results of each output, filled from the position on, which moves behind
     */
    void run(List<ByteBuffer> values, List<ByteBuffer> results) {
        requireSizes("input", inputLayers, values);
        requireSizes("output", outputLayers, results);
        for (int i = 0; i < inputs.length; i++) {
            ByteBuffer value = values.get(i);
            inputs[i].put(0, value, value.position(), value.remaining());
            SignBits.invert(inputLayers.get(i).type(), inputs[i], value.remaining());
        }
        chip.run(payload, this::execute);
        for (int i = 0; i < outputs.length; i++) {
            SignBits.invert(outputLayers.get(i).type(), outputs[i], outputs[i].capacity());
            orders[i].copy(outputs[i], results.get(i));
        }
    }

    private void execute(ChipPipes pipes) {
        program.expect(pipes);
        program.run(pipes, inputs, outputs, parameters, scratch);
    }

    private void requireSizes(String role, List<Layer> layers, List<ByteBuffer> buffers) {
        if (buffers.size() != layers.size()) {
            throw new IllegalArgumentException(
                    model + ": expected " + layers.size() + " " + role + "s, found " + buffers.size());
        }
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (buffers.get(i).remaining() != layer.unpaddedBytes()) {
                throw new IllegalArgumentException(model + ": " + role + " " + Printable.name(layer.name())
                        + ": expected " + layer.unpaddedBytes() + " bytes, found "
                        + buffers.get(i).remaining());
            }
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
        payload = new Payload(caching, bytes.isDirect() ? bytes.slice() : copy(bytes), true);
        chip.load(payload);
    }

    private ByteBuffer copy(ByteBuffer bytes) {
        if (copied == null) {
            copied = allocate(payloadBytes);
        } else {
            chip.drain();
        }
        return copied.put(0, bytes, bytes.position(), payloadBytes);
    }
}
