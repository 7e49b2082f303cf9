package org.tensorizer.device;

import java.util.List;
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
}
