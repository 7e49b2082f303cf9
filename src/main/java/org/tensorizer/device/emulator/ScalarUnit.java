package org.tensorizer.device.emulator;

import java.util.Arrays;
import org.tensorizer.isa.Chip;

/** Scalar core and scalar memory during an inference: what linking left to them because it depends on data. */
final class ScalarUnit implements ScalarCore.Port {
    private final byte[] output;
    private final int[] memory = new int[Chip.SCALAR_WORDS];
    private ScalarCore core = new ScalarCore(this);
    private int pushedTo;
    private boolean used;

    /** @param output the output stream, which words are pushed into */
    ScalarUnit(byte[] output) {
        this.output = output;
    }

    /** Before another inference. */
    void reset() {
        if (used) {
            Arrays.fill(memory, 0);
            core = new ScalarCore(this);
            used = false;
        }
    }

    void run(Step.Compute compute) {
        used = true;
        for (Step.ScalarInstruction instruction : compute.instructions()) {
            pushedTo = instruction.pushedTo();
            core.execute(instruction.site(), instruction.operand());
        }
    }

    /** A packet arrives; bytes behind its end are 0. */
    void collect(byte[] bytes, RowBytes packet, int words, int at) {
        used = true;
        for (int k = 0; k < words; k++) {
            int word = 0;
            for (int b = 0; b < Chip.WORD_BYTES; b++) {
                int from = k * Chip.WORD_BYTES + b;
                word |= from < packet.length() ? (bytes[packet.offset() + from] & 0xff) << 8 * b : 0;
            }
            memory[at + k] = word;
        }
    }

    /** Copies words into a row. */
    void row(int at, byte[] into, int offset, int bytes) {
        for (int k = 0; k < bytes / Chip.WORD_BYTES; k++) {
            Words.put(into, offset + k * Chip.WORD_BYTES, memory[at + k]);
        }
    }

    @Override
    public Integer load(InstructionSite by, int at) {
        return memory[at];
    }

    @Override
    public void store(InstructionSite by, int at, Integer value) {
        memory[at] = value;
    }

    @Override
    public void push(InstructionSite by, Integer value) {
        Words.put(output, pushedTo, value);
    }

    /** Linking has taken care of descriptors. */
    @Override
    public void submit(InstructionSite by, long address, int size, int kind) {}
}
