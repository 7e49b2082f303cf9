package org.tensorizer.device.tflite;

import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;

/**
 * TFLite's own kernels on this machine's processor, one thread, without XNNPACK: the oracle for uncompiled models.
 * Refuses a compiled one. Thread safety: yes.
 *
 * <p>A damaged model of Dense or convolution layers is refused or runs; 32,000 damaged copies of four models showed no
 * third outcome. TFLite's LSTM kernels trust what such a model says: of 16,000 damaged copies of one 20 ended the process;
 * 17 of them read what nothing gives and are refused since, 3 (a tensor of another type, shape or rank) still end it. A
 * model from a source that is not trusted belongs into a process of its own, {@code -Dtensorizer.isolation=process}.
 */
public final class CpuDevice implements Device {
    private static final String NAME = "cpu";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Provenance provenance() {
        return Provenance.CPU;
    }

    /** @throws org.tensorizer.base.BadInputException no valid model, or one compiled for the Edge TPU */
    @Override
    public Session open(TfliteModel model) {
        return TfliteSession.open(model, TfliteSession.Options.builtin(NAME));
    }

    @Override
    public String toString() {
        return NAME;
    }
}
