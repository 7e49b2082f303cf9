package org.tensorizer.experiments;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.lift.Lifted;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;

/*
 * There and back: a source is compiled here, the compiled file is lifted with no source at hand, and the two sources are held
 * against each other, layer by layer: weights and biases number by number, zero points, and the multiplier of each channel
 * to the last bit. Names are made up and scales between layers are free as long as the multipliers stay; those are not
 * compared.
 *
 * The control is another seed: its layers must be others.
 *
 * No device takes part: this is about numbers.
 *
 * Alone: mvn test -Dexperiment=LiftedIsTheSource -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "The lift of what was compiled here is its source again",
        refutedBy = "A layer with another weight, bias, zero point or multiplier, or one too many",
        source = "derived: lifting reads every number that compiling writes",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "needs no chip")
class LiftedIsTheSource {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.models("has a source of another training beside it", folder -> {
            Files.write(
                    folder.resolve("odd_edgetpu.tflite"),
                    SmallNetwork.convolution(41, false).compiled().copy());
            Files.write(
                    folder.resolve("odd.tflite"),
                    SmallNetwork.convolution(42, false).source().copy());
        }));
    }

    static List<SmallNetwork> networks() {
        return List.of(
                SmallNetwork.convolution(43, false),
                SmallNetwork.convolution(44, true),
                SmallNetwork.classifier(45),
                SmallNetwork.classifier(46, true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void ofNetworksCompiledHere(SmallNetwork network, Evidence evidence) {
        requireSame(network.source(), network.compiled(), evidence);
        if (layers(SmallNetwork.convolution(1, false).source())
                .equals(layers(SmallNetwork.convolution(2, false).source()))) {
            throw new IllegalStateException("two trainings look the same: nothing is shown");
        }
    }

    /** Compiled by whomever: the lift of the file is the source that lies beside it. */
    @EveryTemplate
    void ofModelsOfTheRun(TfliteModel compiled, Evidence evidence) {
        TfliteModel source = CompiledNetwork.sourceBeside(compiled);
        requireSame(source, compiled, evidence);
    }

    private static void requireSame(TfliteModel source, TfliteModel compiled, Evidence evidence) {
        List<String> expected = layers(source);
        Lifted lifted = CompiledNetwork.lifted(compiled);
        List<String> found = layers(TfliteModel.parse("lifted", lifted.model()));
        evidence.fact("layers", found.size());
        List<String> missing = new ArrayList<>(expected);
        found.forEach(missing::remove);
        if (!missing.isEmpty() || expected.size() != found.size()) {
            throw new AssertionError(found.size() + " layers lifted, " + expected.size()
                    + " in the source, of these not" + " found again: " + missing);
        }
    }

    /** What each layer computes with, as text. */
    private static List<String> layers(TfliteModel model) {
        SourceGraph graph = SourceGraph.of(model);
        List<String> layers = new ArrayList<>();
        for (Operator operator : model.operators()) {
            if (graph.isLayer(operator)) {
                SourceLayer layer = graph.layer(operator);
                layers.add(layer.height() + "x" + layer.width() + " to " + layer.outputs() + " channels, weights "
                        + Arrays.hashCode(layer.weights()) + " around " + layer.weightZero() + ", biases "
                        + Arrays.hashCode(layer.biases()) + ", multipliers " + Arrays.hashCode(layer.multipliers())
                        + ", zero points " + layer.input().zeroPoint() + " and "
                        + layer.output().zeroPoint());
            }
        }
        return layers;
    }
}
