package org.tensorizer.template;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.model.TensorType;

/** The recipes of the templates in {@code fixtures/templates}: everything in them comes from here. */
enum FixtureTemplate {
    INT8_IDENTITY(
            "dense_256_int8_identity",
            "127 on the diagonal, 0 elsewhere",
            "scales of the identity template published with TensorFlow 2.10 era Dense models; weight scale 1/127",
            FixtureTemplate::identity),
    UINT8_PER_CHANNEL(
            "dense_256_uint8_per_channel",
            "java.util.Random(256): weights nextInt(255) - 127 row by row of W[out][in], then one weight scale per output"
                    + " channel, 0.00085 * (0.8 + 0.4 * nextFloat()) in float32",
            "chosen so that outputs spread over the whole byte; both zero points off the middle",
            FixtureTemplate::perChannel);

    static final int CHANNELS = 256;
    private static final long SEED = 256;

    private final String fileName;
    private final String weights;
    private final String quantization;
    private final Supplier<DenseSpec> recipe;

    FixtureTemplate(String fileName, String weights, String quantization, Supplier<DenseSpec> recipe) {
        this.fileName = fileName;
        this.weights = weights;
        this.quantization = quantization;
        this.recipe = recipe;
    }

    /** Files of the fixture by name: compiled model, source model, provenance. */
    Map<String, byte[]> files() {
        DenseSpec spec = recipe.get();
        byte[] compiled = CompiledModelWriter.write(spec);
        byte[] source = SourceModelWriter.write(spec);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(fileName + "_edgetpu.tflite", compiled);
        files.put(fileName + ".tflite", source);
        files.put(fileName + ".json", provenance(spec, compiled, source));
        return files;
    }

    private static DenseSpec identity() {
        return DenseSpec.of(DenseShape.square(CHANNELS, ParameterFormat.PER_TENSOR))
                .weights(DenseSpec.identityWeights(CHANNELS))
                .token(0x54656e736f720001L)
                .build();
    }

    private static DenseSpec perChannel() {
        Random random = new Random(SEED);
        byte[] weights = new byte[CHANNELS * CHANNELS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (random.nextInt(255) - 127);
        }
        float[] scales = new float[CHANNELS];
        for (int out = 0; out < CHANNELS; out++) {
            scales[out] = 0.00085f * (0.8f + 0.4f * random.nextFloat());
        }
        return DenseSpec.of(DenseShape.square(CHANNELS, ParameterFormat.PER_CHANNEL))
                .type(TensorType.UINT8)
                .quantization(Quantization.perChannel(DenseSpec.IDENTITY_SCALE, 121, 0.0125f, 133))
                .weights(weights)
                .weightScales(scales)
                .token(0x54656e736f720002L)
                .build();
    }

    private byte[] provenance(DenseSpec spec, byte[] compiled, byte[] source) {
        ShapeStatus status = ShapeStatus.of(spec.shape());
        Quantization q = spec.quantization();
        JsonObject json = new JsonObject();
        json.put("compiled", fileName + "_edgetpu.tflite");
        json.put("compiledSha256", Sha256.of(compiled));
        json.put("source", fileName + ".tflite");
        json.put("sourceSha256", Sha256.of(source));
        json.put("madeBy", "Tensorizer (CompiledModelWriter, SourceModelWriter); edgetpu_compiler had no part in it");
        json.put("runOnACoral", false);
        json.put("program", status.level().word());
        json.put("programRestsOn", status.reason());
        json.put("shape", spec.shape().toString());
        json.put("tensorType", spec.inputDomain().type().toString());
        json.put("inputScale", q.inputScale());
        json.put("inputZeroPoint", q.inputZeroPoint());
        if (!spec.shape().format().isPerChannel()) {
            json.put("weightScale", q.weightScale());
        }
        json.put("outputScale", q.outputScale());
        json.put("outputZeroPoint", q.outputZeroPoint());
        json.put("zeroPointDomain", "unsigned: an int8 tensor's TFLite zero point plus 128");
        json.put("quantizationChosen", quantization);
        json.put("weights", weights);
        json.put("token", "0x%016x".formatted(spec.token()));
        return (JsonWriter.indent("  ").string().value(json).done() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
