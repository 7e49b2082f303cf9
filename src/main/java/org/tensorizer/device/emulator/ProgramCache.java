package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.model.Relocation;

/**
 * Programs that were executed before, found again by all their instruction bytes: a patched model differs in its payload
 * only, and placing that is all there is left to do. Holds the most recently used. Thread-safe.
 */
final class ProgramCache {
    static final ProgramCache SHARED = new ProgramCache(32);

    /**
     * Everything that a program depends on but the payload's bytes.
     *
     * @param caching instructions of the PARAMETER_CACHING executable
     * @param execution instructions of the EXECUTION_ONLY executable
     */
    record Key(
            ByteBuffer caching,
            List<Relocation> cachingRelocations,
            int payloadBytes,
            ByteBuffer execution,
            List<Relocation> executionRelocations) {
        /** Independent of the file the buffers are views of. */
        Key copied() {
            return new Key(copy(caching), cachingRelocations, payloadBytes, copy(execution), executionRelocations);
        }

        private static ByteBuffer copy(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.limit()).put(0, bytes, 0, bytes.limit());
        }
    }

    /** Where parameters lie after the one stream, and the other stream linked to them. */
    record Entry(ParameterImage image, LinkedProgram linked) {
        static Entry execute(Key key) {
            ParameterImage image = StreamInterpreter.parameterCaching(
                    "PARAMETER_CACHING", key.caching, key.cachingRelocations, key.payloadBytes);
            Dataflow dataflow = StreamInterpreter.executionOnly(
                    "EXECUTION_ONLY", key.execution, key.executionRelocations, key.payloadBytes);
            return new Entry(image, LinkedProgram.link(dataflow, image));
        }
    }

    private final int capacity;
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    ProgramCache(int capacity) {
        this.capacity = capacity;
    }

    /** @throws UnsupportedProgramException the program is refused; that is not remembered */
    synchronized Entry get(Key key) {
        Entry known = entries.get(key);
        if (known != null) {
            return known;
        }
        Entry entry = Entry.execute(key);
        entries.put(key.copied(), entry);
        if (entries.size() > capacity) {
            entries.remove(entries.keySet().iterator().next());
        }
        return entry;
    }
}
