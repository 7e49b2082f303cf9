package org.tensorizer.template;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.model.TfliteModel;

/** Sound compiled models whose names are whatever somebody wrote there: markup, terminal commands, ten megabytes. */
public final class StrangeModels {
    /** Characters of the longest name. */
    public static final int LONG = 10_000_000;

    private StrangeModels() {}

    /** An identity of 8 x 8; the tensors' names are those of the program's layers and relocations, too. */
    public static byte[] named(String input, String output) {
        return CompiledModelWriter.write(DenseSpec.of(DenseShape.of(8, 8, ParameterFormat.PER_TENSOR))
                .weights(DenseSpec.identityWeights(8))
                .names(input, output)
                .token(1)
                .build());
    }

    /** A model whose input tensor and description are {@link #LONG}. */
    public static byte[] ofLongNames() {
        byte[] sound = named("input", "output");
        String description = TfliteModel.parse("sound", sound).description();
        byte[] text = new byte[LONG];
        Arrays.fill(text, (byte) 'x');
        return withText(withText(sound, "input", text), description, text);
    }

    /**
     * The same model with another text at the end of the file, where there is space for a long one.
     *
     * @param from a text that occurs once in the file outside of the package
     * @param to any bytes
     */
    public static byte[] withText(byte[] model, String from, byte[] to) {
        byte[] old = from.getBytes(StandardCharsets.UTF_8);
        int end = (model.length + 3) / 4 * 4;
        ByteBuffer file = ByteBuffer.allocate(end + 8 + to.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(model);
        ByteRange compiled = TfliteModel.parse("sound", model).onlyPackage().range();
        int moved = 0;
        for (int at = 0; at + 4 <= model.length; at += 4) {
            long text = at + Integer.toUnsignedLong(file.getInt(at)) + 4;
            boolean graph = at < compiled.start() || at >= compiled.end();
            if (graph
                    && text + old.length <= model.length
                    && file.getInt((int) text - 4) == old.length
                    && Arrays.equals(model, (int) text, (int) text + old.length, old, 0, old.length)) {
                file.putInt(at, end - at);
                moved++;
            }
        }
        if (moved != 1) {
            throw new IllegalArgumentException(from + ": expected one such text, found " + moved);
        }
        return file.position(end).putInt(to.length).put(to).array();
    }
}
