package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorizer.base.ByteRange;

/** Reads a package and its multi-executable by the slots of {@code executable.fbs}. */
final class PackageReader {
    private static final char PACKAGE = '4';
    private static final char CHIPS = '6';
    private static final char FURTHER_PACKAGES = '7';

    private final CheckedBytes bytes;

    PackageReader(CheckedBytes bytes) {
        this.bytes = bytes;
    }

    /** A package in the options of a custom op. */
    EdgeTpuPackage read(int index, int subgraph, int operator, Entry entry) {
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
        bytes.checkDisjoint(ranges, "MultiExecutable.serialized_executables");
        List<Executable> executables = new ArrayList<>(ranges.size());
        for (ByteRange range : ranges) {
            executables.add(new ExecutableReader(bytes).read(executables.size(), range));
        }
        return executables;
    }

    /**
     * A package in the options.
     *
     * @param range its bytes
     * @param lengthField the length in front of it
     * @param chip the chip it is for
     */
    record Entry(ByteRange range, Optional<ByteRange> lengthField, OptionalInt chip) {
        /** A package that fills a file of its own. */
        static Entry alone(CheckedBytes bytes) {
            return new Entry(bytes.all(), Optional.empty(), OptionalInt.empty());
        }
    }

    /**
     * The options of one {@code edgetpu-custom-op}: a FlexBuffer map. Key 4 is the package, 6 the chips, 7 further packages,
     * one for each further chip; libedgetpu looks at 7 only where 6 is there, and so do we. Source: libedgetpu's public
     * reader, and the models in hand.
     */
    List<Entry> packages(ByteRange options) {
        FlexBufferMap map = new FlexBufferMap(bytes, options, "custom_options");
        FlexBufferMap.Value first = map.find(PACKAGE)
                .orElseThrow(() -> bytes.fault(
                        options.start(),
                        "custom_options",
                        "expected a FlexBuffer map with a package under key 4; a model"
                                + " compiled in 2019, before there were packages, has to be compiled again"));
        List<FlexBufferMap.Value> packages = new ArrayList<>(List.of(first));
        List<FlexBufferMap.Value> chips = elements(map, CHIPS);
        if (!chips.isEmpty()) {
            packages.addAll(elements(map, FURTHER_PACKAGES));
            if (packages.size() != chips.size()) {
                throw bytes.fault(
                        options.start(),
                        "custom_options",
                        "expected as many packages (keys 4 and 7) as chips (key 6), found " + packages.size() + " and "
                                + chips.size());
            }
        }
        List<Entry> entries = new ArrayList<>(packages.size());
        for (int i = 0; i < packages.size(); i++) {
            String field = "custom_options package " + i;
            OptionalInt chip =
                    chips.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) map.number(chips.get(i), field));
            entries.add(new Entry(
                    map.content(packages.get(i), field), Optional.of(map.lengthField(packages.get(i), field)), chip));
        }
        return entries;
    }

    private static List<FlexBufferMap.Value> elements(FlexBufferMap map, char key) {
        Optional<FlexBufferMap.Value> value = map.find(key);
        return value.isEmpty() ? List.of() : map.elements(value.get(), "custom_options key " + key);
    }
}
