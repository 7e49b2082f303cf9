package org.tensorizer.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/**
 * Regions that must not share a byte: patching one would change the other. FlatBuffers themselves allow it, compilers
 * never do it.
 */
final class Disjoint {
    private Disjoint() {}

    /**
     * @param field what the regions are, for the message
     * @throws BadInputException if two of them overlap
     */
    static void check(CheckedBytes bytes, List<ByteRange> regions, String field) {
        List<ByteRange> sorted = new ArrayList<>(regions);
        sorted.removeIf(ByteRange::isEmpty);
        sorted.sort(Comparator.comparingInt(ByteRange::start));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).start() < sorted.get(i - 1).end()) {
                throw bytes.fault(
                        sorted.get(i).start(),
                        field,
                        "expected regions that do not overlap, found " + sorted.get(i - 1) + " and " + sorted.get(i));
            }
        }
    }
}
