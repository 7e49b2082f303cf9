package org.tensorizer.device;

import java.util.Optional;
import org.tensorizer.model.TfliteModel;

/**
 * Something that runs .tflite models. One way in for silicon, emulator and CPU.
 *
 * <p>Thread safety: devices are; a session belongs to one thread at a time.
 */
public interface Device extends AutoCloseable {
    /** Stable name for reports and history: {@code emulator}, {@code cpu}, {@code usb:0}. */
    String name();

    Provenance provenance();

    /**
     * Loads a model and makes it ready to run.
     *
     * @throws DeviceFault if the device refuses the model, crashes or hangs
     * @throws org.tensorizer.base.BadInputException the model is none for this device
     */
    Session open(TfliteModel model);

    /**
     * {@link #open(TfliteModel)} for a model in memory.
     *
     * @param modelName how messages call the model, usually its file name
     * @param model a whole .tflite file; not copied and not to be changed while the session lives
     * @throws org.tensorizer.base.BadInputException it is no TFLite model, or none for this device
     */
    default Session open(String modelName, byte[] model) {
        return open(TfliteModel.parse(modelName, model));
    }

    /**
     * The same device for those who mean to load different payloads under one parameter-caching token, as an experiment
     * about that does; elsewhere it is an error. Not to be closed in addition to this one.
     */
    default Device allowingTokenReuse() {
        return this;
    }

    /**
     * Whether tokens decide if parameters are sent, as in libedgetpu; a driver that compares the parameters themselves says
     * no.
     */
    default boolean goesByTokens() {
        return true;
    }

    /** What programs compute inside, where the device can show that. */
    default Optional<InnerResults> innerResults() {
        return Optional.empty();
    }

    @Override
    default void close() {}
}
