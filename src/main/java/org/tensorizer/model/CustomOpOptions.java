package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorizer.base.ByteRange;

/**
 * The options of one {@code edgetpu-custom-op}: a FlexBuffer map. Key 4 is the package, 6 the chips, 7 further packages,
 * one for each further chip; libedgetpu looks at 7 only where 6 is there, and so do we. Source: libedgetpu's public
 * reader, and the models in hand.
 */
final class CustomOpOptions {
    private static final char PACKAGE = '4';
    private static final char CHIPS = '6';
    private static final char FURTHER_PACKAGES = '7';

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

    private CustomOpOptions() {}

    static List<Entry> read(CheckedBytes bytes, ByteRange options) {
        FlexBufferMap map = new FlexBufferMap(bytes, options, "custom_options");
        FlexBufferMap.Value first = map.find(PACKAGE)
                .orElseThrow(() -> bytes.fault(
                        options.start(), "custom_options", "expected a FlexBuffer map with a package under key 4"));
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
