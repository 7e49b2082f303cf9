package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Programs that were linked before, found again by all their instruction bytes: a patched model differs in its payload
 * only, and placing that is all there is left to do. Holds the most recently used. Thread-safe.
 */
final class ProgramCache {
    static final ProgramCache SHARED = new ProgramCache(32);

    /**
     * Everything that a linked program depends on.
     *
     * @param chunks with relocated immediates
     */
    private record Key(List<ByteBuffer> chunks, ParameterImage cached) {}

    private final int capacity;
    private final Map<Key, LinkedProgram> entries = new LinkedHashMap<>(16, 0.75f, true);

    ProgramCache(int capacity) {
        this.capacity = capacity;
    }

    /**
     * @param name what messages of a refused program call it
     * @param chunks not copied, must not change
     * @throws UnsupportedProgramException the program is refused; that is not remembered
     */
    LinkedProgram link(String name, List<byte[]> chunks, ParameterImage cached) {
        Key key = new Key(chunks.stream().map(ByteBuffer::wrap).toList(), cached);
        synchronized (this) {
            LinkedProgram known = entries.get(key);
            if (known != null) {
                return known;
            }
        }
        LinkedProgram linked = Linker.link(name, chunks, cached);
        synchronized (this) {
            entries.put(key, linked);
            if (entries.size() > capacity) {
                entries.remove(entries.keySet().iterator().next());
            }
        }
        return linked;
    }
}
