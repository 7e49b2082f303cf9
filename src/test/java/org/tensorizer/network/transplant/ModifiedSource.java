package org.tensorizer.network.transplant;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.tensorizer.model.Operator;
import org.tensorizer.model.StoredQuantization;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

/** A source with other numbers, as if it were trained anew: weights, biases, scales and zero points, from a seed. */
final class ModifiedSource {
    private static final Set<String> KEEPS_QUANTIZATION = Set.of(
            "RESHAPE",
            "SQUEEZE",
            "PAD",
            "MAX_POOL_2D",
            "AVERAGE_POOL_2D",
            "RESIZE_BILINEAR",
            "CONCATENATION",
            "SPLIT",
            "SLICE",
            "STRIDED_SLICE",
            "QUANTIZE");
    private static final Set<String> FIXED_OUTPUT = Set.of("SOFTMAX", "LOGISTIC", "TANH");

    private final TfliteModel model;
    private final Random random;
    private final byte[] bytes;
    private final ByteBuffer words;
    private final List<StoredQuantization.OfTensor> places;
    private final Map<Integer, Integer> parent = new HashMap<>();

    private ModifiedSource(TfliteModel model, long seed) {
        this.model = model;
        this.random = new Random(seed);
        this.bytes = model.copy();
        this.words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.places = StoredQuantization.tensors(model);
    }

    static TfliteModel of(TfliteModel model, long seed) {
        ModifiedSource source = new ModifiedSource(model, seed);
        source.activations();
        source.layers();
        return TfliteModel.parse(model.name() + " seed " + seed, source.bytes);
    }

    private int root(int tensor) {
        int at = tensor;
        while (parent.getOrDefault(at, at) != at) {
            at = parent.get(at);
        }
        return at;
    }

    private void activations() {
        Set<Integer> fixed = new HashSet<>();
        for (Operator operator : model.operators()) {
            int output = operator.outputs().get(0);
            if (KEEPS_QUANTIZATION.contains(operator.name())) {
                for (int other : operator.inputs()) {
                    if (other >= 0 && isActivation(other)) {
                        parent.put(root(other), root(output));
                    }
                }
                operator.outputs().forEach(other -> parent.put(root(other), root(output)));
            }
        }
        for (Operator operator : model.operators()) {
            if (FIXED_OUTPUT.contains(operator.name())) {
                fixed.add(root(operator.outputs().get(0)));
            }
        }
        Map<Integer, Float> factors = new HashMap<>();
        Map<Integer, Integer> shifts = new HashMap<>();
        for (Tensor tensor : model.tensors()) {
            if (!isActivation(tensor.index()) || fixed.contains(root(tensor.index()))) {
                continue;
            }
            int own = root(tensor.index());
            float factor = factors.computeIfAbsent(own, k -> 0.8f + 0.4f * random.nextFloat());
            int shift = shifts.computeIfAbsent(own, k -> random.nextInt(21) - 10);
            int least = tensor.type() == TensorType.INT8 ? -128 : 0;
            long zero = Math.max(least, Math.min(least + 255, tensor.zeroPoint() + shift));
            words.putFloat(places.get(tensor.index()).scales().start(), tensor.scale() * factor);
            words.putLong(places.get(tensor.index()).zeroPoints().start(), zero);
        }
    }

    private boolean isActivation(int index) {
        Tensor tensor = model.tensors().get(index);
        return TensorDomain.has(tensor.type())
                && tensor.isQuantizedPerTensor()
                && tensor.data().isEmpty();
    }

    private float scale(int tensor) {
        return words.getFloat(places.get(tensor).scales().start());
    }

    private void layers() {
        for (Operator operator : model.operators()) {
            switch (operator.name()) {
                case "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED" -> layer(operator);
                default -> {}
            }
        }
    }

    private void layer(Operator operator) {
        Tensor weights = model.tensors().get(operator.inputs().get(1));
        int start = weights.data().start();
        for (int i = weights.data().length() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            byte swapped = bytes[start + i];
            bytes[start + i] = bytes[start + j];
            bytes[start + j] = swapped;
        }
        int scales = weights.scales().size();
        boolean equal = weights.scales().stream().distinct().count() == 1; // then the program has one for all
        float factor = 0.8f + 0.4f * random.nextFloat();
        for (int i = 0; i < scales; i++) {
            int at = places.get(weights.index()).scales().start() + Float.BYTES * i;
            words.putFloat(at, weights.scales().get(i) * (equal ? factor : 0.8f + 0.4f * random.nextFloat()));
        }
        if (operator.inputs().size() > 2 && operator.inputs().get(2) >= 0) {
            bias(operator, weights, model.tensors().get(operator.inputs().get(2)));
        }
    }

    private void bias(Operator operator, Tensor weights, Tensor bias) {
        boolean any = false;
        for (int at = bias.data().start(); at < bias.data().end(); at += Integer.BYTES) {
            any |= words.getInt(at) != 0;
        }
        for (int at = bias.data().start(); any && at < bias.data().end(); at += Integer.BYTES) {
            words.putInt(at, words.getInt(at) + random.nextInt(2001) - 1000);
        }
        for (int i = 0; i < bias.scales().size(); i++) {
            float weightScale =
                    words.getFloat(places.get(weights.index()).scales().start() + Float.BYTES * i);
            words.putFloat(
                    places.get(bias.index()).scales().start() + Float.BYTES * i,
                    scale(operator.inputs().get(0)) * weightScale);
        }
    }
}
