package org.tensorizer.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.Executable.ExecutableType;

/**
 * What edgetpu_compiler made of a part of a model: the content of one {@code edgetpu-custom-op}. All ranges are absolute
 * in the file it was read from.
 *
 * @param index its number in the file
 * @param subgraph index of the subgraph that holds its operator; -1 if the package stands alone
 * @param operator index of the operator that holds it; -1 if the package stands alone
 * @param range its bytes
 * @param lengthField the FlexBuffer's length of it, absent if the package stands alone
 * @param chipVersion the operator's number of the chip it is for (18 in the Coral models seen), absent if not given
 * @param minRuntimeVersion oldest runtime that can run it; libedgetpu refuses packages above its own version
 * @param compilerVersion as the compiler wrote it, empty if not given
 * @param virtualChipId 0 for one chip, -1 for several
 * @param modelIdentifier empty if not given
 * @param keypairVersion version of the key the package is signed with
 * @param signature bytes of the signature, empty if there is none
 * @param multiExecutable bytes of the multi-executable
 * @param executables in the order of the multi-executable's list, which need not be the order in the file
 * @param multiChipPackages packages of the single chips, where the package is for several; not read further
 */
public record EdgeTpuPackage(
        int index,
        int subgraph,
        int operator,
        ByteRange range,
        Optional<ByteRange> lengthField,
        OptionalInt chipVersion,
        int minRuntimeVersion,
        String compilerVersion,
        int virtualChipId,
        String modelIdentifier,
        int keypairVersion,
        ByteRange signature,
        ByteRange multiExecutable,
        List<Executable> executables,
        List<ByteRange> multiChipPackages) {
    public EdgeTpuPackage {
        executables = List.copyOf(executables);
        multiChipPackages = List.copyOf(multiChipPackages);
    }

    /**
     * Reads a package that stands alone in a file (identifier {@code DWN1}).
     *
     * @param name name of the file for messages
     * @param bytes the whole file; not copied, must not change
     * @throws BadInputException if it is no package
     */
    public static EdgeTpuPackage parse(String name, byte[] bytes) {
        CheckedBytes checked = new CheckedBytes(name, bytes);
        if (FileKind.of(bytes) == FileKind.TFLITE) {
            throw checked.fault(4, "file identifier", "expected a package, found " + FileKind.describe(bytes));
        }
        return new PackageReader(checked).read(0, -1, -1, PackageReader.Entry.alone(checked));
    }

    /**
     * The one EXECUTION_ONLY executable.
     *
     * @throws BadInputException if there is none or several
     */
    public Executable executionOnly() {
        return only(ExecutableType.EXECUTION_ONLY);
    }

    /**
     * The one PARAMETER_CACHING executable.
     *
     * @throws BadInputException if there is none or several
     */
    public Executable parameterCaching() {
        return only(ExecutableType.PARAMETER_CACHING);
    }

    /** The first EXECUTION_ONLY executable, if there is one. */
    public Optional<Executable> findExecutionOnly() {
        return of(ExecutableType.EXECUTION_ONLY).stream().findFirst();
    }

    /** The first PARAMETER_CACHING executable, if there is one. */
    public Optional<Executable> findParameterCaching() {
        return of(ExecutableType.PARAMETER_CACHING).stream().findFirst();
    }

    private List<Executable> of(ExecutableType type) {
        return executables.stream().filter(e -> e.type() == type).toList();
    }

    private Executable only(ExecutableType type) {
        List<Executable> found = of(type);
        if (found.size() != 1) {
            throw new BadInputException("package " + index + " at byte " + range.start() + ": expected one " + type
                    + " executable, found " + found.size() + " among " + executables.size());
        }
        return found.get(0);
    }
}
