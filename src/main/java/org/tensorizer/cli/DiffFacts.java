package org.tensorizer.cli;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.isa.StreamDiff;

/** A comparison of two instruction streams under its JSON names. */
final class DiffFacts {
    private DiffFacts() {}

    static Facts of(StreamDiff diff) {
        List<Facts> entries = new ArrayList<>();
        for (StreamDiff.Entry entry : diff.entries()) {
            Facts facts = new Facts().put("left", entry.left()).put("right", entry.right());
            if (entry instanceof StreamDiff.Changed changed) {
                facts.put("change", "changed")
                        .put("opcode", changed.opcode())
                        .put(
                                "fields",
                                changed.changes().stream()
                                        .map(field -> new Facts()
                                                .put("field", field.name())
                                                .put("left", field.left())
                                                .put("right", field.right()))
                                        .toList());
            } else if (entry instanceof StreamDiff.Inserted inserted) {
                facts.put("change", "inserted")
                        .put("opcode", inserted.instruction().opcode());
            } else if (entry instanceof StreamDiff.Removed removed) {
                facts.put("change", "removed")
                        .put("opcode", removed.instruction().opcode());
            }
            entries.add(facts);
        }
        return new Facts()
                .put("identical", diff.isIdentical())
                .put("changed_fields", diff.changedFields())
                .put("entries", entries);
    }
}
