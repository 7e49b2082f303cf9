package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Layer;

/**
 * A compiled Dense model on an emulated chip, without TFLite: both streams are executed once when it is loaded, an
 * inference runs the plan that came out. Models that differ in nothing but their payload share that work.
 *
 * <p>Accumulators are exact in int32. Thread safety: inferences of several threads run one after another.
 */
public final class EmulatedProgram {
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
     * @throws BadInputException the package is damaged
     */
    public static EmulatedProgram load(EdgeTpuPackage compiled, ByteBuffer file, ChipParameters chip) {
        Executable execution = compiled.executionOnly();
        Executable caching = compiled.parameterCaching();
        ExecutableCheck.kind(execution);
        ExecutableCheck.kind(caching);
        ExecutableCheck.parameters(execution, caching);
        ByteBuffer payload = slice(file, caching.parameters());
        ProgramCache.Entry program = execute(file, caching, execution, payload.limit());
        ExecutableCheck.layers(execution, program.linked().dataflow());
        return new EmulatedProgram(program, chip, payload, execution, caching);
    }

    private static ProgramCache.Entry execute(
            ByteBuffer file, Executable caching, Executable execution, int payloadBytes) {
        InstructionChunk first = caching.chunks().get(0);
        InstructionChunk second = execution.chunks().get(0);
        try {
            return ProgramCache.SHARED.get(new ProgramCache.Key(
                    slice(file, first.range()),
                    first.relocations(),
                    payloadBytes,
                    slice(file, second.range()),
                    second.relocations()));
        } catch (BadInputException e) {
            throw new UnsupportedProgramException(
                    e.getMessage() + " [bytes count from " + first.range().start()
                            + " of the file in PARAMETER_CACHING, from "
                            + second.range().start() + " in EXECUTION_ONLY]",
                    e);
        }
    }

    private static ByteBuffer slice(ByteBuffer file, ByteRange range) {
        return file.slice(range.start(), range.length()).order(ByteOrder.LITTLE_ENDIAN);
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
            throw new IllegalArgumentException(role + " " + Printable.name(layer.name()) + ": expected "
                    + layer.unpaddedBytes() + " bytes, found " + found);
        }
    }

    ExecutionPlan ownPlan() {
        return plan;
    }

    /** The plan for parameters that another program left in the chip. */
    ExecutionPlan planFor(WideContents contents) {
        WideContents.Parameters held = contents.merged();
        LinkedProgram linked = LinkedProgram.link(program.linked().dataflow(), held.image());
        return new ExecutionPlan(linked, held.payload(), chip);
    }

    /** What its PARAMETER_CACHING stream brings into wide memory. */
    WideContents.Parameters parameters() {
        return new WideContents.Parameters(program.image(), payload);
    }

    long executionToken() {
        return executionToken;
    }

    long cachingToken() {
        return cachingToken;
    }
}
