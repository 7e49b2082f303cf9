/**
 * The instructions of the Edge TPU, and programs made of them.
 *
 * <p>{@link org.tensorizer.isa.InstructionSet} holds every known bit of every opcode once; an
 * {@link org.tensorizer.isa.InstructionStream} cuts a chunk into {@link org.tensorizer.isa.Instruction}s, the
 * {@link org.tensorizer.isa.Disassembler} prints them, {@link org.tensorizer.isa.StreamDiff} compares two chunks, and
 * {@link org.tensorizer.isa.DenseProgram} and {@link org.tensorizer.isa.ChainProgram} assemble them. What a program of a
 * shape rests on says {@link org.tensorizer.isa.ShapeStatus}.
 */
package org.tensorizer.isa;
