package org.tensorizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.SourceModelWriter;

/**
 * The two Dense templates that edgetpu_compiler made and others published, as the project writes them: names,
 * quantization and token are those of the real ones, weights and their scales come from a seed. All that the real ones
 * hold besides weights stands in {@code dense_N.facts} among the resources, with which a twin is compared where the real
 * ones are missing; with them at hand CompiledModelWriterTest writes these files with {@code -Dtensorizer.write=facts}.
 */
public enum DenseTwin {
    DENSE_256(
            256,
            "serving_default_keras_tensor:0",
            Quantization.perChannel(0.007843028f, 127, 0.019048858f, 129),
            0xfce222d70d502fb8L),
    DENSE_1024(
            1024,
            "serving_default_keras_tensor_4:0",
            Quantization.perChannel(0.007843106f, 128, 0.020838281f, 128),
            0xb37fb381b69092a9L);

    private static final String OUTPUT = "StatefulPartitionedCall_1:0";
    private static final Pattern RANGE = Pattern.compile("\\[(\\d+), (\\d+)\\)");
    private static final Pattern RECORD = Pattern.compile("(?<=[,\\[]) ?(?=[A-Z]\\w+\\[)");

    /** Where the order of the tables decides, which flatbuffers leaves open. */
    private static final Pattern PLACES = Pattern.compile("(tokenField|serializedModel)=[^\\])]*\\)");

    private final int channels;
    private final String input;
    private final Quantization quantization;
    private final long token;

    DenseTwin(int channels, String input, Quantization quantization, long token) {
        this.channels = channels;
        this.input = input;
        this.quantization = quantization;
        this.token = token;
    }

    public int channels() {
        return channels;
    }

    public long token() {
        return token;
    }

    /** The layer. */
    public DenseSpec spec() {
        Random random = new Random(channels);
        byte[] weights = new byte[channels * channels];
        float[] scales = new float[channels];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (random.nextInt(255) - 127);
        }
        for (int out = 0; out < channels; out++) {
            scales[out] = 0.0017f * (0.9f + 0.1f * random.nextFloat()) * 8 / (float) Math.sqrt(channels);
        }
        return DenseSpec.of(DenseShape.square(channels, ParameterFormat.PER_CHANNEL))
                .type(TensorType.UINT8)
                .quantization(quantization)
                .weights(weights)
                .weightScales(scales)
                .token(token)
                .names(input, OUTPUT)
                .build();
    }

    /** The twin, compiled by the project. */
    public TfliteModel compiled() {
        return TfliteModel.parse("twin of " + this + "_edgetpu.tflite", CompiledModelWriter.write(spec()));
    }

    /** Its source. */
    public TfliteModel source() {
        return TfliteModel.parse("twin of " + this + ".tflite", SourceModelWriter.write(spec()));
    }

    /** What edgetpu_compiler made, if the shared folder is there. */
    public Optional<TfliteModel> real() {
        return shared(this + "_edgetpu.tflite");
    }

    /** What it was made of, if the shared folder is there. */
    public Optional<TfliteModel> realSource() {
        return shared(this + ".tflite");
    }

    private static Optional<TfliteModel> shared(String name) {
        Path file = SharedFolder.root().resolve("templates").resolve(name);
        return SharedFolder.has(file) ? Optional.of(TfliteModel.read(file)) : Optional.empty();
    }

    /** The twin and, if the shared folder is there, the real template after it. */
    public List<TfliteModel> models() {
        List<TfliteModel> models = new ArrayList<>(List.of(compiled()));
        real().ifPresent(models::add);
        return models;
    }

    /** Those of the real template; a line in front of them says what they are. */
    public String facts() {
        try (InputStream in = DenseTwin.class.getResourceAsStream(this + ".facts")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.substring(text.indexOf('\n') + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Everything that stands in a compiled model but its description and weights: tensors, operators and each field of
     * the package, a record a line, with ranges counted from the start of the package; SHA-256 of the instructions and
     * of the custom operator's options around the package.
     */
    public static String facts(TfliteModel model) {
        ByteRange edgeTpu = model.onlyPackage().range();
        String records = "version " + model.version() + " Model[" + model.subgraphs() + ", " + model.packages() + "]";
        String relative = RANGE.matcher(PLACES.matcher(records).replaceAll("$1"))
                .replaceAll(match -> place(match, edgeTpu.start()));
        StringBuilder facts = new StringBuilder(RECORD.matcher(relative).replaceAll("\n"));
        for (Executable executable : model.onlyPackage().executables()) {
            for (InstructionChunk chunk : executable.chunks()) {
                String digest = Sha256.of(model.copy(chunk.range()));
                facts.append('\n')
                        .append(executable.type())
                        .append(" instructions ")
                        .append(digest);
            }
        }
        ByteRange options = model.operators().get(0).customOptions();
        byte[] head = model.copy(new ByteRange(options.start(), edgeTpu.start()));
        byte[] tail = model.copy(new ByteRange(edgeTpu.end(), options.end()));
        byte[] around = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, around, head.length, tail.length);
        return facts.append("\noptions around the package ")
                .append(Sha256.of(around))
                .append('\n')
                .toString();
    }

    private static String place(MatchResult range, int base) {
        if (range.group().equals("[0, 0)")) {
            return "none";
        }
        return "[" + (Integer.parseInt(range.group(1)) - base) + ", " + (Integer.parseInt(range.group(2)) - base) + ")";
    }

    @Override
    public String toString() {
        return "dense_" + channels;
    }
}
