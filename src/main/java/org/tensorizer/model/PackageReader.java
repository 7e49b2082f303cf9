package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.ByteRange;

/** Reads a package and its multi-executable by the slots of {@code executable.fbs}. */
final class PackageReader {
    private final CheckedBytes bytes;

    PackageReader(CheckedBytes bytes) {
        this.bytes = bytes;
    }

    /** A package in the options of a custom op. */
    EdgeTpuPackage read(int index, int subgraph, int operator, CustomOpOptions.Entry entry) {
        FlatTable table = FlatTable.root(bytes, entry.range(), "Package");
        List<ByteRange> singleChips = new ArrayList<>();
        for (FlatTable chip : table.tables(6, "multi_chip_package", "SerializedPackage")) {
            singleChips.add(chip.bytes(0, "serialized_package"));
        }
        Optional<ByteRange> offset = table.field(1, 4, "serialized_multi_executable");
        if (offset.isEmpty() && singleChips.isEmpty()) {
            throw bytes.fault(
                    table.position(), "Package.serialized_multi_executable", "expected executables, found none");
        }
        ByteRange multiExecutable = table.bytes(1, "serialized_multi_executable");
        return new EdgeTpuPackage(
                index,
                subgraph,
                operator,
                entry.range(),
                entry.lengthField(),
                entry.chip(),
                table.int32(0, "min_runtime_version"),
                table.text(4, "compiler_version"),
                table.int32(5, "virtual_chip_id"),
                table.text(7, "model_identifier"),
                table.int32(3, "keypair_version"),
                table.bytes(2, "signature"),
                multiExecutable,
                offset.isEmpty() ? List.of() : multiExecutable(multiExecutable),
                singleChips);
    }

    List<Executable> multiExecutable(ByteRange region) {
        FlatTable table = FlatTable.root(bytes, region, "MultiExecutable");
        List<ByteRange> ranges = table.strings(0, "serialized_executables");
        if (ranges.isEmpty()) {
            throw bytes.fault(
                    table.position(),
                    "MultiExecutable.serialized_executables",
                    "expected at least one executable, found none");
        }
        Disjoint.check(bytes, ranges, "MultiExecutable.serialized_executables");
        List<Executable> executables = new ArrayList<>(ranges.size());
        for (ByteRange range : ranges) {
            executables.add(new ExecutableReader(bytes).read(executables.size(), range));
        }
        return executables;
    }
}
