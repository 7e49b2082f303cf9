package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.tensorizer.isa.InstructionFormatException;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Scalar;

/**
 * An emulated chip at the end of a wire: it is given the chunks of programs as they come, executes each program when its
 * last chunk is there, and keeps parameters from one program to the next. It knows no model and no token.
 *
 * <p>Not thread-safe.
 */
public final class EmulatedChip {
    private static final int MOST_KNOWN = 32;
    private static final int MOST_CHUNKS = 1024;
    private static final int BUNDLE = Opcode.BUNDLE_BITS / 8;

    /** Bytes of a bundle that its immediate reaches, and the bits of the first and last that are not its. */
    private static final int FIRST = Scalar.IMMEDIATE.bit() / 8;

    private static final int LAST = (Scalar.IMMEDIATE.bit() + Integer.SIZE - 1) / 8;
    private static final int BEFORE = (1 << Scalar.IMMEDIATE.bit() % 8) - 1;
    private static final int BEHIND = 0xff << (Scalar.IMMEDIATE.bit() + Integer.SIZE) % 8;

    private final ChipParameters chip;
    private final Deque<Known> known = new ArrayDeque<>();
    private final List<byte[]> chunks = new ArrayList<>();
    private ParameterMemory.Contents contents = ParameterMemory.Contents.NOTHING;
    private ParameterMemory.Sent held = ParameterMemory.Sent.NOTHING;
    private Known ready;

    /** A program that was linked before. */
    private static final class Known {
        private final List<byte[]> chunks;
        private final List<BitSet> addresses;
        private final ParameterImage cached;
        private final LinkedProgram linked;
        private BoundProgram bound;

        Known(List<byte[]> chunks, List<BitSet> addresses, ParameterImage cached, LinkedProgram linked) {
            this.chunks = chunks;
            this.addresses = addresses;
            this.cached = cached;
            this.linked = linked;
        }

        boolean begins(List<byte[]> others) {
            for (int i = 0; i < others.size(); i++) {
                if (i >= chunks.size() || !isSame(chunks.get(i), others.get(i), addresses.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    public EmulatedChip(ChipParameters chip) {
        this.chip = chip;
    }

    /** Power is lost: nothing is held, chunks without an end are dropped. */
    public void clear() {
        chunks.clear();
        contents = ParameterMemory.Contents.NOTHING;
        held = ParameterMemory.Sent.NOTHING;
        ready = null;
    }

    /**
     * Takes the next chunk.
     *
     * @param chunk START to END; not copied, must not change
     * @return the program, if this was the last chunk of one, now to be {@link #run}
     * @throws UnsupportedProgramException what the program would do is not known; names instruction and reason
     */
    public Optional<LinkedProgram> take(byte[] chunk) {
        ready = null;
        chunks.add(chunk);
        try {
            Known found = find();
            if (found == null && isLast(chunk)) {
                found = link();
            }
            if (found == null || found.chunks.size() > chunks.size()) {
                return Optional.empty();
            }
            chunks.clear();
            ready = found;
            return Optional.of(found.linked);
        } catch (InstructionFormatException e) {
            throw new UnsupportedProgramException(e.getMessage(), e);
        } finally {
            if (ready == null && chunks.size() >= MOST_CHUNKS) {
                chunks.clear();
            }
        }
    }

    private Known find() {
        for (Iterator<Known> each = known.iterator(); each.hasNext(); ) {
            Known candidate = each.next();
            if (candidate.begins(chunks) && candidate.cached.equals(held.image())) {
                each.remove();
                known.addFirst(candidate);
                return candidate;
            }
        }
        return null;
    }

    private boolean isLast(byte[] chunk) {
        return ScalarFlow.of("chunk " + (chunks.size() - 1), chunk).isLast();
    }

    private Known link() {
        List<byte[]> all = List.copyOf(chunks);
        chunks.clear();
        LinkedProgram linked = Linker.link("program", all, held.image());
        List<BitSet> addresses = new ArrayList<>();
        for (byte[] chunk : all) {
            addresses.add(ScalarFlow.of("program", chunk).addressBundles());
        }
        Known program = new Known(all, addresses, held.image(), linked);
        known.addFirst(program);
        if (known.size() > MOST_KNOWN) {
            known.removeLast();
        }
        chunks.addAll(all);
        return program;
    }

    /** Whether two chunks differ in nothing but addresses. */
    private static boolean isSame(byte[] a, byte[] b, BitSet addresses) {
        if (a.length != b.length) {
            return false;
        }
        int from = 0;
        while (true) {
            int at = Arrays.mismatch(a, from, a.length, b, from, b.length);
            if (at < 0) {
                return true;
            }
            int bundle = (from + at) / BUNDLE;
            int start = bundle * BUNDLE;
            if (!addresses.get(bundle)
                    || from + at < start + FIRST
                    || from + at > start + LAST
                    || ((a[start + FIRST] ^ b[start + FIRST]) & BEFORE) != 0
                    || ((a[start + LAST] ^ b[start + LAST]) & BEHIND) != 0) {
                return false;
            }
            from = start + LAST + 1;
        }
    }

    /**
     * Executes the program taken last.
     *
     * @param host gives and takes bytes in the program's order, parameters first; what it throws ends the program, and only
     *     {@link #clear} makes the chip usable again
     * @throws UnsupportedProgramException what an op would do is not known
     * @throws IllegalStateException there is none
     */
    public void run(Transfer.Port host) {
        if (ready == null) {
            throw new IllegalStateException("no program was taken");
        }
        Known program = ready;
        ready = null;
        byte[] parameters = parameters(program.linked, host);
        bind(program, parameters);
        program.bound.run(host);
        ParameterImage image = program.linked.image();
        if (parameters.length > 0 && !image.equals(ParameterImage.EMPTY)) {
            contents = contents.overwrittenBy(new ParameterMemory.Sent(image, parameters));
            held = contents.merged();
        }
    }

    private static byte[] parameters(LinkedProgram linked, Transfer.Port host) {
        byte[] parameters = new byte[linked.parameterBytes()];
        for (Transfer transfer : linked.transfers()) {
            if (transfer.kind() == Transfer.Kind.PARAMETERS) {
                host.read(transfer, parameters, transfer.offset());
            }
        }
        return parameters;
    }

    /** Weights are unpacked anew only where they have changed. */
    private void bind(Known program, byte[] parameters) {
        BoundProgram bound = program.bound;
        if (bound == null || bound.cached() != held.bytes() || !Arrays.equals(bound.parameters(), parameters)) {
            program.bound = new BoundProgram(program.linked, chip, held.bytes(), parameters);
        }
    }
}
