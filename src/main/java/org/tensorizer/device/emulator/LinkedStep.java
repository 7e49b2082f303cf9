package org.tensorizer.device.emulator;

import java.util.List;

/**
 * What a linked program does, in order, whatever its inputs and parameters are. Everything that only moves rows of wide
 * memory is gone: steps name the {@link RowBytes} they read.
 */
public sealed interface LinkedStep
        permits Operation,
                LinkedStep.Fetch,
                LinkedStep.Deliver,
                LinkedStep.Output,
                LinkedStep.Assemble,
                LinkedStep.ToWide,
                LinkedStep.ToNarrow,
                LinkedStep.MeshSend,
                LinkedStep.MeshReceive,
                LinkedStep.MeshFill,
                LinkedStep.Table,
                LinkedStep.Collect,
                LinkedStep.FromScalar,
                LinkedStep.Compute {
    /** The host's bytes enter the input stream. */
    record Fetch(Transfer transfer) implements LinkedStep {}

    /** A transfer to the host is complete. */
    record Deliver(Transfer transfer) implements LinkedStep {}

    /**
     * A packet goes to the host.
     *
     * @param row its bytes
     * @param bytes how many bytes the host gets; those beyond the row are padding
     * @param at where in the output stream
     */
    record Output(RowBytes row, int bytes, int at) implements LinkedStep {}

    /** Several rows are put together, one after the other, as one row of the arena. */
    record Assemble(RowBytes row, List<RowBytes> parts) implements LinkedStep {}

    /** 0x13: words {@code from} to {@code to} (exclusive) of its walk become a row of the arena. */
    record ToWide(ToWideMove move, int tile, int half, int from, int to, RowBytes row) implements LinkedStep {}

    /** 0x14: bytes of a row from {@code at} on go to words {@code from} to {@code to} of its walk. */
    record ToNarrow(ToNarrowMove move, int tile, int half, RowBytes row, int at, int from, int to)
            implements LinkedStep {}

    /** 0x15..0x18: words {@code from} to {@code to} of the source walk go into the mesh buffer, from word {@code at} on. */
    record MeshSend(MeshMove move, int tile, int half, int from, int to, int at) implements LinkedStep {}

    /** 0x15..0x18: words of the mesh buffer from {@code at} on go to words {@code from} to {@code to} of the destination. */
    record MeshReceive(MeshMove move, int tile, int half, int from, int to, int at) implements LinkedStep {}

    /** 0x15..0x18: words of the destination become the constant. */
    record MeshFill(MeshMove move, int tile, int half, int from, int to) implements LinkedStep {}

    /** 0x19: the function table of the ops that follow on the tile. */
    record Table(TableLoad load, int tile) implements LinkedStep {}

    /** 0x27 into scalar memory: words of a packet from word {@code at} on. */
    record Collect(RowBytes row, int words, int at) implements LinkedStep {}

    /** Words of scalar memory from {@code at} on become a row of the arena. */
    record FromScalar(RowBytes row, int at) implements LinkedStep {}

    /** Instructions of the scalar core that work on data; all of a program's from its first one on. */
    record Compute(List<ScalarInstruction> instructions) implements LinkedStep {}

    /**
     * An instruction of the scalar core as it was executed while linking.
     *
     * @param operand the immediate with its relocation applied
     * @param pushedTo where in the output stream a pushed word goes, -1 if none is
     * @param loadedFrom word of scalar memory that it loads, -1 if none
     * @param storedTo word of scalar memory that it writes, -1 if none
     */
    record ScalarInstruction(InstructionSite site, int operand, int pushedTo, int loadedFrom, int storedTo) {}
}
