package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.ChainSpec;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/*
 * Several layers fit into one program: the outputs of one stay on the chip and are gathered as inputs of the next. Claim:
 * such a chain answers exactly what its layers answer one after the other, each as a model of its own, the bytes carried
 * from one to the next by hand.
 *
 * The control are those single layers: each must give the exact product of what it got. Otherwise chain and layers could
 * agree in being wrong.
 *
 * Alone: mvn test -Dexperiment=ChainOfLayers
 */
@Hypothesis(
        value = "Layers chained in one program answer as they do one after the other",
        refutedBy = "An output of the chain that differs from that of its layers, run one by one",
        source =
                "Derived: gathers and tensor ops as in multi-layer networks; no such chain was compared with the compiler's",
        theme = Hypothesis.Theme.NETWORKS)
class ChainOfLayers {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.chip(chip -> chip.withLanes(16)), Counterexample.flickers(9));
    }

    /** Channel counts from the input on, and what the layers are like. */
    record Chain(List<Integer> channels, ParameterFormat format, Activation between) {
        List<DenseSpec> layers() {
            List<DenseSpec> layers = new ArrayList<>();
            for (int i = 0; i + 1 < channels.size(); i++) {
                boolean last = i + 2 == channels.size();
                DenseShape shape =
                        new DenseShape(channels.get(i), channels.get(i + 1), format, last ? Activation.NONE : between);
                if (i == 0) {
                    layers.add(SeededLayer.of(shape, 21).build());
                } else {
                    Quantization before = layers.get(i - 1).quantization();
                    layers.add(SeededLayer.behind(before.outputScale(), before.outputZeroPoint(), shape, 21 + i)
                            .build());
                }
            }
            return layers;
        }

        @Override
        public String toString() {
            return String.join("-", channels.stream().map(String::valueOf).toList()) + ", " + format
                    + (between == Activation.NONE ? "" : ", " + between);
        }
    }

    static List<Chain> chains() {
        return List.of(
                new Chain(List.of(256, 256, 256), ParameterFormat.PER_TENSOR, Activation.NONE),
                new Chain(List.of(256, 64, 128), ParameterFormat.PER_CHANNEL, Activation.NONE),
                new Chain(List.of(784, 64, 10), ParameterFormat.PER_TENSOR_BIAS, Activation.RELU),
                new Chain(List.of(500, 256, 256, 6), ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU));
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("chains")
    void theChainAnswersAsItsLayersDo(Chain chain, Bench bench, Evidence evidence) {
        List<DenseSpec> layers = chain.layers();
        ChainSpec spec = new ChainSpec(chain.layers()); // the same once more, under a token of its own
        DenseTemplate first = DenseTemplate.assemble(layers.get(0));
        Inputs inputs = Inputs.of(first);
        List<byte[]> drives =
                List.of(inputs.zeros(), inputs.ramp(), inputs.random(1), inputs.random(2), inputs.random(3));
        evidence.fact(
                "program", spec.status().level().word() + ": " + spec.status().reason());

        List<byte[]> carried = drives;
        for (int i = 0; i < layers.size(); i++) {
            DenseTemplate layer = DenseTemplate.assemble(layers.get(i));
            List<byte[]> answers = bench.run(layer, carried);
            for (int n = 0; n < drives.size(); n++) {
                evidence.expect("layer " + i + " alone, drive " + n, layer, carried.get(n), answers.get(n));
            }
            carried = answers;
        }
        TfliteModel model = TfliteModel.parse("chain " + chain, CompiledModelWriter.write(spec));
        try (Session whole = bench.open(model, outputs(chain))) {
            for (int n = 0; n < drives.size(); n++) {
                evidence.expectSame("chain, drive " + n, first, carried.get(n), whole.run(drives.get(n)));
            }
        }
    }

    private static int outputs(Chain chain) {
        return chain.channels.get(chain.channels.size() - 1);
    }
}
