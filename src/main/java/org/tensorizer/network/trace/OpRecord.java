package org.tensorizer.network.trace;

import java.util.List;

/**
 * One op on one tile, run once: for each of its results which bytes it read.
 *
 * <p>A result is all lanes of one output. Its bytes have the tags {@code RESULT firstByte + result * stride + byte}.
 *
 * <p>A {@link Kind#LAYER} has {@code taps} steps a result. In each, one word of activations meets the weights of one row of
 * the payload: {@code words[result * taps + tap]} (see {@link TagWords}) and payload offset {@code bases[result] +
 * offsets[tap]} of lane 0, byte 0, with offsets rising from 0.
 *
 * <p>Any other kind has {@code width} sources a lane: {@code sources[(result * lanes + lane) * width + k]} with its factor,
 * which is a value for {@link Kind#LINEAR}, a tag for a {@link Kind#DATA} that multiplies activations, and 1 for the
 * others; {@code lanes} is {@link Sources#laneStride}. Missing ones are {@link Tag#NOTHING}.
 *
 * @param run number of the execution of the instruction in the linked program; the same on all its tiles
 * @param firstByte number of the first byte of the first result among the bytes of kind RESULT
 * @param stride bytes from one result to the next
 * @param lanes of each result, before those without data are told from the others
 * @param group channel group of each result
 * @param parameters of the channel groups that have some of their own
 * @param content what was read
 */
public record OpRecord(
        int run,
        OpInstruction instruction,
        int tile,
        int firstByte,
        int stride,
        int[] lanes,
        int[] group,
        List<ParameterTags> parameters,
        Content content) {
    /** What an op does, by where its weights come from. */
    public enum Kind {
        /** Weights from the payload: a convolution, depthwise or Dense. */
        LAYER,
        /** Constant weights: copies with arithmetic, sums of two. */
        LINEAR,
        /** Hands on bytes as they are; results have no tags of their own. */
        COPY,
        /** Activations as weights: pooling, products. */
        DATA,
        MAXIMUM,
        SUM,
        /** Four taps a result in y and x, with phases. */
        RESIZE
    }

    /**
     * Where the parameters of the lanes of one channel group come from: the tag of the first byte of lane 0, {@link
     * Tag#NOTHING} if the op takes none. Lanes follow each other, four bytes each.
     *
     * @param bias int32
     * @param scale float32
     * @param zeroPoint uint32
     * @param lanes lanes of the group
     */
    public record ParameterTags(int bias, int scale, int zeroPoint, int lanes) {
        public static final ParameterTags NONE = new ParameterTags(0, 0, 0, 0);
    }

    /** What the op read. */
    sealed interface Content permits Layer, Sources, Copy, Taps {
        Kind kind();
    }

    /**
     * @param problem why the steps are no layer, empty if they are
     */
    record Layer(int taps, int[] words, int[] bases, int[] offsets, String problem) implements Content {
        @Override
        public Kind kind() {
            return Kind.LAYER;
        }
    }

    /**
     * @param constant for DATA: whether the activations are constants
     * @param fills for LINEAR: numbers of the fills that the factors of source k come from, by k
     */
    record Sources(Kind kind, int laneStride, int width, int[] sources, int[] factors, boolean constant, int[][] fills)
            implements Content {}

    /** @param origins one tag of every op, input or constant that was handed on */
    record Copy(int[] origins) implements Content {
        @Override
        public Kind kind() {
            return Kind.COPY;
        }
    }

    /**
     * @param sources tag of lane 0 of tap (y, x) of each result: {@code sources[4 * result + 2 * y + x]}
     * @param phaseX quarters of a pixel, by result
     * @param phaseY quarters of a pixel, by result
     */
    record Taps(int[] sources, int[] phaseX, int[] phaseY) implements Content {
        @Override
        public Kind kind() {
            return Kind.RESIZE;
        }
    }

    public Kind kind() {
        return content.kind();
    }

    /** Number of results. */
    public int results() {
        return lanes.length;
    }

    /** Lanes of a result, before those without data are told from the others. */
    public int lanes(int result) {
        return lanes[result];
    }

    /** Channel group of a result. */
    public int group(int result) {
        return group[result];
    }

    /** Parameters of a channel group. */
    public ParameterTags parameters(int channelGroup) {
        return channelGroup < parameters.size() ? parameters.get(channelGroup) : ParameterTags.NONE;
    }

    private <T extends Content> T content(Class<T> type) {
        if (!type.isInstance(content)) {
            throw new IllegalStateException(instruction + " on tile " + tile + " is " + kind());
        }
        return type.cast(content);
    }

    /** Of a layer: why its steps do not fit the description above; empty if they do. */
    public String problem() {
        return content(Layer.class).problem();
    }

    /** Of a layer: steps of each result. */
    public int taps() {
        return content(Layer.class).taps();
    }

    /** Of a layer: not a copy. */
    public int[] words() {
        return content(Layer.class).words();
    }

    /** Of a layer: not a copy. */
    public int[] bases() {
        return content(Layer.class).bases();
    }

    /** Of a layer: not a copy. */
    public int[] offsets() {
        return content(Layer.class).offsets();
    }

    /** Of a COPY: one tag of every op, input or constant that it hands on. */
    public int[] origins() {
        return content(Copy.class).origins();
    }

    /** Sources of each lane. */
    public int width() {
        return content(Sources.class).width();
    }

    public int source(int result, int lane, int k) {
        Sources s = (Sources) content;
        return s.sources[(result * s.laneStride + lane) * s.width + k];
    }

    /** Value or tag that the source is multiplied by. */
    public int factor(int result, int lane, int k) {
        Sources s = (Sources) content;
        return s.factors[(result * s.laneStride + lane) * s.width + k];
    }

    /** Of DATA: whether all activations are constants, so that the factors are values. */
    public boolean hasConstantFactors() {
        return content(Sources.class).constant();
    }

    /** Of LINEAR: numbers of the fills that the factors of source k come from. */
    public int[] factorFills(int k) {
        int[][] fills = content(Sources.class).fills();
        return k < fills.length ? fills[k] : new int[0];
    }

    /** Of a RESIZE: tag of lane 0 of one tap. */
    public int tap(int result, int y, int x) {
        return content(Taps.class).sources()[4 * result + 2 * y + x];
    }

    /** Of a RESIZE: quarters of a pixel. */
    public int phaseX(int result) {
        return content(Taps.class).phaseX()[result];
    }

    /** Of a RESIZE: quarters of a pixel. */
    public int phaseY(int result) {
        return content(Taps.class).phaseY()[result];
    }

    @Override
    public String toString() {
        return kind() + " " + instruction + " on tile " + tile;
    }
}
