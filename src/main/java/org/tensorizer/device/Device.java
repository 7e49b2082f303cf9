package org.tensorizer.device;

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
     * @param modelName how messages call the model, usually its file name
     * @param model a whole .tflite file; not copied before it is handed on and not to be changed while the session lives
     * @throws DeviceFault if the device refuses the model, crashes or hangs
     */
    Session open(String modelName, byte[] model);

    /**
     * The same device for those who mean to load different payloads under one parameter-caching token, as an experiment
     * about that does; elsewhere it is an error. Not to be closed in addition to this one.
     */
    default Device allowingTokenReuse() {
        return this;
    }

    @Override
    default void close() {}
}
