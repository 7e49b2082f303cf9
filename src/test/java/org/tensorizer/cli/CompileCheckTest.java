package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork;
import org.tensorizer.compiler.NetworkCompiler;
import org.tensorizer.device.Device;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.BuiltinFields;
import org.tensorizer.template.BuiltinFields.Steps;
import org.tensorizer.template.GraphExcerpt;
import org.tensorizer.template.TfliteWriter;
import org.tensorizer.template.TfliteWriter.Scaling;
import org.tensorizer.tools.CompiledCheck;

/** A convolution on the chip and operators behind it: both halves are looked at, and each can be wrong. */
class CompileCheckTest {
    private static final Scaling NUMBERS = Scaling.of(1 / 32f, 3);
    private static final List<Integer> IMAGE = List.of(1, 8, 8, 4);
    private static final Function<List<TensorSpec>, Stream<List<byte[]>>> INPUTS = CompiledCheck.random(2, 3);

    private static TfliteModel source(long seed, String behind) {
        TfliteWriter writer = new TfliteWriter();
        int image = writer.tensor("image", TensorType.INT8, IMAGE, NUMBERS, null);
        byte[] weights = new byte[4 * 4];
        new Random(seed).nextBytes(weights);
        int filter = writer.tensor("filter", TensorType.INT8, List.of(4, 1, 1, 4), Scaling.of(1 / 128f, 0), weights);
        int bias = writer.biases("bias", new int[4], 1 / 32f, new float[] {1 / 128f});
        int middle = writer.tensor("middle", TensorType.INT8, IMAGE, NUMBERS, null);
        writer.operator(
                "CONV_2D",
                3,
                List.of(image, filter, bias),
                middle,
                BuiltinFields.convolution(Steps.of(true, 1), FusedActivation.NONE));
        int result = writer.tensor("result", TensorType.INT8, IMAGE, NUMBERS, null);
        writer.operator(behind, 1, List.of(middle), result, BuiltinFields.NONE);
        return TfliteModel.parse("source", writer.write(List.of(image), List.of(result), "test"));
    }

    /** About a network with HARD_SWISH behind the chip, held against some source. */
    private static <T> T ask(TfliteModel against, Function<CompileCheck, T> question) {
        TfliteModel source = source(1, "HARD_SWISH");
        CompiledNetwork network = NetworkCompiler.compile(source);
        TfliteModel compiled = TfliteModel.parse("compiled", network.file());
        try (Device chip = Devices.open(DeviceChoice.EMULATOR);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            return question.apply(new CompileCheck(compiled, against, network.leaving(source), chip, cpu, INPUTS));
        }
    }

    private static boolean border(TfliteModel against) {
        return ask(against, check -> check.border().agrees());
    }

    private static boolean rest(TfliteModel against) {
        return ask(against, CompileCheck::isRestTheSame);
    }

    @Test
    void bothHalvesAreTheSource() {
        TfliteModel source = source(1, "HARD_SWISH");
        boolean cut = ask(source, CompileCheck::isCut);
        assertThat(cut).isTrue();
        assertThat(border(source)).isTrue();
        assertThat(rest(source)).isTrue();
    }

    @Test
    void otherWeightsAreSeenAtTheBorder() {
        TfliteModel other = source(2, "HARD_SWISH");
        assertThat(border(other)).isFalse();
        assertThat(rest(other)).isTrue();
        boolean within = ask(other, check -> check.border().agreesWithin(check.sensitivity()));
        assertThat(within).isFalse();
    }

    @Test
    void anotherOperatorIsSeenBehindIt() {
        TfliteModel other = source(1, "RELU");
        assertThat(border(other)).isTrue();
        assertThat(rest(other)).isFalse();
    }

    @Test
    void aStepInTheInputsMovesTheOutputsALittle() {
        CompiledCheck own = ask(source(1, "HARD_SWISH"), CompileCheck::sensitivity);
        assertThat(own.mean()).isBetween(0.1, 3.0);
        assertThat(own.agreesWithin(own)).isTrue();
    }

    @Test
    void anExcerptNeedsWhatIsGiven() {
        TfliteModel source = source(1, "HARD_SWISH");
        assertThatThrownBy(() -> GraphExcerpt.of(source, List.of(), source.outputs()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not enough");
        byte[] back = GraphExcerpt.of(source, source.inputs(), source.outputs());
        assertThat(TfliteModel.parse("again", back).operators()).hasSize(2);
    }
}
