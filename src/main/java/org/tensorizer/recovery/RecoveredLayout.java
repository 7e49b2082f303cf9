package org.tensorizer.recovery;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.device.Provenance;
import org.tensorizer.layout.ByteRole;

/**
 * A layout as a device's answers gave it. Immutable and thread-safe.
 */
public final class RecoveredLayout {
    private final String template;
    private final String device;
    private final Provenance provenance;
    private final CellMap weights;
    private final RoleTable roles;
    private final ByteEncoding encoding;
    private final int[] zeroPoints;
    private final Optional<FormulaFit> formula;
    private final Map<String, FormulaFit> headers;
    private final Budget budget;
    private final int recorded;
    private final int contradictions;
    private final int struck;
    private final int kernelHeight;
    private final int kernelWidth;

    RecoveredLayout(
            PayloadTarget target,
            CellMap weights,
            RoleTable roles,
            Responses responses,
            Optional<FormulaFit> formula,
            Map<String, FormulaFit> headers,
            Budget budget,
            Interview talk,
            int struck) {
        this.template = target.name();
        this.device = target.device();
        this.provenance = target.provenance();
        this.weights = weights;
        this.roles = roles;
        this.encoding = responses.encoding();
        this.zeroPoints = new int[weights.rows()];
        for (int out = 0; out < zeroPoints.length; out++) {
            zeroPoints[out] = responses.zero(out);
        }
        this.formula = formula;
        this.headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        this.budget = budget;
        this.recorded = talk.recorded();
        this.contradictions = talk.contradictions();
        this.struck = struck;
        this.kernelHeight = target.kernelHeight();
        this.kernelWidth = target.kernelWidth();
    }

    public String template() {
        return template;
    }

    public String device() {
        return device;
    }

    /** What kind of evidence this is. */
    public Provenance provenance() {
        return provenance;
    }

    /** Rows of the kernel, 1 of a Dense layer. */
    public int kernelHeight() {
        return kernelHeight;
    }

    /** Columns of the kernel. */
    public int kernelWidth() {
        return kernelWidth;
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

    /**
     * Payload offset of every weight W[out][in], W[out][ky][kx][in] of a larger kernel; rows are output channels, and columns
     * taps and input channels, column (ky * kernelWidth + kx) * channels + in.
     */
    public CellMap weights() {
        return weights;
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
        roles.counts().forEach((kind, count) -> counts.put(kind.name().toLowerCase(java.util.Locale.ROOT), count));
        return counts;
    }

    /** How a payload byte stands for a number; the weight is that number minus {@link #zeroPoint}. */
    public ByteEncoding encoding() {
        return encoding;
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
        boolean same = java.util.Arrays.stream(zeroPoints).distinct().count() == 1;
        return encoding + (same ? ", weight = value - (" + zeroPoints[0] + ")" : ", zero points differ by output");
    }

    /** Formula of the weight map; empty if not one cell is known. */
    public Optional<FormulaFit> formula() {
        return formula;
    }

    /** Formulas of the header bytes by kind ({@code scale}, {@code bias}, {@code zero_point}), variables out and byte. */
    public Map<String, FormulaFit> headers() {
        return headers;
    }

    public Budget budget() {
        return budget;
    }

    /** How many answers came from the record of an earlier run. */
    public int recordedAnswers() {
        return recorded;
    }

    /** How many questions were answered differently when they were repeated. */
    public int contradictions() {
        return contradictions;
    }

    /** Cells whose offset was read but did not stand the verification; they are unknown in {@link #weights}. */
    public int struckCells() {
        return struck;
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
     * @param inferences of this run; fewer than the answers where one inference answers several, or answers were recorded
     * @param byPhase answers by phase, in order
     */
    public record Budget(int bound, int levels, int used, int inferences, Map<String, Integer> byPhase) {
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
                    talk.inferences(),
                    talk.perPhase());
        }

        /** Answers used, as a multiple of the bound. */
        public double ratio() {
            return (double) used / bound;
        }
    }

    /** The role of every payload byte, five bytes each. */
    static final class RoleTable {
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
