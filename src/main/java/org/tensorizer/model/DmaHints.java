package org.tensorizer.model;

import java.util.List;

/**
 * The transfers of an executable.
 *
 * @param fullyDeterministic the hints are all there is; libedgetpu refuses to run over USB without
 * @param hints in the order in which they take place
 */
public record DmaHints(boolean fullyDeterministic, List<DmaHint> hints) {
    public DmaHints {
        hints = List.copyOf(hints);
    }
}
