package org.tensorizer.dense;

/**
 * Writes a nest of loops into the fields of a {@link Walk}, innermost first, and keeps account of where it ends, so
 * that repeating loops lead back.
 *
 * <pre>{@code
 * Loops.of(instruction, "words").base(64).move(1, 16).repeat(2).done();   // 64 .. 79, twice
 * }</pre>
 */
final class Loops {
    private final Instruction instruction;
    private final Walk walk;
    private int loop;
    private int active;
    private long end;

    private Loops(Instruction instruction, String name) {
        this.instruction = instruction;
        walk = InstructionSet.walk(instruction.opcode(), name);
    }

    static Loops of(Instruction instruction, String walk) {
        return new Loops(instruction, walk);
    }

    Loops base(long address) {
        instruction.set(walk.base().orElseThrow(), address);
        return this;
    }

    /** An active loop of {@code count} passes. */
    Loops move(long stride, long count) {
        active |= 1 << loop;
        return loop(stride, count);
    }

    /** A loop that is there but never steps: a walk of one address is inactive in most instructions. */
    Loops idle(long stride) {
        return loop(stride, 1);
    }

    /** An inactive loop: everything so far, {@code count} times. */
    Loops repeat(long count) {
        return loop(-end, count);
    }

    private Loops loop(long stride, long count) {
        instruction.set(walk.strides().get(loop), stride);
        instruction.set(walk.limits().get(loop), count - 1);
        end = end * count + stride * (count - 1);
        loop++;
        return this;
    }

    /** The loops that are left lead back and run once. Without this they keep stride 0, as the accumulator walk has it. */
    void done() {
        while (loop < walk.loops()) {
            repeat(1);
        }
        walk.active().ifPresent(field -> instruction.set(field, active));
    }
}
