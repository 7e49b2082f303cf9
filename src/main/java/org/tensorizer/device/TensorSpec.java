package org.tensorizer.device;

import java.util.List;
import java.util.function.ToIntFunction;
import org.tensorizer.base.Printable;

/**
 * A tensor at the edge of a model, as the runtime reports it.
 *
 * @param name of the tensor in the model; made {@link Printable}, since it goes into records, messages and reports
 * @param type TFLite's name of the element type, such as {@code UINT8} or {@code INT8}
 * @param shape dimensions, outermost first
 * @param scale per-tensor scale, 0 where the tensor is not quantized
 * @param zeroPoint in the tensor's own domain (0 for a symmetric int8 tensor)
 * @param byteSize size of the whole tensor in bytes
 */
public record TensorSpec(String name, String type, List<Integer> shape, float scale, int zeroPoint, int byteSize) {
    public TensorSpec {
        name = Printable.name(name);
        shape = List.copyOf(shape);
    }

    /**
     * Holds a caller's tensors against those of a session.
     *
     * @param role {@code input} or {@code output}
     * @param bytes how many a tensor has
     * @throws IllegalArgumentException another number of tensors, or one of another size
     */
    public static <T> void requireSizes(
            String model, String role, List<TensorSpec> specs, List<T> tensors, ToIntFunction<T> bytes) {
        if (tensors.size() != specs.size()) {
            throw new IllegalArgumentException(
                    model + ": expected " + specs.size() + " " + role + "s, found " + tensors.size());
        }
        for (int i = 0; i < specs.size(); i++) {
            TensorSpec spec = specs.get(i);
            int found = bytes.applyAsInt(tensors.get(i));
            if (found != spec.byteSize) {
                throw new IllegalArgumentException(model + ": " + role + " " + i + ", " + spec.name + ": expected "
                        + spec.byteSize + " bytes, found " + found);
            }
        }
    }
}
