package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.isa.Chip;

/**
 * A program with its order of events resolved: the steps that are left, whatever inputs and parameters are. Immutable,
 * thread-safe.
 */
public final class LinkedProgram {
    private static final int MOST_KNOWN = 32;

    /** Those linked before, the most recently used last: a patched model differs in its payload only. */
    private static final Map<Key, LinkedProgram> KNOWN = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Everything that a linked program depends on.
     *
     * @param chunks with relocated immediates
     */
    private record Key(List<ByteBuffer> chunks, ParameterImage cached) {}

    private final String name;
    private final List<LinkedStep> steps;
    private final List<Transfer> transfers;
    private final ParameterImage image;
    private final int inputBytes;
    private final int parameterBytes;
    private final int outputBytes;
    private final int arenaBytes;
    private final int meshBytes;
    private final int[] narrowBytes = new int[Chip.TILES];
    private Definedness.Marks marks;

    LinkedProgram(String name, HostSide host, StepRecorder recorder, ParameterImage image) {
        this.name = name;
        this.steps = recorder.steps();
        this.transfers = host.transfers().all();
        this.image = image;
        inputBytes = host.transfers().bytes(Transfer.Kind.INPUT);
        parameterBytes = host.transfers().bytes(Transfer.Kind.PARAMETERS);
        outputBytes = host.transfers().bytes(Transfer.Kind.OUTPUT);
        arenaBytes = recorder.arenaBytes();
        meshBytes = recorder.meshBytes();
        steps.forEach(this::measure);
    }

    /**
     * Links a program, or finds the one that was linked of the same instruction bytes among the last ones asked for.
     *
     * <p>Thread safety: yes; two threads may both link a program that is new.
     *
     * @param name what messages of a refused program call it
     * @param chunks not copied, must not change
     * @param cached the parameters that are in wide memory when it begins
     * @throws UnsupportedProgramException the program is refused; that is not remembered
     */
    static LinkedProgram of(String name, List<byte[]> chunks, ParameterImage cached) {
        Key key = new Key(chunks.stream().map(ByteBuffer::wrap).toList(), cached);
        synchronized (KNOWN) {
            LinkedProgram known = KNOWN.get(key);
            if (known != null) {
                return known;
            }
        }
        LinkedProgram linked = Linker.link(name, chunks, cached);
        synchronized (KNOWN) {
            KNOWN.put(key, linked);
            if (KNOWN.size() > MOST_KNOWN) {
                KNOWN.remove(KNOWN.keySet().iterator().next());
            }
        }
        return linked;
    }

    /** Widens narrow memory to what a step reads or writes. */
    private void measure(LinkedStep step) {
        if (step instanceof Operation operation) {
            int bytes = Math.max(end(operation.outputs(), 1), measureActivations(operation));
            for (int tile : operation.tiles()) {
                narrowBytes[tile] = Math.max(narrowBytes[tile], bytes);
            }
        } else if (step instanceof LinkedStep.ToWide move) {
            measure(move.tile(), move.move().words(), move.half());
        } else if (step instanceof LinkedStep.ToNarrow move) {
            measure(move.tile(), move.move().words(), move.half());
        } else if (step instanceof LinkedStep.MeshSend move) {
            measure(move.tile(), move.move().source(), move.half());
        } else if (step instanceof LinkedStep.MeshReceive move) {
            measure(move.tile(), move.move().destination(), move.half());
        } else if (step instanceof LinkedStep.MeshFill fill) {
            measure(fill.tile(), fill.move().destination(), fill.half());
        }
    }

    private static int measureActivations(Operation operation) {
        int[] activations = operation.activations();
        if (activations == null) {
            return 0;
        }
        if (operation.op().resize() == null) {
            return end(activations, 1) + 4;
        }
        int end = 0;
        for (int k = 0; k < activations.length; k++) {
            end = Math.max(end, operation.op().resize().pixel(activations, k) + Chip.WORD_BYTES);
        }
        return end;
    }

    private void measure(int tile, AddressWalk words, int half) {
        narrowBytes[tile] = Math.max(narrowBytes[tile], end(words.addresses(half), Chip.WORD_BYTES));
    }

    /** Which bytes are defined whatever the weights are; computed once. */
    synchronized Definedness.Marks marks() {
        if (marks == null) {
            marks = Definedness.of(this);
        }
        return marks;
    }

    /** First byte behind the last of some words. */
    private static int end(int[] addresses, int unit) {
        int highest = 0;
        for (int address : addresses) {
            highest = Math.max(highest, address);
        }
        return highest * unit + Chip.WORD_BYTES;
    }

    /** Bytes of narrow memory that it reaches on a tile. */
    public int narrowBytes(int tile) {
        return narrowBytes[tile];
    }

    public String name() {
        return name;
    }

    /** What it does, in order. */
    public List<LinkedStep> steps() {
        return steps;
    }

    /** DMA descriptors in the order in which the program hands them over. */
    public List<Transfer> transfers() {
        return transfers;
    }

    /** Which of its own parameters are in wide memory when it has ended. */
    public ParameterImage image() {
        return image;
    }

    /** Bytes of the input stream, each transfer padded to units of 8. */
    public int inputBytes() {
        return inputBytes;
    }

    /** Bytes of the parameter stream, each transfer padded to units of 64. */
    public int parameterBytes() {
        return parameterBytes;
    }

    /** Bytes of the output stream. */
    public int outputBytes() {
        return outputBytes;
    }

    /** Bytes of the arena that rows are written to. */
    public int arenaBytes() {
        return arenaBytes;
    }

    /** Bytes of the buffer that words of the mesh pass through. */
    public int meshBytes() {
        return meshBytes;
    }

    @Override
    public String toString() {
        return name + ": " + steps.size() + " steps";
    }
}
