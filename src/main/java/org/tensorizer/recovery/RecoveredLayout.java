package org.tensorizer.recovery;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.device.Provenance;
import org.tensorizer.layout.ByteRole;

/**
 * A layout as a device's answers gave it. Immutable and thread-safe.
 *
 * @param template what messages call the model
 * @param device that answered
 * @param provenance what kind of evidence this is
 * @param kernelHeight rows of the kernel, 1 of a Dense layer
 * @param kernelWidth columns of the kernel
 * @param weights payload offset of every weight W[out][in], W[out][ky][kx][in] of a larger kernel; rows are output channels,
 *     and columns taps and input channels, column (ky * kernelWidth + kx) * channels + in
 * @param roles of the payload's bytes
 * @param encoding how a payload byte stands for a number; the weight is that number minus {@link #zeroPoint}
 * @param zeroPoints the number that stands for weight 0, by output channel
 * @param formula of the weight map; empty if not one cell is known
 * @param headers formulas of the header bytes by kind ({@code scale}, {@code bias}, {@code zero_point}), variables out and
 *     byte
 * @param budget what it cost
 * @param struckCells cells whose offset was read but did not stand the verification; they are unknown in {@code weights}
 */
public record RecoveredLayout(
        String template,
        String device,
        Provenance provenance,
        int kernelHeight,
        int kernelWidth,
        CellMap weights,
        RoleTable roles,
        ByteEncoding encoding,
        int[] zeroPoints,
        Optional<FormulaFit> formula,
        Map<String, FormulaFit> headers,
        Budget budget,
        int struckCells) {
    public RecoveredLayout {
        zeroPoints = zeroPoints.clone();
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    @Override
    public int[] zeroPoints() {
        return zeroPoints.clone();
    }

    /** Input channels. */
    public int channels() {
        return weights.columns() / (kernelHeight * kernelWidth);
    }

    /** Extent of the weights: [out, in], with a larger kernel [out, ky, kx, in]. */
    public List<Integer> shape() {
        return kernelHeight * kernelWidth == 1
                ? List.of(weights.rows(), weights.columns())
                : List.of(weights.rows(), kernelHeight, kernelWidth, channels());
    }

    /** Number of payload bytes. */
    public int payloadBytes() {
        return roles.size();
    }

    /** Role of a payload byte, offset counted from the start of the payload. */
    public ByteRole role(int offset) {
        ByteRole role = roles.role(offset);
        if (role instanceof ByteRole.Weight weight) {
            int tap = weight.in() / channels();
            return new ByteRole.Weight(weight.out(), tap / kernelWidth, tap % kernelWidth, weight.in() % channels());
        }
        return role;
    }

    /** Role codes of all payload bytes: 0 unknown, 1 weight, 2 scale, 3 bias, 4 zero point, 5 unused. */
    public byte[] roleCodes() {
        return roles.codes();
    }

    /** Number of payload bytes by role, in the words of {@link #roleCodes}. */
    public Map<String, Integer> roleCounts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        roles.counts().forEach((kind, count) -> counts.put(kind.name().toLowerCase(Locale.ROOT), count));
        return counts;
    }

    /** The number that stands for weight 0 at an output channel. */
    public int zeroPoint(int out) {
        return zeroPoints[out];
    }

    /** The weight a payload byte (0..255) stands for at an output channel. */
    public int weight(int out, int payloadByte) {
        return encoding.value(payloadByte) - zeroPoints[out];
    }

    /** Encoding and zero point in words. */
    public String encodingText() {
        boolean same = Arrays.stream(zeroPoints).distinct().count() == 1;
        return encoding + (same ? ", weight = value - (" + zeroPoints[0] + ")" : ", zero points differ by output");
    }

    /** Whether every weight has its offset and every byte its role. */
    public boolean isComplete() {
        return weights.known() == weights.rows() * weights.columns()
                && !roles.counts().containsKey(RoleTable.Kind.UNKNOWN);
    }

    /**
     * What a recovery cost, beside what it had to cost.
     *
     * @param bound fewest answers that can carry the map: cells * log2(payload bytes) / (outputs * log2(levels))
     * @param levels how many byte values one answer tells apart on this template, 256 at best
     * @param used answers asked for, repetitions and recorded ones included
     * @param recorded how many answers came from the record of an earlier run
     * @param contradictions how many questions were answered differently when they were repeated
     * @param inferences of this run; fewer than the answers where one inference answers several, or answers were recorded
     * @param byPhase answers by phase, in order
     */
    public record Budget(
            int bound,
            int levels,
            int used,
            int recorded,
            int contradictions,
            int inferences,
            Map<String, Integer> byPhase) {
        public Budget {
            byPhase = Collections.unmodifiableMap(new LinkedHashMap<>(byPhase));
        }

        static Budget of(int inputs, int payloadBytes, int levels, Interview talk) {
            double bits = Math.log(payloadBytes) / Math.log(2);
            double perAnswer = Math.log(levels) / Math.log(2);
            return new Budget(
                    (int) Math.ceil(inputs * bits / perAnswer - 1e-9),
                    levels,
                    talk.answers(),
                    talk.recorded(),
                    talk.contradictions(),
                    talk.inferences(),
                    talk.perPhase());
        }

        /** Answers used, as a multiple of the bound. */
        public double ratio() {
            return (double) used / bound;
        }
    }

    /** The role of every payload byte, five bytes each. */
    public static final class RoleTable {
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
}
