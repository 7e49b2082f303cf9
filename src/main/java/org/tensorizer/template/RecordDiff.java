package org.tensorizer.template;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.tensorizer.base.ByteRange;

/**
 * Two records of facts compared component by component, into records, lists and optionals. Byte ranges are where
 * something stands, not what it says, and are passed over.
 */
final class RecordDiff {
    private final List<FieldDifference> differences = new ArrayList<>();

    private RecordDiff() {}

    static List<FieldDifference> of(String name, Object compiled, Object assembled) {
        RecordDiff diff = new RecordDiff();
        diff.compare(name, compiled, assembled);
        return diff.differences;
    }

    private void compare(String path, Object a, Object b) {
        if (a instanceof ByteRange || b instanceof ByteRange || Objects.equals(a, b)) {
            return;
        }
        if (a instanceof Optional<?> left && b instanceof Optional<?> right && left.isPresent() && right.isPresent()) {
            compare(path, left.get(), right.get());
        } else if (a instanceof List<?> left && b instanceof List<?> right) {
            lists(path, left, right);
        } else if (a instanceof Record && b != null && a.getClass() == b.getClass()) {
            for (RecordComponent component : a.getClass().getRecordComponents()) {
                String inner = path.isEmpty() ? component.getName() : path + "." + component.getName();
                compare(inner, value(component, a), value(component, b));
            }
        } else {
            differences.add(new FieldDifference(path, String.valueOf(a), String.valueOf(b)));
        }
    }

    private void lists(String path, List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            differences.add(new FieldDifference(path, left.size() + " entries", right.size() + " entries"));
        }
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            compare(path + "[" + i + "]", left.get(i), right.get(i));
        }
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
