package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.tensorizer.isa.Chip;

/**
 * Collects the steps of a program while it is linked, and gives out room in the arena and the mesh buffer. Ops that other
 * ops stand between on other tiles are put together: between two calls of {@link #flush} they do not depend on each other.
 */
final class StepRecorder {
    private final List<LinkedStep> steps = new ArrayList<>();
    private final List<Operation> pending = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final List<Integer> freed = new ArrayList<>();
    private int slots;
    private int meshWords;
    private int meshEnd;

    /** Appends a step. */
    void add(LinkedStep step) {
        flush();
        free.addAll(freed); // not before: ops that are joined must not find their rows overwritten
        freed.clear();
        if (!steps.isEmpty()
                && step instanceof LinkedStep.MeshSend next
                && steps.get(steps.size() - 1) instanceof LinkedStep.MeshSend last
                && last.move() == next.move()
                && last.tile() == next.tile()
                && last.to() == next.from()
                && last.half() == next.half()
                && last.at() + last.to() - last.from() == next.at()) {
            steps.set(
                    steps.size() - 1,
                    new LinkedStep.MeshSend(last.move(), last.tile(), last.half(), last.from(), next.to(), last.at()));
            return;
        }
        steps.add(step);
    }

    /** Takes sections of an op, to be joined with those of other tiles. */
    void addOperation(Operation operation) {
        for (Operation other : pending) {
            if (other.isSame(operation)) {
                other.add(operation.tile(0), operation.operand(0));
                return;
            }
        }
        pending.add(operation);
    }

    /** Ends a round in which ops ran: those that were taken become steps, or parts of steps. */
    void flush() {
        for (Operation operation : pending) {
            if (!extendsEarlier(operation)) {
                steps.add(operation);
            }
        }
        pending.clear();
    }

    /** Joins sections with those before them of the same execution, if nothing but ops of other tiles lies between. */
    private boolean extendsEarlier(Operation operation) {
        for (int at = steps.size() - 1; at >= 0 && steps.get(at) instanceof Operation earlier; at--) {
            if (earlier.extend(operation)) {
                return true;
            }
            if (!Collections.disjoint(earlier.tiles(), operation.tiles())) {
                return false;
            }
        }
        return false;
    }

    /** A new row of the arena. */
    RowBytes newRow(int bytes) {
        int slot = free.isEmpty() ? slots++ : free.pop();
        return RowBytes.of(RowBytes.Source.ARENA, slot * Chip.ROW_BYTES, bytes);
    }

    /** A place of a row is given up. */
    void release(RowBytes row) {
        if (row != null && row.release()) {
            freed.add(row.whole().offset() / Chip.ROW_BYTES);
        }
    }

    /** Room for words on their way through the mesh. */
    int meshRoom(int words) {
        int at = meshEnd;
        meshEnd += words;
        meshWords = Math.max(meshWords, meshEnd);
        return at;
    }

    /** Nothing is on its way through the mesh. */
    void meshIsEmpty() {
        meshEnd = 0;
    }

    List<LinkedStep> steps() {
        flush();
        return List.copyOf(steps);
    }

    int arenaBytes() {
        return slots * Chip.ROW_BYTES;
    }

    int meshBytes() {
        return meshWords * Chip.WORD_BYTES;
    }
}
