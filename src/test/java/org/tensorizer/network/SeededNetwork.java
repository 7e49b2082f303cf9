package org.tensorizer.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.SharedFolder;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.dense.Activation;
import org.tensorizer.model.Operator;
import org.tensorizer.model.OperatorOptions;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.schema.BuiltinOperator;
import org.tensorizer.template.SourceGraphBuilder;
import org.tensorizer.template.SourceGraphBuilder.Parameters;
import org.tensorizer.template.SourceGraphBuilder.Window;

/**
 * Real networks without their weights: layers, shapes, scales and zero points as {@code networks/real.txt} among the test
 * resources describes them, weights and biases from a seed, drawn so that the outputs of every layer use their range. One
 * network of two seeds is a pair of checkpoints. Immutable, safe for many threads.
 *
 * @param name its path in the shared folder, without the ending
 * @param layers lines that describe the source: the input, then one for each operator; see {@link #describe}
 * @param programs lines on what edgetpu_compiler made of it; none where it made other programs than this project
 */
public record SeededNetwork(String name, List<String> layers, List<String> programs) {
    private static final Map<String, SeededNetwork> ALL = read();
    private static final Map<String, TfliteModel> COMPILED = new ConcurrentHashMap<>();

    /** Standard deviation of weights in steps of their scale, where that is drawn, too. */
    private static final double WEIGHT_STEPS = 40;

    /** Standard deviation of biases in steps of the output. */
    private static final double BIAS_STEPS = 18;

    /** Operators that only rename, or turn what the host has into what the chip takes. */
    private static final Set<String> BETWEEN = Set.of("CAST", "QUANTIZE", "RESHAPE");

