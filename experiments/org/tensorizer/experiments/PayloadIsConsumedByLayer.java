package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.InnerResults;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters.NetworkFault;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.InnerTensors;
import org.tensorizer.network.Network;
import org.tensorizer.network.NetworkWriter;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;

/*
 * Which bytes of the payload feed which layer of a network? The weights of one layer are inverted, bit by bit, and nothing
 * else. Then the layer answers otherwise, and what does not depend on it answers as before: everything that lies before it,
 * and whatever goes round it. This is done to one layer after the other, in a deep network to twelve of them.
 *
 * A chip gives its outputs only: they must change. An emulated chip shows what is computed inside, too, so that each tensor
 * of the network is judged on its own. Which tensor depends on which layer is read from the program (tensorizer explain).
 *
 * The control is the network as it is, asked twice: nothing changes.
 *
 * Alone: mvn test -Dexperiment=PayloadIsConsumedByLayer -Dtensorizer.templates=DIR
 */
@Hypothesis(
        value = "The weights of a layer act on that layer and on what depends on it, and on nothing before it",
        refutedBy =
                "Outputs, or results of the layer, that stay as they were when its weights are inverted, or a tensor that"
                        + " does not depend on the layer and changes",
        source = "derived from the streams of compiled networks",
        theme = Hypothesis.Theme.NETWORKS,
        onSilicon = "of whole networks only (mobilenet)")
