/**
 * The instructions of the Edge TPU, and programs made of them.
 *
 * <p>{@link org.tensorizer.dense.InstructionSet} holds every known bit of every opcode once; an
 * {@link org.tensorizer.dense.InstructionStream} cuts a chunk into {@link org.tensorizer.dense.Instruction}s, the
 * {@link org.tensorizer.dense.Disassembler} prints them, {@link org.tensorizer.dense.StreamDiff} compares two chunks, and
 * {@link org.tensorizer.dense.DenseProgram} and {@link org.tensorizer.dense.ChainProgram} assemble them. What a program of a
 * shape rests on says {@link org.tensorizer.dense.ShapeStatus}.
 */
package org.tensorizer.dense;
