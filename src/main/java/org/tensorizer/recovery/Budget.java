package org.tensorizer.recovery;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a recovery cost, beside what it had to cost.
 *
 * @param bound fewest answers that can carry the map: cells * log2(payload bytes) / (outputs * log2(levels))
 * @param levels how many byte values one answer tells apart on this template, 256 at best
 * @param used answers asked for, repetitions and recorded ones included
 * @param byPhase the same by phase, in order
 */
public record Budget(int bound, int levels, int used, Map<String, Integer> byPhase) {
    public Budget {
        byPhase = Collections.unmodifiableMap(new LinkedHashMap<>(byPhase));
    }

    static Budget of(int inputs, int payloadBytes, int levels, Interview talk) {
        double bits = Math.log(payloadBytes) / Math.log(2);
        double perAnswer = Math.log(levels) / Math.log(2);
        return new Budget((int) Math.ceil(inputs * bits / perAnswer - 1e-9), levels, talk.answers(), talk.perPhase());
    }

    /** Answers used, as a multiple of the bound. */
    public double ratio() {
        return (double) used / bound;
    }
}
