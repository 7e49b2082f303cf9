/**
 * An emulated Edge TPU. It executes the two instruction streams of a compiled Dense model: where a weight stands follows
 * from what the streams do with the payload, never from a layout formula, so that an experiment that compares the two
 * can fail. Nothing here saw the inside of a chip; the semantics are the ones under which all known programs execute
 * without contradiction and rewired programs give the predicted outputs.
 *
 * <p>Two steps. When a model is loaded, a {@link org.tensorizer.device.emulator.StreamInterpreter} executes both streams
 * with addresses in place of values: which payload bytes become the weights of which lane, from where each activation
 * comes. What contradicts itself, reads what nobody wrote, never becomes ready or is not understood ends there as an
 * {@link org.tensorizer.device.emulator.UnsupportedProgramException}. What is left is a plan, and an inference runs
 * nothing but the plan.
 */
package org.tensorizer.device.emulator;
