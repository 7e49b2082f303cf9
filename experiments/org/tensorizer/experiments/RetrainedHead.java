package org.tensorizer.experiments;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;
import org.tensorizer.patch.TokenPolicy;

/*
 * A compiled classifier learns new classes from five images of each, without a compiler and without training: the weights
 * of its last layer become the mean of the images' normalised features (imprinting), and are transplanted into the compiled
 * file. The images are made here: stripes of four directions, each at a random place, with noise.
 *
 * To do the same with a network of yours: compile it once, compute features with a model that ends before the last layer,
 * write the source with the new last layer, and `tensorizer transplant COMPILED SOURCE -o OUT`.
 *
 * The control is the classifier as it was compiled, with a last layer of random weights: it must do no better than chance
 * allows.
 *
 * Alone: mvn test -Dexperiment=RetrainedHead
 */
@Hypothesis(
        value =
                "A head imprinted from five images a class, transplanted into a compiled classifier, tells the classes apart",
        refutedBy = "Fewer than 9 of 10 unseen images in their class",
        source = "derived: imprinting (Qi, Brown, Lowe 2018) on features of a compiled network",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "not published")
class RetrainedHead {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.answersTheSame(),
                Counterexample.answers("gives features and classes in reverse", () -> output -> {
                    byte[] reversed = new byte[output.length];
                    for (int i = 0; i < output.length; i++) {
                        reversed[i] = output[output.length - 1 - i];
                    }
                    return output.length == SmallNetwork.OUTPUTS ? reversed : output;
                }));
    }

    private static final int CLASSES = 4;
    private static final int SHOTS = 5;
    private static final int UNSEEN = 25;
    private static final long SEED = 11;

    /** Steps of the stripes' phase from one column, and from one row, to the next. */
    private static final double[][] DIRECTIONS = {{1.6, 0}, {0, 1.6}, {1.1, 1.1}, {1.1, -1.1}};

    @Test
    void fiveImagesAClassAreEnough(Bench bench, Evidence evidence) {
        SmallNetwork compiled = SmallNetwork.classifier(SEED);
        byte[][] head = imprint(bench);
        SmallNetwork source = SmallNetwork.classifier(SEED, head);
        byte[] transplanted = Transplant.of(
                        Network.of(compiled.compiled()), SourceGraph.of(source.source()), Optional.empty())
                .write(TokenPolicy.Fresh.next())
                .bytes();

        int before = right(bench, compiled.compiled());
        int after = right(bench, TfliteModel.parse("imprinted", transplanted));

        int all = CLASSES * UNSEEN;
        evidence.fact("images a class to learn from", SHOTS);
        evidence.fact("unseen images in their class, head as compiled", before + " of " + all);
        evidence.fact("unseen images in their class, imprinted head", after + " of " + all);
        if (after < 0.9 * all || before > 0.7 * all) {
            throw new AssertionError("in their class: " + after + " of " + all + " with the imprinted head, " + before
                    + " with the compiled one; expected at least " + 9 * all / 10 + " and at most " + 7 * all / 10);
        }
    }

    /** Mean of the normalised features of each class, around the mean of all classes, as int8 weights W[class][feature]. */
    private static byte[][] imprint(Bench bench) {
        double[][] means = new double[CLASSES][SmallNetwork.FEATURES];
        double[] centre = new double[SmallNetwork.FEATURES];
        try (Session session = bench.open(SmallNetwork.features(SEED).compiled(), SmallNetwork.FEATURES)) {
            for (int c = 0; c < CLASSES; c++) {
                for (int shot = 0; shot < SHOTS; shot++) {
                    double[] features = normalised(session.run(image(c, 100 * c + shot)));
                    for (int i = 0; i < features.length; i++) {
                        means[c][i] += features[i] / SHOTS;
                        centre[i] += features[i] / SHOTS / CLASSES;
                    }
                }
            }
        }
        double largest = 0;
        for (double[] mean : means) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] -= centre[i];
                largest = Math.max(largest, Math.abs(mean[i]));
            }
        }
        byte[][] head = new byte[SmallNetwork.OUTPUTS][SmallNetwork.FEATURES];
        for (int c = 0; c < CLASSES; c++) {
            for (int i = 0; i < SmallNetwork.FEATURES; i++) {
                head[c][i] = (byte) Math.round(127 * means[c][i] / largest);
            }
        }
        return head;
    }

    private static double[] normalised(byte[] features) {
        double[] values = new double[features.length];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = features[i] + 128;
            sum += values[i] * values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= Math.sqrt(sum);
        }
        return values;
    }

    private static int right(Bench bench, TfliteModel model) {
        int right = 0;
        try (Session session = bench.open(model, SmallNetwork.OUTPUTS)) {
            for (int c = 0; c < CLASSES; c++) {
                for (int n = 0; n < UNSEEN; n++) {
                    byte[] classes = session.run(image(c, 10_000 + 100 * c + n));
                    int best = 0;
                    for (int i = 1; i < CLASSES; i++) {
                        best = classes[i] > classes[best] ? i : best;
                    }
                    right += best == c ? 1 : 0;
                }
            }
        }
        return right;
    }

    /** Stripes of a class at a random place, the same in all channels, with noise. */
    private static byte[] image(int kind, long seed) {
        Random random = new Random(seed);
        double phase = random.nextDouble() * 2 * Math.PI;
        byte[] image = new byte[SmallNetwork.INPUT_BYTES];
        for (int i = 0; i < image.length; i++) {
            int pixel = i / SmallNetwork.CHANNELS;
            double at = phase
                    + DIRECTIONS[kind][0] * (pixel % SmallNetwork.SIZE)
                    + DIRECTIONS[kind][1] * (pixel / SmallNetwork.SIZE);
            double value = 80 * Math.sin(at) + 15 * random.nextGaussian();
            image[i] = (byte) Math.max(-128, Math.min(127, Math.round(value)));
        }
        return image;
    }
}
