package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer;

/**
 * The programs of a package with their order of events resolved, and where their transfers lie, for those who follow steps
 * with something else than bytes. Immutable, thread-safe.
 */
public final class LinkedPackage {
    private final Executable execution;
    private final RelocatedProgram program;
    private final Optional<Executable> caching;
    private final Optional<RelocatedProgram> sent;

    private LinkedPackage(
            Executable execution,
            RelocatedProgram program,
            Optional<Executable> caching,
            Optional<RelocatedProgram> sent) {
        this.execution = execution;
        this.program = program;
        this.caching = caching;
        this.sent = sent;
    }

    /**
     * Links the programs of a package. Errors as {@link EmulatedProgram#load}.
     *
     * @param file the file that the package's ranges refer to
     */
    public static LinkedPackage of(EdgeTpuPackage compiled, ByteBuffer file) {
        Executable execution = execution(compiled);
        Optional<Executable> caching = caching(compiled);
        Optional<RelocatedProgram> sent = caching.map(each -> RelocatedProgram.link(each, file, ParameterImage.EMPTY));
        ParameterImage image = sent.map(each -> each.linked().image()).orElse(ParameterImage.EMPTY);
        return new LinkedPackage(execution, RelocatedProgram.link(execution, file, image), caching, sent);
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

    /** The executable that runs inferences. */
    public Executable execution() {
        return execution;
    }

    /** The executable that sends parameters before, if there is one. */
    public Optional<Executable> caching() {
        return caching;
    }

    /** The program that runs inferences. */
    public LinkedProgram program() {
        return program.linked();
    }

    RelocatedProgram running() {
        return program;
    }

    Optional<RelocatedProgram> sending() {
        return sent;
    }

    /** Where its transfers lie, by their number. */
    public List<Transfer.Place> places() {
        return program.hostPlaces();
    }

    /** The program that sends parameters. */
    public Optional<LinkedProgram> cachingProgram() {
        return sent.map(RelocatedProgram::linked);
    }

    /** Where its transfers lie, by their number; empty if there is no such program. */
    public List<Transfer.Place> cachingPlaces() {
        return sent.map(RelocatedProgram::hostPlaces).orElse(List.of());
    }

    /**
     * Where the bytes of an output stand among those that the device sends: for each byte of the tensor [y][x][z] its
     * offset there.
     */
    public static int[] order(Layer layer) {
        return OutputOrder.offsets(layer);
    }
}
