package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.device.InnerResults;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Relocation;

/**
 * An executable whose address immediates were filled in. Every region of host memory has an address of its own, so that
 * descriptors say by their address what they mean; the addresses lie such that offsets carry into the upper half.
 */
final class RelocatedProgram {
    private static final long FIRST_ADDRESS = 0x1_ffff_f000L;
    private static final int DISTANCE_BITS = 36;

    /** A named region of host memory. */
    private record Region(Relocation.Kind kind, String name) implements Comparable<Region> {
        @Override
        public int compareTo(Region that) {
            int order = kind.compareTo(that.kind);
            return order != 0 ? order : name.compareTo(that.name);
        }

        @Override
        public String toString() {
            return kind + (name.isEmpty() ? "" : " " + Printable.name(name));
        }
    }

    /** Part of a region. */
    private record Place(Region region, int at) {}

    private final Executable executable;
    private final ByteBuffer file;
    private final TreeMap<Region, Integer> regions = new TreeMap<>();
    private final Map<Region, Long> addresses = new HashMap<>();
    private final List<byte[]> chunks = new ArrayList<>();
    private LinkedProgram linked;
    private byte[] parameters = {};
    private Place[] places = {};

    private RelocatedProgram(Executable executable, ByteBuffer file) {
        this.executable = executable;
        this.file = file;
    }

    /**
     * Relocates and links an executable.
     *
     * @param file what its ranges refer to
     * @param cached the parameters that are in wide memory when it begins
     */
    static RelocatedProgram link(Executable executable, ByteBuffer file, ParameterImage cached) {
        RelocatedProgram program = new RelocatedProgram(executable, file);
        program.nameRegions();
        for (InstructionChunk chunk : executable.chunks()) {
            program.chunks.add(program.relocated(chunk));
        }
        program.linked = program.linkedTo(cached);
        program.places = program.resolve();
        program.parameters = program.parameterStream();
        return program;
    }

    private void nameRegions() {
        regions.put(
                new Region(Relocation.Kind.PARAMETER, ""),
                executable.parameters().length());
        if (executable.scratchBytes() > 0) {
            regions.put(new Region(Relocation.Kind.SCRATCH, ""), executable.scratchBytes());
        }
        for (Layer layer : executable.inputLayers()) {
            regions.put(new Region(Relocation.Kind.INPUT, layer.name()), size(layer));
        }
        for (Layer layer : executable.outputLayers()) {
            regions.put(new Region(Relocation.Kind.OUTPUT, layer.name()), size(layer));
        }
        for (Region region : regions.keySet()) {
            addresses.put(region, FIRST_ADDRESS + ((long) addresses.size() << DISTANCE_BITS));
        }
    }

    private static int size(Layer layer) {
        long size = (long) layer.sizeBytes() * layer.executionsPerInference();
        if (size != (int) size) {
            throw new UnsupportedProgramException("layer " + layer.name() + ": " + layer.sizeBytes() + " bytes "
                    + layer.executionsPerInference() + " times an inference are more than int32 counts");
        }
        return (int) size;
    }

    /** Where a relocation points to; scratch memory that the executable has not is nowhere. */
    private long address(InstructionChunk chunk, Relocation relocation) {
        boolean scratch = relocation.kind() == Relocation.Kind.SCRATCH;
        Region region = new Region(relocation.kind(), scratch || relocation.name() == null ? "" : relocation.name());
        Long address = addresses.get(region);
        if (address == null && !scratch) {
            throw refused(
                    "chunk " + chunk.index() + ": relocation of " + region + ", which the executable does not have");
        }
        return address == null ? 0 : address;
    }

    private byte[] relocated(InstructionChunk chunk) {
        byte[] bytes = new byte[chunk.range().length()];
        file.get(chunk.range().start(), bytes);
        Relocator relocator = new Relocator(bytes);
        for (Relocation relocation : chunk.relocations()) {
            if (!relocator.write(relocation, address(chunk, relocation))) {
                throw refused("chunk " + chunk.index() + ": relocation at bit " + relocation.bit()
                        + " of something that is no empty immediate");
            }
        }
        return bytes;
    }

    /** The program where other parameters are in wide memory. */
    LinkedProgram linkedTo(ParameterImage cached) {
        return LinkedProgram.of(executable.type().toString(), chunks, cached);
    }

    /** Which part of which region each transfer means. */
    private Place[] resolve() {
        Place[] found = new Place[linked.transfers().size()];
        for (Transfer transfer : linked.transfers()) {
            found[transfer.index()] = place(transfer);
        }
        return found;
    }

