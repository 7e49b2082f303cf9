package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.SharedFolder;
import org.tensorizer.base.ByteRange;
import org.tensorizer.conv.Digest;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** How images of odd sizes come to the tiles, in programs of Google's compiler and in ours. */
class RealInputsTest {
    /**
     * The input of both networks, up to where the real one goes another way: posenet cuts the image into strips, deeplab
     * fills the border with another zero point. The digests are those of the real programs.
     */
    @ParameterizedTest
    @CsvSource({
        "posenet_353_481, 353x481x3 c4k1s1f3n, 43, 8556c2645ffeaf0db87aa4255ef5ce73, 509384",
        "deeplab_dm05, 513x513x3 c16k3s2f3r d16k3s1f3r, 47, e5664fd3f3d6d8cf8241a1c7ee7779e6, 789512"
    })
    void imagesOfOddSizesComeInByTheRealInstructions(
            String name, String network, int instructions, String digest, int inputBytes) {
        NetworkText text = NetworkText.of(network);
        byte[] ours = NetworkProgram.of(text.chain(), HeadText.of(text))
                .executionOnly()
                .get(0)
                .bytes();
        assertThat(digest(ours, instructions)).isEqualTo(digest);

        Path file = SharedFolder.root().resolve("networks/" + name + "_edgetpu.tflite");
        if (SharedFolder.has(file)) {
            TfliteModel real = TfliteModel.read(file);
            Executable execution = real.onlyPackage().executionOnly();
            ByteRange range = execution.chunks().get(0).range();
            byte[] stream = new byte[range.length()];
            real.bytes(range).get(stream);
            assertThat(digest(stream, instructions)).isEqualTo(digest);
            assertThat(execution.inputLayers().get(0).sizeBytes()).isEqualTo(inputBytes);
        }
        assertThat(text.chain().input().bytes()).isEqualTo(inputBytes);
    }

    /** SHA-256 of the first instructions without those of the scalar core and without sequence numbers. */
    private static String digest(byte[] stream, int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int taken = 0;
        for (Instruction instruction :
                InstructionStream.frame("program", stream).instructions()) {
            Opcode opcode = instruction.opcode();
            if (taken < count && opcode != Opcode.SCALAR && opcode.code() < 0x30) {
                Instruction copy = instruction.copy();
                if (opcode.isTileOp()) {
                    copy.number(0);
                }
                bytes.writeBytes(copy.toBytes());
                taken++;
            }
        }
        assertThat(taken).isEqualTo(count);
        return Digest.of(bytes.toByteArray(), 32);
    }
}
