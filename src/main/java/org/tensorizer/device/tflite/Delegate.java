package org.tensorizer.device.tflite;

/** A TFLite delegate owned by a session: attached at open, freed after the interpreter, never before. */
public interface Delegate extends AutoCloseable {
    /** Address of the {@code TfLiteDelegate}, never 0. */
    long address();

    /** Frees the delegate. Called once, when no interpreter uses it any more. */
    @Override
    void close();
}