    private static Map<String, SeededNetwork> read() {
        Map<String, SeededNetwork> networks = new LinkedHashMap<>();
        try (InputStream in = SeededNetwork.class.getResourceAsStream("/networks/real.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String part : text.substring(text.indexOf("\nnetwork ")).split("\nnetwork ")) {
                List<String> lines =
                        part.lines().filter(line -> !line.isBlank()).toList();
                if (!lines.isEmpty()) {
                    String name = lines.get(0);
                    int end = lines.contains("compiled") ? lines.indexOf("compiled") : lines.size();
                    List<String> programs = lines.subList(Math.min(end + 1, lines.size()), lines.size());
                    networks.put(name, new SeededNetwork(name, lines.subList(1, end), programs));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return networks;
    }

    /** All that are described. */
    public static List<SeededNetwork> all() {
        return List.copyOf(ALL.values());
    }

    /** Whether a network is described. */
    public static boolean has(String name) {
        return ALL.containsKey(name);
    }

    public static SeededNetwork of(String name) {
        return ALL.get(name);
    }

    /** The real source, which need not be there. */
    public Path sharedSource() {
        return SharedFolder.root().resolve(name + ".tflite");
    }

    /** What TFLite runs on the CPU. */
    public TfliteModel source(long seed) {
        return TfliteModel.parse(name + " of seed " + seed, new Source(new Random(seed)).write());
    }

    /** The same compiled here; made once. */
    public TfliteModel compiled(long seed) {
        return COMPILED.computeIfAbsent(
                name + " of seed " + seed + ", compiled",
                title -> TfliteModel.parse(
                        title, NetworkCompiler.compileWhole(source(seed)).file()));
    }

    @Override
    public String toString() {
        return name;
    }

    /** @param shape as TFLite has it, batch first, channels last */
    private record Activations(int tensor, List<Integer> shape, float scale, TensorDomain domain) {
        int channels() {
            return shape.get(shape.size() - 1);
        }

        /** Of one output channel that reads them all. */
        int size() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }
    }

    /** Writes the source. */
    private final class Source {
        private final SourceGraphBuilder graph = new SourceGraphBuilder();
        private final Random random;
        private int tensors;

        Source(Random random) {
            this.random = random;
        }

        byte[] write() {
            String[] input = layers.get(0).split(" +");
            List<Integer> shape = new ArrayList<>(List.of(1));
            Stream.of(input[1].split("x")).map(Integer::valueOf).forEach(shape::add);
            boolean signed = TensorType.valueOf(input[2]) == TensorType.INT8;
            Activations at =
                    tensor(shape, Float.parseFloat(input[3]), new TensorDomain(signed, Integer.parseInt(input[4])));
            int first = at.tensor;
            for (String line : layers.subList(1, layers.size())) {
                at = operator(line.split(" +"), at);
            }
            return graph.build(name + ", weights from a seed", first, at.tensor);
        }

        private Activations tensor(List<Integer> shape, float scale, TensorDomain domain) {
            int tensor = graph.activation("tensor " + tensors++, shape, scale, domain);
            return new Activations(tensor, shape, scale, domain);
        }

        private Activations operator(String[] words, Activations from) {
            float scale = Float.parseFloat(words[1]);
            TensorDomain domain = new TensorDomain(from.domain.signed(), Integer.parseInt(words[2]));
            switch (words[0]) {
                case "TANH" -> {
                    Activations to = tensor(from.shape, scale, domain);
                    graph.plain(BuiltinOperator.TANH, from.tensor, to.tensor);
                    return to;
                }
                case "SOFTMAX" -> {
                    Activations to = tensor(from.shape, scale, domain);
                    graph.softmax(from.tensor, to.tensor, Float.parseFloat(words[3]));
                    return to;
                }
                case "FULLY_CONNECTED" -> {
                    Activations to = tensor(List.of(1, Integer.parseInt(words[4])), scale, domain);
                    Parameters numbers = parameters(List.of(to.channels(), from.size()), 0, from, to, words, 5);
                    Activation fused = Activation.valueOf(words[3]);
                    graph.layer(from.tensor, from.scale, to.tensor, domain.type(), numbers, fused);
                    return to;
                }
                default -> {
                    return windowed(words, from, scale, domain);
                }
            }
        }

        private Activations windowed(String[] words, Activations from, float scale, TensorDomain domain) {
            int kernel = Integer.parseInt(words[3]);
            Window window = new Window(kernel, Integer.parseInt(words[4]), words[5].equals("VALID"));
            boolean dense = words[0].equals("CONV_2D");
            int outputs = dense ? Integer.parseInt(words[7]) : from.channels();
            List<Integer> shape =
                    List.of(1, windows(from.shape.get(1), window), windows(from.shape.get(2), window), outputs);
            Activations to = tensor(shape, scale, domain);
            if (words[0].equals("AVERAGE_POOL_2D")) {
                graph.average(from.tensor, to.tensor, window);
                return to;
            }
            Activation fused = Activation.valueOf(words[6]);
            TensorType type = domain.type();
            if (dense) {
                List<Integer> weights = List.of(outputs, kernel, kernel, from.channels());
                Parameters numbers = parameters(weights, 0, from, to, words, 8);
                graph.convolution(from.tensor, from.scale, to.tensor, type, window, numbers, fused);
            } else {
                Parameters numbers = parameters(List.of(1, kernel, kernel, outputs), 3, from, to, words, 8);
                graph.depthwise(from.tensor, from.scale, to.tensor, type, window, numbers, fused);
            }
            return to;
        }

        private static int windows(int size, Window window) {
            int reach = window.valid() ? window.kernel() - 1 : 0;
            return (size - reach + window.stride() - 1) / window.stride();
        }

        /**
         * @param dimension of the outputs
         * @param word from which on weights and bias are described
         */
        private Parameters parameters(
                List<Integer> shape, int dimension, Activations from, Activations to, String[] words, int word) {
            byte[] weights = new byte[shape.stream().reduce(1, Math::multiplyExact)];
            double wanted = to.scale / (from.scale * Math.sqrt((double) weights.length / to.channels())); // real
            float[] scales = new float[words[word].equals("channels") ? to.channels() : 1];
            int zero = 0;
            if (scales.length > 1) {
                for (int c = 0; c < scales.length; c++) {
                    scales[c] = (float) (wanted / WEIGHT_STEPS * (0.8 + 0.4 * random.nextFloat()));
                }
            } else {
                String[] given = words[word].split(":");
                scales[0] = Float.parseFloat(given[0]);
                zero = Integer.parseInt(given[1]);
            }
            int most = (int) Math.max(1, Math.min(127, Math.round(Math.sqrt(3) * wanted / scales[0])));
            int least = from.domain.least();
            for (int i = 0; i < weights.length; i++) {
                int weight = zero + random.nextInt(2 * most + 1) - most;
                weights[i] = (byte) Math.max(least, Math.min(least + 255, weight));
            }
            int[] bias = new int[to.channels()];
            for (int c = 0; words[word + 1].equals("bias") && c < bias.length; c++) {
                double step = to.scale / (from.scale * scales[scales.length > 1 ? c : 0]);
                bias[c] = (int) (random.nextGaussian() * BIAS_STEPS * step);
            }
            return new Parameters(shape, weights, scales, zero, dimension, bias);
        }
    }

    /**
     * The lines of a source whose operators form a chain: the input with its shape, type, scale and zero point; of each
     * operator the scale and zero point of its output, then kernel, stride, padding, activation, output channels, weights
     * ({@code channels} if each has a scale, else scale and zero point), and whether there is a bias that is not zero.
     */
    public static List<String> describe(TfliteModel source) {
        List<String> lines = new ArrayList<>();
        for (Operator operator : source.operators()) {
            Tensor from = source.tensors().get(operator.inputs().get(0));
            Tensor to = source.tensors().get(operator.outputs().get(0));
            if (BETWEEN.contains(operator.name())) {
                continue;
            }
            if (lines.isEmpty()) {
                lines.add(from.shape().stream()
                                .skip(1)
                                .map(String::valueOf)
                                .collect(Collectors.joining("x", "input ", ""))
                        + " " + from.type() + " " + from.scale() + " " + from.zeroPoint());
            }
            lines.add((operator.name() + " " + to.scale() + " " + to.zeroPoint() + " " + options(source, operator))
                    .trim());
        }
        return lines;
    }

    private static String options(TfliteModel source, Operator operator) {
        if (operator.options() instanceof OperatorOptions.Softmax softmax) {
            return "" + softmax.beta();
        }
        if (operator.options() instanceof OperatorOptions.Pool pool) {
            return pool.height() + " " + pool.strideY() + " " + pool.padding();
        }
        if (operator.inputs().size() < 3) {
            return "";
        }
        Tensor weights = source.tensors().get(operator.inputs().get(1));
        int biased = operator.inputs().get(2);
        byte[] biases =
                new byte[biased < 0 ? 0 : source.tensors().get(biased).data().length()];
        if (biased >= 0) {
            source.bytes(source.tensors().get(biased).data()).get(biases);
        }
        String numbers = weights.shape().get(operator.name().startsWith("DEPTHWISE") ? 3 : 0) + " "
                + (weights.scales().size() > 1 ? "channels" : weights.scale() + ":" + weights.zeroPoint())
                + (Arrays.equals(biases, new byte[biases.length]) ? " none" : " bias");
        return operator.options() instanceof OperatorOptions.Convolution convolution
                ? weights.shape().get(1) + " " + convolution.strideY() + " " + convolution.padding() + " "
                        + convolution.activation() + " " + numbers
                : ((OperatorOptions.FullyConnected) operator.options()).activation() + " " + numbers;
    }
}
