/**
 * The instruction set of the Edge TPU: every bit once, in the file of its opcode family.
 *
 * <p>{@link org.tensorizer.isa.InstructionStream} cuts a chunk into {@link org.tensorizer.isa.Instruction}s;
 * {@link org.tensorizer.isa.Field}, {@link org.tensorizer.isa.Walk}, {@link org.tensorizer.isa.Waits} and
 * {@link org.tensorizer.isa.Signal} read and write what they hold; {@link org.tensorizer.isa.Disassembler} prints them,
 * {@link org.tensorizer.isa.StreamDiff} compares two chunks, {@link org.tensorizer.isa.ProgramBuilder} puts a program
 * together. The geometry of the chip stands in {@link org.tensorizer.isa.Chip}, its counters in
 * {@link org.tensorizer.isa.TileCounter} and {@link org.tensorizer.isa.ScalarCounter}.
 *
 * <p><b>To add an opcode</b>:
 *
 * <ol>
 *   <li>Write its class here, as {@link org.tensorizer.isa.Repeat} is written: {@code SEMANTICS}, a sentence;
 *       {@code TABLE = new FieldTable(bundles)}, with {@code TileInstruction.TABLE} behind the bundles if tiles execute it;
 *       a constant for each field, walk, group of waits and signal, each with its bit, meaning and {@code Fact}.
 *   <li>Name it in {@link org.tensorizer.isa.Opcode}: code, unit, table, semantics. One line. Framing, listing, comparison,
 *       assembling, the reference page and the tests of the instruction set now know it.
 *   <li>Execute it: in {@code device.emulator}, the class of its unit; one line where units are chosen.
 * </ol>
 *
 * <p>Nothing else knows how many opcodes there are. A field refuses instructions of other families, so that a typing error
 * does not compile and a mix-up does not run.
 */
package org.tensorizer.isa;
