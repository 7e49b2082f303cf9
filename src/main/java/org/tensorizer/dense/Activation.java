package org.tensorizer.dense;

/** Activation fused into the clamps of the tensor op. Likely, not firm, where it cuts the output range. */
public enum Activation {
    NONE,
    RELU,
    RELU6
}
