package org.tensorizer.device.emulator;

/** Arrays that kernels use for the time of one run, kept to be used again. */
final class Scratch {}
