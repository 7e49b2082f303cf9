package org.tensorizer.recovery;

import java.util.EnumMap;
import java.util.Map;
import org.tensorizer.layout.ByteRole;

/** The role of every payload byte, five bytes each. */
final class RoleTable {
    /** Kinds of roles; the ordinal is the code in exported arrays. */
    enum Kind {
        UNKNOWN,
        WEIGHT,
        SCALE,
        BIAS,
        ZERO_POINT,
        UNUSED
    }

    private static final Kind[] KINDS = Kind.values();

    private final byte[] kinds;
    private final int[] owners;
    private final int inputs;

    RoleTable(int size, int inputs) {
        this.kinds = new byte[size];
        this.owners = new int[size];
        this.inputs = inputs;
    }

    int size() {
        return kinds.length;
    }

    Kind kind(int offset) {
        return KINDS[kinds[offset]];
    }

    void weight(int offset, int out, int in) {
        kinds[offset] = (byte) Kind.WEIGHT.ordinal();
        owners[offset] = out * inputs + in;
    }

    void header(int offset, Kind kind, int out, int index) {
        kinds[offset] = (byte) kind.ordinal();
        owners[offset] = 4 * out + index;
    }

    void unused(int offset) {
        kinds[offset] = (byte) Kind.UNUSED.ordinal();
    }

    /** Cell number out * inputs + in of a weight, 4 * out + index of a header byte. */
    int owner(int offset) {
        return owners[offset];
    }

    ByteRole role(int offset) {
        int owner = owners[offset];
        return switch (kind(offset)) {
            case WEIGHT -> new ByteRole.Weight(owner / inputs, owner % inputs);
            case SCALE -> new ByteRole.Scale(owner / 4, owner % 4);
            case BIAS -> new ByteRole.Bias(owner / 4, owner % 4);
            case ZERO_POINT -> new ByteRole.ZeroPoint(owner / 4, owner % 4);
            case UNUSED -> ByteRole.Recovered.UNUSED;
            case UNKNOWN -> ByteRole.Recovered.UNKNOWN;
        };
    }

    byte[] codes() {
        return kinds.clone();
    }

    Map<Kind, Integer> counts() {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        for (byte kind : kinds) {
            counts.merge(KINDS[kind], 1, Integer::sum);
        }
        return counts;
    }
}
