package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorizer.model.ByteRange;
import org.tensorizer.model.DataType;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.InstructionChunk;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Relocation;

/**
 * A compiled Dense model on an emulated chip, without TFLite: both streams are executed once when it is loaded, an
 * inference runs the plan that came out. Models that differ in nothing but their payload share that work.
 *
 * <p>Accumulators are exact in int32. Thread safety: inferences of several threads run one after another.
 */
public final class EmulatedProgram {
    private static final String CHIP = "beagle";

    private final ProgramCache.Entry program;
    private final ChipParameters chip;
    private final ByteBuffer payload;
    private final Layer input;
    private final Layer output;
    private final long executionToken;
    private final long cachingToken;
    private final ExecutionPlan plan;

    private EmulatedProgram(
            ProgramCache.Entry program,
            ChipParameters chip,
            ByteBuffer payload,
            Executable execution,
            Executable caching) {
        this.program = program;
        this.chip = chip;
        this.payload = payload;
        this.input = execution.inputLayers().get(0);
        this.output = execution.outputLayers().get(0);
        this.executionToken = execution.token();
        this.cachingToken = caching.token();
        this.plan = new ExecutionPlan(program.linked(), payload, chip);
    }

    /**
     * Loads a package for a chip.
     *
     * @param file the file that the package's ranges refer to; not copied, position and order are left alone, must not
     *     change
     * @throws UnsupportedProgramException the emulated chip does not know what the package would do; names instruction
     *     and offset
     * @throws org.tensorizer.model.BadInputException the package is damaged
     */
    public static EmulatedProgram load(EdgeTpuPackage compiled, ByteBuffer file, ChipParameters chip) {
        Executable execution = compiled.executionOnly();
        Executable caching = compiled.parameterCaching();
        for (Executable executable : List.of(execution, caching)) {
            checkKind(executable);
        }
        require(execution.parameters().isEmpty(), execution, "parameters", "none", execution.parameters());
        require(!caching.parameters().isEmpty(), caching, "parameters", "some", "none");
        ByteBuffer payload = slice(file, caching.parameters());
        InstructionChunk executionChunk = execution.chunks().get(0);
        InstructionChunk cachingChunk = caching.chunks().get(0);
        ProgramCache.Entry program = ProgramCache.SHARED.get(new ProgramCache.Key(
                slice(file, cachingChunk.range()),
                cachingChunk.relocations(),
                payload.limit(),
                slice(file, executionChunk.range()),
                executionChunk.relocations()));
        checkLayer(
                execution,
                execution.inputLayers(),
                "input",
                program.linked().dataflow().inputBytes());
        checkLayer(
                execution,
                execution.outputLayers(),
                "output",
                program.linked().dataflow().outputBytes());
        checkNames(execution);
        return new EmulatedProgram(program, chip, payload, execution, caching);
    }

    private static void checkNames(Executable execution) {
        for (Relocation relocation : execution.chunks().get(0).relocations()) {
            Layer layer = switch (relocation.kind()) {
                case INPUT -> execution.inputLayers().get(0);
                case OUTPUT -> execution.outputLayers().get(0);
                case PARAMETER, SCRATCH -> null;
            };
            if (layer != null) {
                require(
                        layer.name().equals(relocation.name()),
                        execution,
                        "layer of the relocation at bit " + relocation.bit(),
                        layer.name(),
                        relocation.name());
            }
        }
    }

    private static ByteBuffer slice(ByteBuffer file, ByteRange range) {
        return file.slice(range.start(), range.length()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void checkKind(Executable executable) {
        require(
                executable.chip().isEmpty() || executable.chip().equals(CHIP),
                executable,
                "chip",
                CHIP,
                executable.chip());
        require(executable.batchSize() == 1, executable, "batch size", 1, executable.batchSize());
        require(executable.scratchBytes() == 0, executable, "scratch bytes", 0, executable.scratchBytes());
        require(!executable.useTpuDram(), executable, "parameters in the chip's DRAM", false, true);
        int chunks = executable.chunks().size();
        require(chunks == 1, executable, "instruction chunks", 1, chunks);
    }

    private static void checkLayer(Executable executable, List<Layer> layers, String role, int bytes) {
        require(layers.size() == 1, executable, role + " layers", 1, layers.size());
        Layer layer = layers.get(0);
        boolean byteType = layer.type() == DataType.FIXED_POINT8 || layer.type() == DataType.SIGNED_FIXED_POINT8;
        require(byteType, executable, role + " type", "8-bit", layer.type());
        require(
                layer.executionsPerInference() == 1,
                executable,
                role + " executions",
                1,
                layer.executionsPerInference());
        require(layer.sizeBytes() == bytes, executable, role + " bytes (padded)", bytes, layer.sizeBytes());
        require(
                layer.unpaddedBytes() > bytes - 8L && layer.unpaddedBytes() <= bytes,
                executable,
                role + " elements",
                "up to " + bytes,
                layer.unpaddedBytes());
    }

    private static void require(boolean met, Executable executable, String what, Object expected, Object found) {
        if (!met) {
            throw new UnsupportedProgramException(executable.type() + " executable at byte "
                    + executable.range().start() + ": " + what + ": expected " + expected + ", found " + found);
        }
    }

    /** The input, sizes with and without padding. */
    public Layer input() {
        return input;
    }

    /** The output, sizes with and without padding. */
    public Layer output() {
        return output;
    }

    /**
     * One inference in the chip's unsigned domain: bytes of an int8 tensor XOR 0x80.
     *
     * @param in one byte an input, without padding
     * @param out one byte an output, without padding
     * @throws IllegalArgumentException wrong length
     * @throws UnsupportedProgramException an accumulator leaves int32, or a scale is no number: what the chip does then
     *     is not known
     */
    public void run(byte[] in, byte[] out) {
        run(plan, in, out);
    }

    /** One inference with what the chip holds, which need not be this program's parameters. */
    void run(ExecutionPlan held, byte[] in, byte[] out) {
        requireLength("input", input, in.length);
        requireLength("output", output, out.length);
        synchronized (held) {
            held.run(in, out);
        }
    }

    private static void requireLength(String role, Layer layer, int found) {
        if (found != layer.unpaddedBytes()) {
            throw new IllegalArgumentException(
                    role + " " + layer.name() + ": expected " + layer.unpaddedBytes() + " bytes, found " + found);
        }
    }

    ExecutionPlan ownPlan() {
        return plan;
    }

    /** The plan for parameters that another program left in the chip. */
    ExecutionPlan planFor(WideContents contents) {
        LinkedProgram linked = LinkedProgram.link(program.linked().dataflow(), contents.image());
        return new ExecutionPlan(linked, contents.payload(), chip);
    }

    /** What wide memory holds after this program's PARAMETER_CACHING stream ran on a fresh chip. */
    WideContents parameters() {
        return new WideContents(program.image(), payload);
    }

    long executionToken() {
        return executionToken;
    }

    long cachingToken() {
        return cachingToken;
    }
}
