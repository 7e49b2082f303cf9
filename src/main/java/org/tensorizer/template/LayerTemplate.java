package org.tensorizer.template;

import org.tensorizer.model.TensorDomain;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedLayer;

/**
 * A compiled model of one layer whose weights W[out][ky][kx][in] one may replace: where they stand, and what the layer must
 * answer. Implementations are immutable and safe for many threads.
 */
public interface LayerTemplate {
    /** How messages call the model, usually its file. */
    String name();

    /** The model and the layer in it, ready to be patched. */
    PatchTarget target();

    /** How the kernel lies on the image. */
    KernelWindow window();

    /** What the bytes of the input tensor mean. */
    TensorDomain inputDomain();

    /** What the bytes of the output tensor mean. */
    TensorDomain outputDomain();

    /**
     * What the layer must answer, by exact integer arithmetic.
     *
     * @param input one inference's bytes in the tensor's own domain, rows of pixels of channels
     * @return the output's bytes likewise
     */
    byte[] expected(byte[] input);

    /** Where the weights stand. */
    default PatchedLayer layer() {
        return target().layer().orElseThrow();
    }
}
