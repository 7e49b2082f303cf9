package org.tensorizer.dense;

import java.util.List;
import java.util.Optional;

/**
 * The fields of one nest of loops over addresses, innermost loop first. Loop j runs limit j + 1 times; when it steps,
 * stride j is added once to the current address, nothing is reset. Active loops move on, the others repeat: their stride
 * leads back over what the inner loops covered.
 *
 * @param name what is walked, such as {@code rows}; prefix of the names of its fields
 * @param base first address, empty where the walk has none
 * @param strides signed steps, one a loop
 * @param limits count - 1, one a loop
 * @param active one bit a loop, empty where no such field is known
 */
public record Walk(String name, Optional<Field> base, List<Field> strides, List<Field> limits, Optional<Field> active) {
    public Walk {
        strides = List.copyOf(strides);
        limits = List.copyOf(limits);
    }

    public int loops() {
        return strides.size();
    }
}
