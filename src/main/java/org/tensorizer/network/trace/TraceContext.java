package org.tensorizer.network.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What all ops of a program share while it is followed. */
final class TraceContext {
    private final TagMemory memory;
    private final byte[] payload;
    private final Words words = new Words();
    private final List<Fill> fills = new ArrayList<>();
    private final Map<Fill, Integer> fillNumbers = new HashMap<>();
    private long results;

    TraceContext(TagMemory memory, byte[] payload) {
        this.memory = memory;
        this.payload = payload;
    }

    TagMemory memory() {
        return memory;
    }

    Words words() {
        return words;
    }

    List<Fill> fills() {
        return fills;
    }

    byte[] payload() {
        return payload;
    }

    /** Number of the first of so many bytes of results. */
    int resultBytes(long count) {
        long first = results;
        results += count;
        return Tag.index(Tag.of(Tag.RESULT, first));
    }

    /** Tag of the first byte of a constant. */
    int fill(Place place, int word) {
        Fill fill = new Fill(place, word);
        int number = fillNumbers.computeIfAbsent(fill, f -> {
            fills.add(f);
            return fills.size() - 1;
        });
        return Tag.of(Tag.FILL, 4L * number);
    }

    /** Value of a byte that depends on no input: a constant or a byte of the payload; 0 for nothing. */
    int value(int tag) {
        return switch (Tag.kind(tag)) {
            case Tag.FILL -> fills.get(Tag.index(tag) / 4).value(Tag.index(tag) % 4);
            case Tag.PARAMETER -> payload[Tag.index(tag)] & 0xff;
            default -> 0;
        };
    }
}