class PayloadIsConsumedByLayer {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.keepsItsFirstWeights(),
                Counterexample.answersTheSame(),
                Counterexample.chip(chip -> chip.withNetwork(NetworkFault.SHIFTED_PARAMETERS)));
    }

    private static final int MOST_LAYERS = 12;

    static List<SmallNetwork> networks() {
        return List.of(SmallNetwork.classifier(3), SmallNetwork.residual(1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void smallNetworks(SmallNetwork small, Bench bench, Evidence evidence) {
        everyLayer(Network.of(small.compiled()), bench, evidence);
    }

    @EveryTemplate
    void realNetworks(TfliteModel model, Bench bench, Evidence evidence) {
        assumeTrue(model.packages().size() == 1, "needs one compiled part");
        Network network = understood(model);
        assumeTrue(network.layers().size() > 1, "needs several layers");
        everyLayer(network, bench, evidence);
    }

    private static Network understood(TfliteModel model) {
        try {
            Network network = Network.of(model);
            assumeTrue(network.graph().unknown().isEmpty(), "parts of the program are not understood");
            return network;
        } catch (BadInputException e) {
            return abort("not understood: " + e.getMessage());
        }
    }

    private static void everyLayer(Network network, Bench bench, Evidence evidence) {
        TfliteModel model = network.model();
        List<byte[]> before = answers(bench, model);
        for (int k = 0; k < before.size(); k++) {
            evidence.expect(
                    "as it is, again", before.get(k), answers(bench, model).get(k), false);
        }
        Optional<Inside> inside = bench.device().innerResults().map(device -> new Inside(network, device));
        StringBuilder table = new StringBuilder("layer,output,weights inverted,outputs changed");
        table.append(
                inside.isPresent() ? ",tensors before or beside it,own results changed,later tensors changed\n" : "\n");
        int changedSomething = 0;
        int[] asked = asked(network.layers().size());
        for (int index : asked) {
            LayerOperator layer = network.layer(index);
            NetworkWriter writer = NetworkWriter.open(network);
            byte[] weights = network.weights(layer);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (byte) ~weights[i];
            }
            writer.weights(layer, weights);
            writer.refreshToken();
            TfliteModel inverted = TfliteModel.parse(model.name(), writer.bytes());
            int differing = differing(before, answers(bench, inverted));
            changedSomething += differing > 0 ? 1 : 0;
            table.append("%d %s,%s,%d,%d".formatted(index, layer, layer.output().shape(), weights.length, differing));
            if (inside.isPresent()) {
                table.append(inside.get().judge(index, inverted));
            } else if (differing == 0) {
                throw new AssertionError(inverted(index, layer) + ", and every output is as before");
            }
            table.append('\n');
        }
        evidence.fact("layers asked", asked.length + " of " + network.layers().size());
        evidence.fact("layers that change an output", changedSomething);
        evidence.fact("judged by", inside.isPresent() ? "every tensor inside" : "the outputs");
        evidence.table("layers", table.toString());
    }

    /** Of a deep network some layers, evenly, the first and the last among them. */
    private static int[] asked(int layers) {
        int count = Math.min(layers, MOST_LAYERS);
        return IntStream.range(0, count)
                .map(i -> count == 1 ? 0 : i * (layers - 1) / (count - 1))
                .toArray();
    }

    private static String inverted(int index, LayerOperator layer) {
        return "layer " + index + ", " + layer + ": its weights are inverted";
    }

    /** All outputs for random bytes, the same in every call. */
    private static List<byte[]> answers(Bench bench, TfliteModel model) {
        Random random = new Random(1);
        try (Session session = open(bench, model)) {
            return session.run(session.inputs().stream()
                    .map(input -> {
                        byte[] bytes = new byte[input.byteSize()];
                        random.nextBytes(bytes);
                        return bytes;
                    })
                    .toList());
        }
    }

    private static Session open(Bench bench, TfliteModel model) {
        try {
            return bench.device().open(model);
        } catch (BadInputException e) {
            return abort("does not run here: " + e.getMessage());
        }
    }

    private static int differing(List<byte[]> first, List<byte[]> second) {
        int count = 0;
        for (int k = 0; k < first.size(); k++) {
            count += differing(first.get(k), second.get(k));
        }
        return count;
    }

    private static int differing(byte[] first, byte[] second) {
        int count = 0;
        for (int i = 0; i < first.length; i++) {
            count += first[i] != second[i] ? 1 : 0;
        }
        return count;
    }

    /** The tensors between inputs and outputs, on a device that shows them. */
    private static final class Inside {
        private final Network network;
        private final InnerResults device;
        private final List<byte[]> inputs = new ArrayList<>();
        private final InnerTensors before;

        Inside(Network network, InnerResults device) {
            this.network = network;
            this.device = device;
            Random random = new Random(1);
            for (GraphTensor input : network.graph().inputs()) {
                byte[] bytes = new byte[input.shape().elements()];
                random.nextBytes(bytes);
                inputs.add(bytes);
            }
            before = InnerTensors.of(network, network.model(), device, inputs);
        }

        /** @return cells of the table */
        String judge(int index, TfliteModel changed) {
            LayerOperator layer = network.layer(index);
            InnerTensors after = InnerTensors.of(network, changed, device, inputs);
            Set<GraphTensor> dependent = dependent(layer);
            int apart = 0;
            int moved = 0;
            for (GraphOperator operator : network.graph().operators()) {
                GraphTensor tensor = operator.output();
                if (!before.tensors().containsKey(tensor)) {
                    continue; // its elements are moved only
                }
                int differing = differing(before.bytes(tensor), after.bytes(tensor));
                if (dependent.contains(tensor)) {
                    moved += differing > 0 && tensor != layer.output() ? 1 : 0;
                } else if (differing == 0) {
                    apart++;
                } else {
                    throw new AssertionError(inverted(index, layer) + ", and " + differing + " results of "
                            + operator.name() + " change, which does not depend on it");
                }
            }
            int own = differing(before.bytes(layer.output()), after.bytes(layer.output()));
            if (own == 0) {
                throw new AssertionError(inverted(index, layer) + ", and its results are as before");
            }
            return ",%d,%d,%d of %d".formatted(apart, own, moved, dependent.size() - 1);
        }

        /** What the layer gives and all that is computed from it. */
        private static Set<GraphTensor> dependent(LayerOperator layer) {
            Set<GraphTensor> found = new HashSet<>(Set.of(layer.output()));
            Deque<GraphTensor> open = new ArrayDeque<>(found);
            while (!open.isEmpty()) {
                for (GraphOperator user : open.pop().users()) {
                    if (found.add(user.output())) {
                        open.push(user.output());
                    }
                }
            }
            return found;
        }
    }
}
