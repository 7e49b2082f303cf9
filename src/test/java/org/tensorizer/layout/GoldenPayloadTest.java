package org.tensorizer.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseRow;
import org.tensorizer.dense.DenseShape;

/** Whole payloads of made-up weights, compared by SHA-256 with those of an independent implementation. */
class GoldenPayloadTest {
    static List<String> payloads() throws IOException {
        try (InputStream in = GoldenPayloadTest.class.getResourceAsStream("payloads.tsv")) {
            String rows = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return rows.lines().filter(row -> !row.startsWith("#")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void payloadsOfAllFormats(String row) {
        String[] column = row.split("\t");
        DenseShape shape = DenseRow.shape(column);
        byte[] payload = payload(shape);
        assertThat(payload).hasSize(Integer.parseInt(column[3]));
        assertThat(Sha256.of(payload)).isEqualTo(column[4]);
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
