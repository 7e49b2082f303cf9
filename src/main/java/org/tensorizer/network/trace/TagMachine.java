package org.tensorizer.network.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.Printable;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.LinkedStep;
import org.tensorizer.device.emulator.Operation;
import org.tensorizer.device.emulator.Transfer;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Scalar;
import org.tensorizer.model.Relocation;

/** Follows the steps of a linked program on tags. Used once. */
final class TagMachine {
    private final LinkedProgram program;
    private final List<Transfer.Place> places;
    private final Map<String, int[]> inputs;
    private final Map<String, int[]> outputs = new HashMap<>();
    private final TagMemory memory;
    private final Map<Long, OpTrace> open = new LinkedHashMap<>();
    private final List<OpTrace> done = new ArrayList<>();
    private final int[][] registers = new int[Chip.SCALAR_REGISTERS][];
    private int[] scratch = {};

    /**
     * @param places where each transfer of the program lies
     * @param inputs tags of the bytes of each input
     */
    TagMachine(LinkedProgram program, List<Transfer.Place> places, Map<String, int[]> inputs, TagMemory memory) {
        this.program = program;
        this.places = places;
        this.inputs = inputs;
        this.memory = memory;
    }

    /** Runs the program. */
    void run() {
        for (LinkedStep step : program.steps()) {
            if (step instanceof Operation operation) {
                for (int index = 0; index < operation.width(); index++) {
                    operate(operation, index);
                }
            } else {
                move(step);
            }
        }
    }

    private void operate(Operation operation, int index) {
        long key = (long) operation.run() << 8 | operation.tile(index);
        OpTrace trace = open.get(key);
        if (trace == null) {
            trace = OpTrace.of(memory, operation, index, done.size() + open.size());
            open.put(key, trace);
        }
        trace.run(operation, index);
        if (operation.to() == operation.op().shape().steps()) {
            open.remove(key);
            done.add(trace);
        }
    }

    /** What ops read, in the order in which they began. */
    List<OpRecord> records() {
        return done.stream()
                .sorted((a, b) -> Integer.compare(a.number, b.number))
                .map(OpTrace::record)
                .toList();
    }

    /** Tags of the bytes of an output as the device sends them. */
    int[] output(String name) {
        int[] found = outputs.get(name);
        if (found == null) {
            throw new TraceException("the program writes nothing to output " + Printable.name(name));
        }
        return found;
    }

