package org.tensorizer.network.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tensor of a compiled network: what an operator gives, or an input. Element number (y * width + x) * channels + c.
 * Compared by identity.
 */
public final class GraphTensor {
    private final int index;
    private final String name;
    private final int zeroPoint;
    private final List<GraphOperator> users = new ArrayList<>();
    private Shape shape;
    private GraphOperator producer;

    /**
     * Dimensions without the batch of 1.
     *
     * @param height rows
     * @param width columns
     * @param channels innermost
     */
    public record Shape(int height, int width, int channels) {
        public int elements() {
            return height * width * channels;
        }

        /** Whether there is one position only. */
        public boolean isFlat() {
            return height == 1 && width == 1;
        }

        @Override
        public String toString() {
            return height + "x" + width + "x" + channels;
        }
    }

    GraphTensor(int index, String name, Shape shape, int zeroPoint) {
        this.index = index;
        this.name = name;
        this.shape = shape;
        this.zeroPoint = zeroPoint;
    }

    /** Number among the tensors of its graph. */
    public int index() {
        return index;
    }

    /** Name of a network's input, else empty. */
    public String name() {
        return name;
    }

    public Shape shape() {
        return shape;
    }

    /** Unsigned zero point: that of an int8 tensor plus 128. */
    public int zeroPoint() {
        return zeroPoint;
    }

    /** What gives the tensor; empty for an input. */
    public Optional<GraphOperator> producer() {
        return Optional.ofNullable(producer);
    }

    /** What reads the tensor. */
    public List<GraphOperator> users() {
        return List.copyOf(users);
    }

    void producer(GraphOperator operator) {
        producer = operator;
    }

    void user(GraphOperator operator) {
        users.add(operator);
    }

    /** Of a pool whose windows were not all known at first. */
    void grow(Shape larger) {
        shape = larger;
    }

    @Override
    public String toString() {
        return "tensor " + index + " (" + shape + ")";
    }
}
