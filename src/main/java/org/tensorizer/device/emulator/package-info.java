/**
 * An emulated Edge TPU. It executes the instruction streams of any compiled network: where a weight stands and what is
 * computed follows from decoded fields alone, never from a layout formula, so that an experiment that compares the two can
 * fail. Nothing here saw the inside of a chip; the semantics are the ones under which whole public networks execute without
 * contradiction and give what TFLite gives, and rewired programs give the predicted outputs.
 *
 * <p>Three steps. {@link org.tensorizer.device.emulator.Linker} executes a program without data: the scalar core with its
 * loops, queues, counters, waits, windows and fences. Rows of wide memory are values there, named by where their bytes came
 * from, so what only moves them leaves nothing behind; what is left is a {@link
 * org.tensorizer.device.emulator.LinkedProgram}, a list of {@link org.tensorizer.device.emulator.LinkedStep steps}. What
 * contradicts itself, never becomes ready or is not understood ends there as an {@link
 * org.tensorizer.device.emulator.UnsupportedProgramException}. Binding puts parameters in their place and marks which bytes
 * are defined. An inference then runs kernels over the steps, with nothing to decide any more.
 */
package org.tensorizer.device.emulator;