    private Place place(Transfer transfer) {
        Region nearest = null;
        for (Region region : regions.keySet()) {
            if (addresses.get(region) <= transfer.address()
                    && (nearest == null || addresses.get(region) > addresses.get(nearest))) {
                nearest = region;
            }
        }
        if (nearest == null) {
            throw refused(transfer + ": no region of the executable");
        }
        Relocation.Kind expected = switch (transfer.kind()) {
            case INPUT -> Relocation.Kind.INPUT;
            case PARAMETERS -> Relocation.Kind.PARAMETER;
            case OUTPUT -> Relocation.Kind.OUTPUT;
        };
        boolean scratch = nearest.kind() == Relocation.Kind.SCRATCH && transfer.kind() != Transfer.Kind.PARAMETERS;
        if (nearest.kind() != expected && !scratch) {
            throw refused(transfer + " means " + nearest + ", expected " + expected);
        }
        long at = transfer.address() - addresses.get(nearest);
        if (at + transfer.size() > regions.get(nearest)) {
            throw refused(nearest + ": the program moves bytes " + at + ".." + (at + transfer.size() - 1) + " of "
                    + regions.get(nearest));
        }
        return new Place(nearest, (int) at);
    }

    private byte[] parameterStream() {
        ByteRange range = executable.parameters();
        byte[] stream = new byte[linked.parameterBytes()];
        for (Transfer transfer : linked.transfers()) {
            if (transfer.kind() == Transfer.Kind.PARAMETERS) {
                int at = places[transfer.index()].at();
                file.get(range.start() + at, stream, transfer.offset(), transfer.size());
            }
        }
        return stream;
    }

    /** Where each transfer lies, by its number. */
    List<Transfer.Place> hostPlaces() {
        List<Transfer.Place> found = new ArrayList<>();
        for (Place place : places) {
            found.add(new Transfer.Place(place.region().kind(), place.region().name(), place.at()));
        }
        return found;
    }

    LinkedProgram linked() {
        return linked;
    }

    /** The bytes of its parameter transfers, each padded to whole units. */
    byte[] parameters() {
        return parameters;
    }

    /** Refuses a program that gives the host bytes that nobody computed. */
    void requireDefinedOutputs(BoundProgram bound) {
        Memory memory = new Memory();
        for (Transfer transfer : bound.linked().transfers()) {
            if (transfer.kind() == Transfer.Kind.OUTPUT) {
                memory.write(transfer, bound.marks().output(), transfer.offset());
            }
        }
        for (Layer layer : executable.outputLayers()) {
            for (byte mark : memory.output(layer)) {
                if (mark == 0) {
                    throw refused("output " + Printable.name(layer.name())
                            + " has bytes of narrow memory, which nobody wrote");
                }
            }
        }
    }

    /**
     * One inference: layers in, layers out, without padding.
     *
     * @param listener null if nobody listens
     */
    List<byte[]> run(BoundProgram bound, List<byte[]> in, InnerResults.Listener listener) {
        Memory memory = new Memory(in);
        bound.run(memory, listener);
        return executable.outputLayers().stream().map(memory::output).toList();
    }

    private UnsupportedProgramException refused(String problem) {
        return new UnsupportedProgramException(
                executable.type() + " executable at byte " + executable.range().start() + ": " + problem);
    }

    /** Host memory during one inference. */
    private final class Memory implements Transfer.Port {
        private final Map<Region, byte[]> contents = new HashMap<>();
        private final BitSet scratchWritten = new BitSet();

        Memory() {}

        Memory(List<byte[]> in) {
            List<Layer> layers = executable.inputLayers();
            if (in.size() != layers.size()) {
                throw new IllegalArgumentException("expected " + layers.size() + " inputs, found " + in.size());
            }
            for (int i = 0; i < layers.size(); i++) {
                Layer layer = layers.get(i);
                if (in.get(i).length != layer.unpaddedBytes()) {
                    throw new IllegalArgumentException("input " + Printable.name(layer.name()) + ": expected "
                            + layer.unpaddedBytes() + " bytes, found " + in.get(i).length);
                }
                contents.put(new Region(Relocation.Kind.INPUT, layer.name()), in.get(i));
            }
        }

        @Override
        public void read(Transfer transfer, byte[] into, int at) {
            Place place = places[transfer.index()];
            byte[] region = contents.get(place.region());
            if (place.region().kind() == Relocation.Kind.SCRATCH) {
                int end = place.at() + transfer.size();
                if (scratchWritten.nextClearBit(place.at()) < end) {
                    throw refused(transfer + " reads scratch memory that nobody wrote");
                }
            }
            int there = Math.max(0, Math.min(transfer.size(), region.length - place.at()));
            System.arraycopy(region, place.at(), into, at, there);
            Arrays.fill(into, at + there, at + transfer.size(), (byte) 0);
        }

        @Override
        public void write(Transfer transfer, byte[] from, int at) {
            Place place = places[transfer.index()];
            byte[] region = contents.computeIfAbsent(place.region(), key -> new byte[regions.get(key)]);
            System.arraycopy(from, at, region, place.at(), transfer.size());
            if (place.region().kind() == Relocation.Kind.SCRATCH) {
                scratchWritten.set(place.at(), place.at() + transfer.size());
            }
        }

        byte[] output(Layer layer) {
            byte[] region = contents.get(new Region(Relocation.Kind.OUTPUT, layer.name()));
            if (region == null) {
                throw refused("the program writes nothing to output " + Printable.name(layer.name()));
            }
            return OutputOrder.tensor(layer, region);
        }
    }
}
