package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.InnerResults;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer;

/**
 * A compiled operator on an emulated chip, without TFLite: its programs are linked once when it is loaded, an inference
 * runs the steps that are left. Models that differ in nothing but their payload share that work.
 *
 * <p>Accumulators are exact in int32. Thread-safe; inferences of several threads run at the same time.
 */
public final class EmulatedProgram {
    /** Of swapped payloads: models have random ones. */
    private static final AtomicLong TOKENS = new AtomicLong(Long.MIN_VALUE);

    private final Executable execution;
    private final Optional<Executable> caching;
    private final RelocatedProgram program;
    private final ChipParameters chip;
    private final WideContents.Parameters parameters;
    private final BoundProgram bound;
    private final long executionToken;
    private final long cachingToken;

    private EmulatedProgram(
            Executable execution,
            Optional<Executable> caching,
            RelocatedProgram program,
            ChipParameters chip,
            WideContents.Parameters parameters,
            BoundProgram bound,
            long executionToken,
            long cachingToken) {
        this.execution = execution;
        this.caching = caching;
        this.program = program;
        this.chip = chip;
        this.parameters = parameters;
        this.bound = bound;
        this.executionToken = executionToken;
        this.cachingToken = cachingToken;
    }

    /**
     * Loads a package for a chip.
     *
     * @param file the file that the package's ranges refer to; position and order are left alone
     * @throws UnsupportedProgramException the emulated chip does not know what the package would do; names instruction
     *     and offset
     * @throws BadInputException the package is damaged
     */
    public static EmulatedProgram load(EdgeTpuPackage compiled, ByteBuffer file, ChipParameters chip) {
        Executable execution = execution(compiled);
        Optional<Executable> caching = caching(compiled);
        check(execution);
        caching.ifPresent(EmulatedProgram::check);
        WideContents.Parameters parameters = new WideContents.Parameters(ParameterImage.EMPTY, new byte[0]);
        if (caching.isPresent()) {
            RelocatedProgram sent = RelocatedProgram.link(caching.get(), file, ParameterImage.EMPTY);
            parameters = new WideContents.Parameters(sent.linked().image(), chip.stored(sent.parameters()));
        }
        RelocatedProgram program = RelocatedProgram.link(execution, file, parameters.image());
        BoundProgram bound = new BoundProgram(program.linked(), chip, parameters.bytes(), program.parameters());
        program.requireDefinedOutputs(bound);
        return new EmulatedProgram(
                execution,
                caching,
                program,
                chip,
                parameters,
                bound,
                execution.token(),
                caching.map(Executable::token).orElse(0L));
    }

    /**
     * The same programs with another payload, under a token that nothing else has.
     *
     * @param payload as long as the one it has; not copied, must not change
     */
    EmulatedProgram withPayload(byte[] payload) {
        WideContents.Parameters other = new WideContents.Parameters(parameters.image(), payload);
        long token = TOKENS.incrementAndGet();
        return new EmulatedProgram(
                execution,
                caching,
                program,
                chip,
                other,
                new BoundProgram(program.linked(), chip, payload, program.parameters()),
                token,
                token);
    }

    static Executable execution(EdgeTpuPackage compiled) {
        return only(compiled, ExecutableType.EXECUTION_ONLY)
                .or(() -> only(compiled, ExecutableType.STAND_ALONE))
                .orElseThrow(() -> new UnsupportedProgramException("package " + compiled.index() + " at byte "
                        + compiled.range().start() + ": no executable that runs an inference among "
                        + compiled.executables().size()));
    }

    static Optional<Executable> caching(EdgeTpuPackage compiled) {
        return only(compiled, ExecutableType.PARAMETER_CACHING);
    }

    private static Optional<Executable> only(EdgeTpuPackage compiled, ExecutableType type) {
        List<Executable> found =
                compiled.executables().stream().filter(e -> e.type() == type).toList();
        if (found.size() > 1) {
            throw new UnsupportedProgramException("package " + compiled.index() + " at byte "
                    + compiled.range().start() + ": expected one " + type + " executable, found " + found.size());
        }
        return found.stream().findFirst();
    }

    /** Holds an executable to what the emulated chip can run, beside its instructions. */
    private static void check(Executable executable) {
        require(
                executable.chip().isEmpty() || executable.chip().equals(Executable.EDGE_TPU),
                executable,
                "chip",
                Executable.EDGE_TPU,
                Printable.name(executable.chip()));
        require(executable.batchSize() == 1, executable, "batch size", 1, executable.batchSize());
        require(executable.scratchBytes() >= 0, executable, "scratch bytes", "0 or more", executable.scratchBytes());
        require(!executable.useTpuDram(), executable, "parameters in the chip's DRAM", false, true);
        require(!executable.chunks().isEmpty(), executable, "instruction chunks", "some", "none");
    }

    private static void require(boolean met, Executable executable, String what, Object expected, Object found) {
        if (!met) {
            throw new UnsupportedProgramException(executable.type() + " executable at byte "
                    + executable.range().start() + ": " + what + ": expected " + expected + ", found " + found);
        }
    }

    /** The inputs in the program's order, sizes with and without padding. */
    public List<Layer> inputs() {
        return execution.inputLayers();
    }

    /** The outputs in the program's order, sizes with and without padding. */
    public List<Layer> outputs() {
        return execution.outputLayers();
    }

    /** What is left of the program that runs inferences. */
    public LinkedProgram linked() {
        return program.linked();
    }

    /** The chip it runs on. */
    public ChipParameters chip() {
        return chip;
    }

    /**
     * One inference in the chip's unsigned domain: the lowest byte's sign bit of signed elements inverted.
     *
     * @param in bytes of each input in the order of {@link #inputs()}, y, x, z, without padding
     * @return bytes of each output in the order of {@link #outputs()}, y, x, z, without padding
     * @throws IllegalArgumentException wrong number or length
     * @throws UnsupportedProgramException an accumulator leaves int32, or a clamp lets a result out of its range: what
     *     the chip does then is not known
     */
    public List<byte[]> run(List<byte[]> in) {
        return run(bound, in);
    }

    /** As {@link #run(List)}; the listener hears of every result of every op. */
    public List<byte[]> run(List<byte[]> in, InnerResults.Listener listener) {
        return program.run(bound, in, listener);
    }

    /** One inference of a program with one input and one output, into an array. */
    public void run(byte[] in, byte[] out) {
        byte[] result = run(List.of(in)).get(0);
        if (out.length != result.length) {
            throw new IllegalArgumentException(
                    "output " + Printable.name(outputs().get(0).name()) + ": expected " + result.length
                            + " bytes, found " + out.length);
        }
        System.arraycopy(result, 0, out, 0, out.length);
    }

    /** One inference with what the chip holds, which need not be this program's parameters. */
    List<byte[]> run(BoundProgram held, List<byte[]> in) {
        return program.run(held, in, null);
    }

    BoundProgram bound() {
        return bound;
    }

    /** The program with parameters that another one left in the chip. */
    BoundProgram boundTo(WideContents contents) {
        WideContents.Parameters held = contents.merged();
        LinkedProgram linked = program.linkedTo(held.image());
        BoundProgram other = new BoundProgram(linked, chip, held.bytes(), program.parameters());
        program.requireDefinedOutputs(other);
        return other;
    }

    /** Whether it relies on parameters sent before. */
    boolean cachesParameters() {
        return caching.isPresent();
    }

    /** What its PARAMETER_CACHING program brings into wide memory. */
    WideContents.Parameters parameters() {
        return parameters;
    }

    long executionToken() {
        return executionToken;
    }

    long cachingToken() {
        return cachingToken;
    }
}
