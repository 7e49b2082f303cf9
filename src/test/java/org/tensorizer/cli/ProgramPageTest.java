package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.compiler.Head;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.InstructionStream;

class ProgramPageTest {
    private static final Quantization Q = new Quantization(0.02f, 128, 0.01f, 128, 0.05f, 128);

    /** No instruction, no wait and no fence of any such program is left without its reason. */
    @ParameterizedTest
    @CsvSource({
        "8, 8, 16, 24, 1, 1, 3",
        "4, 4, 64, 100, 1, 1, 3",
        "16, 16, 32, 64, 3, 1, 2",
        "16, 12, 32, 200, 5, 1, 1",
        "24, 24, 12, 72, 3, 2, 3",
        "64, 16, 256, 512, 1, 1, 0"
    })
    void everyWaitHasAReason(int height, int width, int inputs, int outputs, int kernel, int stride, int format) {
        ParameterFormat parameters = ParameterFormat.of(format);
        Convolution first =
                new Convolution(outputs, new Window(kernel, stride, false), false, parameters, Activation.NONE, Q);
        Convolution second = new Convolution(40, Window.POINT, false, parameters, Activation.RELU, Q);
        boolean small = height / stride < 8;
        ImageChain chain = ImageChain.of(height, width, inputs, small ? List.of(first) : List.of(first, second));
        NetworkProgram program = NetworkProgram.of(chain, Head.NONE);
        InstructionStream stream = InstructionStream.frame(
                "program", program.executionOnly().get(0).bytes());
        String html = ProgramPage.sections(stream);
        assertThat(html).contains("<h3>Start</h3>", "<h3>Layer 1</h3>", "<h3>The result goes out</h3>", "<h3>End</h3>");
        assertThat(html.contains("<h3>Layer 2</h3>")).isEqualTo(!small);
        assertThat(html).doesNotContain("null").doesNotContain("<h3>Layer 3</h3>");
    }

    @Test
    void aProgramOfAnotherKindIsNotExplainedWrongly() {
        DenseShape shape = DenseShape.square(256, ParameterFormat.PER_TENSOR);
        InstructionStream stream = InstructionStream.frame(
                "dense", DenseProgram.executionOnly(shape, Q).bytes());
        assertThatThrownBy(() -> ProgramPage.sections(stream)).hasMessageContaining("nothing is said of");
    }

    @Test
    void thePageOfPayloadsDrawsEveryByteOfEveryKind(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("payload.html");
        assertThat(Shell.run("reference", "--payload", page).status()).isZero();
        String html = java.nio.file.Files.readString(page);
        assertThat(html)
                .contains("W[5][2][2][7]", "W[5][2][2]<", "scale of output 0, byte 3", "zero point of output 5");
        assertThat(html.split("<rect").length - 1).isEqualTo(5 * 64 + 19 * 64 + 17 * 64 + 19 * 16 + 2 * 12 * 16);
    }

    @Test
    void thePageHasThePlanAndThePartsInTheirOrder(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("program.html");
        Shell shell = Shell.run("reference", "--program", page);
        assertThat(shell.status()).as(shell.err()).isZero();
        assertThat(java.nio.file.Files.readString(page))
                .containsSubsequence(
                        "<svg",
                        "result of step 1",
                        "<h3>The image comes in</h3>",
                        "waits for AVDATA, room:",
                        "<h3>Layer 2</h3>",
                        "waits for AVDATA:",
                        "<h3>Layer 3</h3>",
                        "<h3>End</h3>")
                .doesNotContain("http");
    }
}
