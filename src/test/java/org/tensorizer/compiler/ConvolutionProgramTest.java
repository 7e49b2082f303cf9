package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.Digest;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.NetworkText;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.Program;
import org.tensorizer.model.Relocation;

/** Programs against compiled ones and against those of an independent implementation, byte by byte. */
class ConvolutionProgramTest {
    @Test
    void equalsPublicProgramsOf3x3ConvolutionsByteForByte() {
        List<String> lines = Digest.lines("public3x3.txt");
        assertThat(lines).hasSize(72);
        for (String line : lines) {
            String[] words = line.split(" +");
            int channels = Integer.parseInt(words[2]);
            Quantization q = Quantization.perChannel(
                    Float.parseFloat(words[4]),
                    Integer.parseInt(words[3]),
                    Float.parseFloat(words[6]),
                    Integer.parseInt(words[5]));
            Convolution layer = new Convolution(
                    channels, Window.same(3, 1), false, ParameterFormat.PER_CHANNEL, Activation.NONE, q);
            NetworkProgram program = NetworkProgram.of(
                    ImageChain.of(Integer.parseInt(words[0]), Integer.parseInt(words[1]), channels, List.of(layer)),
                    Head.NONE);
            Program execution = program.executionOnly().get(0);
            String bits = execution.relocations().stream()
                    .map(relocation -> Integer.toString(relocation.bit()))
                    .collect(Collectors.joining(","));
            assertThat(program.narrowBytes() + " " + bits + " " + Digest.of(execution.bytes(), 64))
                    .as(line)
                    .isEqualTo(words[7] + " " + words[8] + " " + words[9]);
        }
    }

    /** Programs of the specification of convolutions, every form and format. */
    @ParameterizedTest
    @CsvSource({
        "32x32x64, c64k1s1f2n, INSIDE, 8208, 4608, 0:0+18, 939c707206538bca, 7042062f4e721954, 5354d14213c849ad",
        "16x8x64, c100k1s1f3r, SUMS, 2336, 9728, 0:0+38, 4408a1f343d46570, 259574977dd958cc, 4acc2224c7542cde",
        "64x16x128, c128k1s1f16, INSIDE, 16384, 16896, 0:0+66, da723a688226531c, c3f490eaa938829a, b2ad55b0bd6797b5",
        "8x8x256, c72k1s1f0n, SUMS, 5136, 32768, 0:0+128, 364b3b43ac0949e7, 0b474a18e5a45f19, 20f3679c43dc2865",
        "128x8x1024, c1024k1s1f3n, SUMS, 131072, 1060864, 0:0+1962 1:0+1962 2:0+220, 616052ff1f9da3ab,"
                + " b629742d4a17656f, 50532905ed6f0a6e",
        "4x4x64, c100k1s1f3n, SINGLE, 676, 9728, 0:0+38, e7ca86a7da73f8c9, 259574977dd958cc, 4acc2224c7542cde",
        "12x24x32, c48k3s1f2n, SUMS, 2832, 14208, 0:0+74, a2c6b5da2a3c5bfa, 06fca930998b8612, 37ea05ef762ef036",
        "64x16x64, c128k1s1f3r c64k1s1f3n, INSIDE INSIDE, 12288, 18688, 0:0+38 0:38+35, 64b70fe5ac1aadb3,"
                + " 0c68147cf93d952f, 48a78c9d616772a1",
        "64x64x3, c32k3s1f2r c32k3s1f2n, INSIDE INSIDE, 18560, 10880, 0:0+11 0:11+74, deabfb6ba277ed5d,"
                + " aab868d046626fda, 33d2843fb1556e84"
    })
    void equalsTheProgramsOfTheSpecification(
            String input,
            String layers,
            String forms,
            int narrowBytes,
            int payloadBytes,
            String pieces,
            String execution,
            String caching,
            String payload) {
        List<ChainStep> steps = new ArrayList<>();
        List<ConvolutionPayload.Numbers> numbers = new ArrayList<>();
        NetworkText text = NetworkText.of(input + " " + layers);
        for (int i = 0; i < text.steps().size(); i++) {
            Convolution shape = (Convolution) text.steps().get(i);
            boolean perChannel = shape.format().isPerChannel();
            Quantization q = new Quantization(1 / 128f, 127, .01f, perChannel ? 128 : 130, .05f, 126);
            steps.add(new Convolution(shape.outputs(), shape.window(), false, shape.format(), shape.activation(), q));
            numbers.add(numbers(shape, text.numbers().get(i).weights().length));
        }
        String[] sides = input.split("x");
        NetworkProgram program = NetworkProgram.of(
                ImageChain.of(
                        Integer.parseInt(sides[0]), Integer.parseInt(sides[1]), Integer.parseInt(sides[2]), steps),
                Head.NONE);
        byte[] bytes = new byte[program.payloadBytes()];
        program.writePayload(numbers, bytes, 0);
        assertThat(program.chain().convolutions())
                .extracting(plan -> plan.form().toString())
                .containsExactly(forms.split(" "));
        assertThat(program.narrowBytes()).isEqualTo(narrowBytes);
        assertThat(bytes).hasSize(payloadBytes);
        assertThat(program.places().layers().stream()
                        .flatMap(List::stream)
                        .map(piece -> piece.tile() + ":" + piece.row() + "+" + piece.rows())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(pieces);
        assertThat(Digest.of(program.executionOnly().get(0).bytes(), 16)).isEqualTo(execution);
        assertThat(Digest.of(program.parameterCaching().bytes(), 16)).isEqualTo(caching);
        assertThat(Digest.of(bytes, 16)).isEqualTo(payload);
    }

    private static ConvolutionPayload.Numbers numbers(Convolution layer, int count) {
        boolean perChannel = layer.format().isPerChannel();
        byte[] weights = new byte[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (byte) (7 * i + 3);
            if (perChannel && weights[i] == 0) {
                weights[i] = 1;
            }
        }
        int[] bias = new int[layer.format().hasBias() ? layer.outputs() : 0];
        for (int c = 0; c < bias.length; c++) {
            bias[c] = 5 * c - 100;
        }
        float[] scales = new float[perChannel ? layer.outputs() : 0];
        Arrays.fill(scales, .01f);
        return new ConvolutionPayload.Numbers(weights, bias, scales);
    }

    @Test
    void relocatesParametersScratchInputAndOutputInThisOrder() {
        NetworkProgram program =
                NetworkProgram.of(NetworkText.of("8x8x16 c16k1s1f3n").chain(), Head.NONE);
        assertThat(program.executionOnly().get(0).relocations())
                .extracting(Relocation::kind)
                .containsExactly(
                        Relocation.Kind.PARAMETER,
                        Relocation.Kind.PARAMETER,
                        Relocation.Kind.SCRATCH,
                        Relocation.Kind.SCRATCH,
                        Relocation.Kind.INPUT,
                        Relocation.Kind.INPUT,
                        Relocation.Kind.OUTPUT,
                        Relocation.Kind.OUTPUT);
        assertThat(program.parameterCaching().relocations())
                .extracting(Relocation::half)
                .containsExactly(Relocation.Half.LOWER, Relocation.Half.UPPER);
    }
}
