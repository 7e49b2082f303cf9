package org.tensorizer.layout;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;

/** Whole payloads of made-up weights, compared by SHA-256 with those of an independent implementation. */
class GoldenPayloadTest {
    @TestFactory
    Stream<DynamicTest> payloadsOfAllFormats() throws JsonParserException {
        byte[] index = SharedFolder.bytes(SharedFolder.golden("any/index.json"));
        JsonObject root = JsonParser.object().from(new String(index, StandardCharsets.UTF_8));
        return root.getArray("entries").stream().map(JsonObject.class::cast).map(entry -> {
            ParameterFormat format = ParameterFormat.of(entry.getInt("format"));
            DenseShape shape = DenseShape.of(entry.getInt("n_in"), entry.getInt("n_out"), format);
            JsonObject expected = entry.getObject("parameters");
            return DynamicTest.dynamicTest(shape.toString(), () -> {
                byte[] payload = payload(shape);
                assertThat(payload).hasSize(expected.getInt("bytes"));
                assertThat(Sha256.of(payload)).isEqualTo(expected.getString("sha256"));
            });
        });
    }

    private static byte[] payload(DenseShape shape) {
        DenseLayout layout = DenseLayout.of(shape);
        byte[] payload = DenseLayoutTest.blank(layout);
        byte[] weights = new byte[shape.outputs() * shape.inputs()];
        int[] biases = new int[shape.outputs()];
        float[] scales = new float[shape.outputs()];
        for (int o = 0; o < shape.outputs(); o++) {
            for (int i = 0; i < shape.inputs(); i++) {
                weights[o * shape.inputs() + i] = (byte) ((37 * o + 11 * i + o * i) % 256 - 128);
            }
            biases[o] = 1000 * o - 7777;
            scales[o] = 0.0123f * (float) (0.001 + 0.0001 * o) * (1f / 0.031f);
        }
        layout.pack(weights, payload, 0);
        if (layout.header().hasScales()) {
            layout.header().setScales(payload, 0, scales);
        }
        if (layout.header().hasBias()) {
            layout.header().setBiases(payload, 0, biases);
        }
        return payload;
    }
}
