package org.tensorizer.experiments;

import java.util.Random;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.dense.Activation;
import org.tensorizer.experiments.SeededGraph.Image;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.SourceGraphBuilder.Window;

/**
 * Small networks with weights, biases, scales and zero points from a seed, for experiments on networks where no real model
 * is at hand. Networks of one kind have one architecture, so that one may be transplanted into another.
 *
 * @param name of the kind and seed
 * @param source what TFLite runs on the CPU
 * @param compiled the same, compiled here
 */
record SmallNetwork(String name, TfliteModel source, TfliteModel compiled) {
    /** Rows and columns of the input. */
    static final int SIZE = 16;

    /** Channels of the input. */
    static final int CHANNELS = 4;

    /** Features of an image in front of the classes. */
    static final int FEATURES = 32;

    /** Bytes of the input. */
    static final int INPUT_BYTES = SIZE * SIZE * CHANNELS;

    /** Output channels of the single convolution, and classes of the classifier. */
    static final int OUTPUTS = 12;

    private static final Window POINT = new Window(1, 1, false);

    /** Output channels of mobilenet's 13 blocks at full width, and the strides of their depthwise convolutions. */
    private static final int[][] BLOCKS = {
        {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1},
        {1024, 2}, {1024, 1}
    };

    /** A 3x3 convolution of stride 1 from image to image, 16 x 16 x 4 -> 16 x 16 x 12. */
    static SmallNetwork convolution(long seed, boolean perChannel) {
        SeededGraph graph = new SeededGraph(SIZE, CHANNELS, seed, perChannel);
        Image out = graph.convolution(graph.input, OUTPUTS, new Window(3, 1, false), Activation.NONE);
        return network("convolution " + seed, graph, out);
    }

    /** Convolution, depthwise convolution, 1x1 convolution, average, fully connected: a classifier of 12 classes. */
    static SmallNetwork classifier(long seed) {
        return classifier(seed, false);
    }

    /** The same, with a weight scale for each output where {@code perChannel}. */
    static SmallNetwork classifier(long seed, boolean perChannel) {
        SeededGraph graph = new SeededGraph(SIZE, CHANNELS, seed, perChannel);
        return network("classifier " + seed, graph, graph.layer(features(graph), OUTPUTS));
    }

    /** The classifier of that seed with another last layer: weights W[class][feature], no bias. */
    static SmallNetwork classifier(long seed, byte[][] head) {
        SeededGraph graph = new SeededGraph(SIZE, CHANNELS, seed, false);
        return network("classifier " + seed + " with another head", graph, graph.layer(features(graph), head));
    }

    /** The classifier of that seed without its last layer: an image to 32 features. */
    static SmallNetwork features(long seed) {
        SeededGraph graph = new SeededGraph(SIZE, CHANNELS, seed, false);
        return network("features " + seed, graph, features(graph));
    }

    /** A block with a way around it: 1x1, depthwise and 1x1 convolution, added to what went in; then average and classes. */
    static SmallNetwork residual(long seed) {
        SeededGraph graph = new SeededGraph(SIZE, CHANNELS, seed, false);
        Image in = graph.convolution(graph.input, 16, new Window(3, 2, false), Activation.RELU);
        Image wide = graph.depthwise(graph.convolution(in, FEATURES, POINT, Activation.RELU), 1);
        Image sum = graph.sum(in, graph.convolution(wide, 16, POINT, Activation.NONE));
        return network("residual " + seed, graph, graph.layer(graph.pooled(sum), OUTPUTS));
    }

    /**
     * The architecture of mobilenet v1, from an image of three channels to a softmax of classes.
     *
     * @param size rows and columns of the input, a multiple of 32
     * @param width multiplier of all channels, such as 0.25
     */
    static SmallNetwork mobilenet(long seed, int size, double width, int classes) {
        SeededGraph graph = new SeededGraph(size, 3, seed, false);
        Image image = graph.convolution(graph.input, (int) (32 * width), new Window(3, 2, false), Activation.RELU);
        for (int[] block : BLOCKS) {
            image = graph.convolution(
                    graph.depthwise(image, block[1]), (int) (block[0] * width), POINT, Activation.RELU);
        }
        Image result = graph.softmax(graph.layer(graph.pooled(image), classes));
        return network("mobilenet " + width + " of " + size + " pixels, seed " + seed, graph, result);
    }

    private static Image features(SeededGraph graph) {
        Image first = graph.convolution(graph.input, 16, new Window(3, 2, false), Activation.RELU);
        Image third = graph.convolution(graph.depthwise(first, 1), FEATURES, POINT, Activation.RELU);
        return graph.pooled(third);
    }

    private static SmallNetwork network(String name, SeededGraph graph, Image output) {
        TfliteModel source = TfliteModel.parse(name, graph.source(name, output));
        byte[] compiled = NetworkCompiler.compileWhole(source).file();
        return new SmallNetwork(name, source, TfliteModel.parse(name + ", compiled", compiled));
    }

    /** Random bytes as an input. */
    static byte[] input(long seed) {
        byte[] input = new byte[INPUT_BYTES];
        new Random(seed).nextBytes(input);
        return input;
    }

    @Override
    public String toString() {
        return name;
    }
}
