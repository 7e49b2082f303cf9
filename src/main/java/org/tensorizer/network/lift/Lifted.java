package org.tensorizer.network.lift;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.template.TfliteWriter;

/**
 * A compiled network as a plain quantized model: the same function with ordinary operators. Nothing is claimed to be the
 * original: names are made up, operators that cost nothing are gone, and of the scales only those the report calls known are
 * determined by the program.
 *
 * @param model the whole .tflite, operators around the package included; not a copy
 * @param alone the operators of the package alone; not a copy
 * @param report what was found, chosen and refused
 */
public record Lifted(byte[] model, byte[] alone, Report report) {
    private static final String DESCRIPTION =
            "Lifted from a compiled model by Tensorizer; names of tensors and scales without a source are made up";
    private static final String METADATA = "tensorizer-lift";

    /**
     * What a lift rests on.
     *
     * @param compiled name of the compiled model
     * @param compiledSha256 of it
     * @param operators in order, such as {@code CONV_2D 3x3x3 -> 32 (bundle 228)}
     * @param tensors scale of each tensor and where it comes from
     * @param channels output channels of all layers
     * @param inexact channels whose multiplier no weight scale gives to the last bit
     * @param refused outputs that were left out, with the reason
     */
    public record Report(
            String compiled,
            String compiledSha256,
            List<String> operators,
            List<TensorScale> tensors,
            int channels,
            int inexact,
            List<String> refused) {
        public Report {
            operators = List.copyOf(operators);
            tensors = List.copyOf(tensors);
            refused = List.copyOf(refused);
        }

        /** This as a JSON object; its field names are stable. */
        public String toJson() {
            JsonStringWriter json = JsonWriter.indent("  ").string();
            json.object()
                    .value("format", "tensorizer-lift-1")
                    .value("compiled", compiled)
                    .value("compiled_sha256", compiledSha256)
                    .array("operators");
            operators.forEach(json::value);
            json.end().array("tensors");
            for (TensorScale tensor : tensors) {
                json.object()
                        .value("tensor", tensor.tensor)
                        .value("scale", tensor.scale)
                        .value("zero_point", tensor.zeroPoint)
                        .value("known_from", tensor.origin)
                        .end();
            }
            json.end()
                    .value("channels", channels)
                    .value("channels_not_exact", inexact)
                    .array("refused");
            refused.forEach(json::value);
            return json.end().end().done() + "\n";
        }
    }

    /**
     * @param tensor its name in the lifted model
     * @param scale chosen or found
     * @param zeroPoint unsigned
     * @param origin what determines the scale; {@code free} if nothing does
     */
    public record TensorScale(String tensor, float scale, int zeroPoint, String origin) {}