    private void move(LinkedStep step) {
        if (step instanceof LinkedStep.ToNarrow move) {
            toNarrow(move);
        } else if (step instanceof LinkedStep.ToWide move) {
            toWide(move);
        } else if (step instanceof LinkedStep.MeshSend move) {
            int[] words = move.move().source().addresses(move.half());
            int[] from = memory.narrow[move.tile()];
            for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
                System.arraycopy(from, 4 * words[k], memory.mesh, at, 4);
            }
        } else if (step instanceof LinkedStep.MeshReceive move) {
            int[] words = move.move().destination().addresses(move.half());
            int[] to = memory.narrow[move.tile()];
            for (int k = move.from(), at = 4 * move.at(); k < move.to(); k++, at += 4) {
                System.arraycopy(memory.mesh, at, to, 4 * words[k], 4);
            }
        } else if (step instanceof LinkedStep.MeshFill fill) {
            fill(fill);
        } else if (step instanceof LinkedStep.Output out) {
            memory.copy(out.row(), memory.output, out.at(), out.bytes());
        } else if (step instanceof LinkedStep.Fetch fetch) {
            fetch(fetch.transfer());
        } else if (step instanceof LinkedStep.Deliver deliver) {
            deliver(deliver.transfer());
        } else if (step instanceof LinkedStep.Assemble assemble) {
            int at = assemble.row().offset();
            for (var part : assemble.parts()) {
                memory.copy(part, memory.arena, at, part.length());
                at += part.length();
            }
        } else if (step instanceof LinkedStep.Collect collect) {
            memory.copy(collect.row(), memory.scalar, 4 * collect.at(), 4 * collect.words());
        } else if (step instanceof LinkedStep.FromScalar from) {
            System.arraycopy(
                    memory.scalar,
                    4 * from.at(),
                    memory.arena,
                    from.row().offset(),
                    from.row().length());
        } else if (step instanceof LinkedStep.Compute compute) {
            compute.instructions().forEach(this::compute);
        }
    }

    private void toNarrow(LinkedStep.ToNarrow move) {
        int[] words = move.move().words().addresses(move.half());
        int[] from = memory.of(move.row());
        int[] to = memory.narrow[move.tile()];
        int at = move.row().offset() + move.at();
        int end = move.row().offset() + move.row().length();
        for (int k = move.from(); k < move.to(); k++, at += 4) {
            int there = Math.max(0, Math.min(4, end - at));
            System.arraycopy(from, Math.min(at, end), to, 4 * words[k], there);
            Arrays.fill(to, 4 * words[k] + there, 4 * words[k] + 4, Tag.NOTHING);
        }
    }

    private void toWide(LinkedStep.ToWide move) {
        int[] words = move.move().words().addresses(move.half());
        int[] from = memory.narrow[move.tile()];
        int offset = move.row().offset();
        int end = 4 * (move.to() - move.from());
        for (int at = 0; at < move.row().length(); at++) {
            int origin = move.move().origin(at);
            memory.arena[offset + at] =
                    origin < end ? from[4 * words[move.from() + origin / 4] + origin % 4] : Tag.NOTHING;
        }
    }

    private void fill(LinkedStep.MeshFill fill) {
        Place place = new Place(fill.move().site().chunk(), fill.move().site().bundle());
        int first = memory.fill(place, fill.move().constant());
        int[] words = fill.move().destination().addresses(fill.half());
        int[] to = memory.narrow[fill.tile()];
        for (int k = fill.from(); k < fill.to(); k++) {
            for (int b = 0; b < 4; b++) {
                to[4 * words[k] + b] = first + b;
            }
        }
    }

    private void fetch(Transfer transfer) {
        Transfer.Place place = places.get(transfer.index());
        int[] region = place.kind() == Relocation.Kind.SCRATCH ? scratch : inputs.get(place.name());
        for (int k = 0; k < transfer.size(); k++) {
            int at = place.at() + k;
            memory.input[transfer.offset() + k] = at < region.length ? region[at] : Tag.NOTHING;
        }
    }

    private void deliver(Transfer transfer) {
        Transfer.Place place = places.get(transfer.index());
        int end = place.at() + transfer.size();
        int[] region =
                place.kind() == Relocation.Kind.SCRATCH ? scratch : outputs.getOrDefault(place.name(), new int[0]);
        if (region.length < end) {
            region = Arrays.copyOf(region, end);
        }
        System.arraycopy(memory.output, transfer.offset(), region, place.at(), transfer.size());
        if (place.kind() == Relocation.Kind.SCRATCH) {
            scratch = region;
        } else {
            outputs.put(place.name(), region);
        }
    }

    /** Words of data may be loaded, stored and pushed; whatever else is done with them gives a byte of its own kind. */
    private void compute(LinkedStep.ScalarInstruction step) {
        Instruction i = step.site().instruction();
        int[] loaded = step.loadedFrom() < 0
                ? null
                : Arrays.copyOfRange(memory.scalar, 4 * step.loadedFrom(), 4 * step.loadedFrom() + 4);
        int[] value = tags(i.getInt(Scalar.STORE_REGISTER));
        if (step.pushedTo() >= 0) {
            System.arraycopy(value, 0, memory.output, step.pushedTo(), 4);
        } else if (step.storedTo() >= 0) {
            System.arraycopy(value, 0, memory.scalar, 4 * step.storedTo(), 4);
        }
        if (i.getInt(Scalar.OPERATION) != 0) {
            int[] computed = new int[4];
            Arrays.fill(computed, Tag.of(Tag.COMPUTED, 0));
            registers[i.getInt(Scalar.DESTINATION)] = computed;
        }
        if (loaded != null) {
            registers[i.getInt(Scalar.LOAD_TO)] = loaded;
        }
    }

    private int[] tags(int register) {
        int[] tags = registers[register];
        return tags == null ? new int[4] : tags;
    }
}
