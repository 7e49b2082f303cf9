package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.InnerResults;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
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

    private final LinkedPackage programs;
    private final ChipParameters chip;
    private final ParameterMemory.Sent parameters;
    private final BoundProgram bound;
    private final long executionToken;
    private final long cachingToken;

    private EmulatedProgram(
            LinkedPackage programs,
            ChipParameters chip,
            ParameterMemory.Sent parameters,
            long executionToken,
            long cachingToken) {
        this.programs = programs;
        this.chip = chip;
        this.parameters = parameters;
        this.executionToken = executionToken;
        this.cachingToken = cachingToken;
        bound = new BoundProgram(
                linked(), chip, parameters.bytes(), programs.running().parameters());
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
        check(LinkedPackage.execution(compiled));
        LinkedPackage.caching(compiled).ifPresent(EmulatedProgram::check);
        LinkedPackage programs = LinkedPackage.of(compiled, file);
        ParameterMemory.Sent parameters = programs.sending()
                .map(sent -> new ParameterMemory.Sent(sent.linked().image(), chip.stored(sent.parameters())))
                .orElse(ParameterMemory.Sent.NOTHING);
        EmulatedProgram program = new EmulatedProgram(
                programs,
                chip,
                parameters,
                programs.execution().token(),
                programs.caching().map(Executable::token).orElse(0L));
        programs.running().requireDefinedOutputs(program.bound);
        return program;
    }

    /**
     * The same programs with another payload, under a token that nothing else has.
     *
     * @param payload as long as the one it has; not copied, must not change
     */
    EmulatedProgram withPayload(byte[] payload) {
        long token = TOKENS.incrementAndGet();
        return new EmulatedProgram(programs, chip, new ParameterMemory.Sent(parameters.image(), payload), token, token);
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
        return programs.execution().inputLayers();
    }

    /** The outputs in the program's order, sizes with and without padding. */
    public List<Layer> outputs() {
        return programs.execution().outputLayers();
    }

    /** What is left of the program that runs inferences. */
    public LinkedProgram linked() {
        return programs.program();
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
        return programs.running().run(bound, in, listener);
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
        return programs.running().run(held, in, null);
    }

    BoundProgram bound() {
        return bound;
    }

    /** The program with parameters that another one left in the chip. */
    BoundProgram boundTo(ParameterMemory.Contents contents) {
        ParameterMemory.Sent held = contents.merged();
        LinkedProgram linked = programs.running().linkedTo(held.image());
        BoundProgram other =
                new BoundProgram(linked, chip, held.bytes(), programs.running().parameters());
        programs.running().requireDefinedOutputs(other);
        return other;
    }

    /** Whether it relies on parameters sent before. */
    boolean cachesParameters() {
        return programs.caching().isPresent();
    }

    /** What its PARAMETER_CACHING program brings into wide memory. */
    ParameterMemory.Sent parameters() {
        return parameters;
    }

    long executionToken() {
        return executionToken;
    }

    long cachingToken() {
        return cachingToken;
    }
}
