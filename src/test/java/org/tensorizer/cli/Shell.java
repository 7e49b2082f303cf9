package org.tensorizer.cli;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

/** One command run in this JVM, with what it printed. */
record Shell(int status, String out, String err) {
    static final Path IDENTITY = Path.of("fixtures/templates/dense_256_int8_identity_edgetpu.tflite");
    static final Path PER_CHANNEL = Path.of("fixtures/templates/dense_256_uint8_per_channel_edgetpu.tflite");
    static final Path SOURCE = Path.of("fixtures/templates/dense_256_int8_identity.tflite");

    static Shell run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), texts);
        return new Shell(status, out.toString(), err.toString());
    }

    /** Writes the template of a convolution with a kernel of 3x3 over an image of 8x8. */
    static void convolution(Path model, int inputs, int outputs, String weights) {
        Shell shell = run(
                "template",
                "conv",
                "--height",
                8,
                "--width",
                8,
                "--kernel",
                3,
                "--in",
                inputs,
                "--out",
                outputs,
                "--weights",
                weights,
                "--output",
                model);
        if (shell.status != 0) {
            throw new AssertionError(shell.err);
        }
    }

    JsonObject json() {
        try {
            return JsonParser.object().from(out);
        } catch (JsonParserException e) {
            throw new AssertionError("no JSON object: " + out + err, e);
        }
    }

    /** The entry of the only file, of a command that takes several. */
    JsonObject file() {
        return json().getArray("files").getObject(0);
    }
}