    /**
     * Lifts a network.
     *
     * @param partial leave out outputs that depend on something that is not understood, instead of refusing
     * @throws BadInputException an output depends on something that is not understood, all of them do, or a multiplier is
     *     NaN, infinite or not positive
     */
    public static Lifted of(Network network, boolean partial) {
        Graph graph = network.graph();
        List<String> refused = new ArrayList<>();
        Set<GraphOperator> needed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Graph.Output output : graph.outputs()) {
            if (output.tensor().isPresent()) {
                need(output.tensor().get(), needed);
            } else {
                refused.add(Printable.name(output.name()) + ": " + output.refused());
            }
        }
        if (!refused.isEmpty() && (!partial || refused.size() == graph.outputs().size())) {
            throw new BadInputException(network.model().name() + ": output " + refused.get(0)
                    + (partial || refused.size() == graph.outputs().size()
                            ? ""
                            : "; --partial leaves it out and lifts the others"));
        }
        List<GraphOperator> operators =
                graph.operators().stream().filter(needed::contains).toList();
        requireMultipliers(network, operators);
        ScaleSolver.Solution solution = ScaleSolver.solve(network, operators);
        TfliteWriter plain = new TfliteWriter();
        LiftedWriter writer = new LiftedWriter(network, solution, operators, plain);
        List<Integer> inputs = new ArrayList<>();
        for (Network.Edge edge : network.inputs()) {
            inputs.add(plain.copied(network.model(), edge.tensor()));
        }
        List<Integer> outputs =
                writer.write(inputs).stream().filter(i -> i >= 0).toList();
        Report report = report(network, operators, solution, refused, writer.channels(), writer.inexact());
        byte[] alone = plain.write(inputs, outputs, DESCRIPTION, METADATA, report.toJson());
        byte[] whole = new Surrounding(network, solution, operators).write(report.toJson());
        return new Lifted(whole, alone, report);
    }

    private static void need(GraphTensor tensor, Set<GraphOperator> needed) {
        tensor.producer()
                .filter(needed::add)
                .ifPresent(operator -> operator.inputs().forEach(t -> need(t, needed)));
    }

    private static void requireMultipliers(Network network, List<GraphOperator> operators) {
        for (GraphOperator operator : operators) {
            if (operator instanceof LayerOperator layer) {
                float[] multipliers = network.multipliers(layer);
                for (int channel = 0; channel < multipliers.length; channel++) {
                    if (!(multipliers[channel] > 0) || Float.isInfinite(multipliers[channel])) {
                        throw new BadInputException(network.model().name() + ": layer "
                                + network.layers().indexOf(layer)
                                + " (" + layer + "): channel " + channel + " has multiplier " + multipliers[channel]
                                + ", expected a positive finite number; the payload is damaged");
                    }
                }
            }
        }
    }

    private static Report report(
            Network network,
            List<GraphOperator> operators,
            ScaleSolver.Solution solution,
            List<String> refused,
            int channels,
            int inexact) {
        List<TensorScale> tensors = new ArrayList<>();
        for (GraphTensor input : network.graph().inputs()) {
            tensors.add(new TensorScale(input.name(), solution.of(input), input.zeroPoint(), solution.origin(input)));
        }
        for (GraphOperator operator : operators) {
            GraphTensor output = operator.output();
            tensors.add(new TensorScale(
                    "tensor_" + output.index(), solution.of(output), output.zeroPoint(), solution.origin(output)));
        }
        return new Report(
                network.model().name(),
                Sha256.of(network.model().bytes()),
                operators.stream()
                        .map(operator -> (operator instanceof LayerOperator ? operator.toString() : operator.name())
                                + (operator.places().isEmpty()
                                        ? ""
                                        : " (" + operator.places().get(0) + ")"))
                        .toList(),
                tensors,
                channels,
                inexact,
                refused);
    }

    /** The model around a package with its custom op replaced by lifted operators; all others stay as they are. Used once. */
    private static final class Surrounding {
        private final Network network;
        private final LiftedWriter lifted;
        private final TfliteWriter writer = new TfliteWriter();
        private final Map<Integer, Integer> at = new HashMap<>();

        Surrounding(Network network, ScaleSolver.Solution solution, List<GraphOperator> operators) {
            this.network = network;
            this.lifted = new LiftedWriter(network, solution, operators, writer);
        }

        /** @param report kept in the file */
        byte[] write(String report) {
            TfliteModel model = network.model();
            for (Operator operator : model.operators()) {
                if (operator.index() == network.compiled().operator()) {
                    embed();
                } else if (operator.inputs().stream().allMatch(t -> t < 0 || isThere(t))) {
                    copy(operator);
                }
            }
            List<Integer> inputs = model.inputs().stream().map(this::tensor).toList();
            List<Integer> outputs = model.outputs().stream()
                    .filter(this::isThere)
                    .map(this::tensor)
                    .toList();
            if (outputs.isEmpty()) {
                throw new BadInputException(model.name() + ": no output of the model is left");
            }
            return writer.write(inputs, outputs, DESCRIPTION, METADATA, report);
        }

        /** Whether a tensor is an input, a constant, or made already: outputs that were left out are not. */
        private boolean isThere(int tensor) {
            boolean made = network.model().operators().stream()
                    .anyMatch(o -> o.outputs().contains(tensor));
            return at.containsKey(tensor) || !made;
        }

        private int tensor(int index) {
            return at.computeIfAbsent(
                    index,
                    i -> writer.copied(
                            network.model(), network.model().tensors().get(i)));
        }

        private void embed() {
            List<Integer> inputs = new ArrayList<>();
            for (Network.Edge edge : network.inputs()) {
                inputs.add(tensor(edge.tensor().index()));
            }
            List<Integer> outputs = lifted.write(inputs);
            for (int i = 0; i < outputs.size(); i++) {
                if (outputs.get(i) >= 0) {
                    at.put(network.outputs().get(i).tensor().index(), outputs.get(i));
                }
            }
        }

        private void copy(Operator operator) {
            writer.copied(
                    network.model(),
                    operator,
                    operator.inputs().stream().map(t -> t < 0 ? -1 : tensor(t)).toList(),
                    operator.outputs().stream().map(this::tensor).toList());
        }
    }
}
