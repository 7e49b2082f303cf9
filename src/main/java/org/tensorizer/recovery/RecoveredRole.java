package org.tensorizer.recovery;

/** What a payload byte turned out to be. */
public sealed interface RecoveredRole {
    /** Weight W[out][in]. */
    record Weight(int out, int in) implements RecoveredRole {}

    /** Byte {@code index} (0 lowest) of the float32 that multiplies everything output {@code out} adds up. */
    record Scale(int out, int index) implements RecoveredRole {}

    /** Byte {@code index} (0 lowest) of the int32 added to the accumulator of output {@code out}. */
    record Bias(int out, int index) implements RecoveredRole {}

    /** Byte {@code index} (0 lowest) of the int32 taken off every weight of output {@code out}. */
    record ZeroPoint(int out, int index) implements RecoveredRole {}

    /** Changing it changed no output. */
    record Unused() implements RecoveredRole {}

    /** No experiment of the recovery decided what it is. */
    record Unknown() implements RecoveredRole {}
}
