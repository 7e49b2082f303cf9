package org.tensorizer.recovery;

import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

/**
 * A model whose parameter payload can be replaced, on a device that runs it. This is everything a recovery may know: no
 * layout, no header, no encoding.
 */
public interface PayloadTarget {
    /** What messages call the model, usually its file name. */
    String name();

    /** The model's one input. */
    Activations input();

    /** The model's one output. */
    Activations output();

    /** The payload as the model came, a fresh copy. */
    byte[] payload();

    /** Name of the device, as {@code Device.name()} gives it. */
    String device();

    /** What kind of evidence the answers are. */
    Provenance provenance();

    /**
     * Loads the model with another payload, under a parameter-caching token of its own: two sessions never share
     * weights.
     *
     * @param payload as long as {@link #payload()}; not changed while the session lives
     * @throws org.tensorizer.device.DeviceFault if the device fails
     */
    Session open(byte[] payload);
}
