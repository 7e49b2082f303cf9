package org.tensorizer.device.compare;

/**
 * What the second device is given in place of the first one's model: the same bytes as a rule. Between an Edge TPU and
 * TFLite's own kernels it is the uncompiled source of the compiled model.
 */
@FunctionalInterface
public interface SecondModel {
    /** The same bytes. */
    SecondModel SAME = (name, model) -> model;

    /**
     * @param name as messages call the model
     * @param model a whole .tflite file, not to be changed
     * @throws org.tensorizer.base.BadInputException there is no such model for the second device; its inferences are
     *     counted as not compared, with this message
     */
    byte[] of(String name, byte[] model);
}
