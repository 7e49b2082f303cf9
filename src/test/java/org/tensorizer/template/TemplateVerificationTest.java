package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate.NotDenseException;
import org.tensorizer.template.TemplateVerification.FieldDifference;

class TemplateVerificationTest {
    @ParameterizedTest
    @EnumSource
    void realTemplatesAreWhatWePredict(DenseTwin twin) {
        for (TfliteModel model : twin.models()) {
            TemplateVerification result = TemplateVerification.of(model);
            assertThat(result.isSame()).as(result.toString()).isTrue();
            assertThat(result.toString()).contains(": same\n").contains("verified before");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ourOwnModelsAreToo(ParameterFormat format) {
        TemplateVerification result = TemplateVerification.of(ours(format));
        assertThat(result.isSame()).as(result.toString()).isTrue();
        assertThat(result.toString()).contains("Until now this shape was extrapolated");
    }

    @Test
    void aChangedInstructionIsNamedByItsField() {
        TfliteModel model = ours(ParameterFormat.PER_TENSOR);
        ByteRange chunk = model.onlyPackage().executionOnly().chunks().get(0).range();
        InstructionStream stream = InstructionStream.frame("x", model.bytes(), chunk);
        stream.instructions().stream()
                .filter(i -> i.opcode() == Opcode.MULTIPLY_ACCUMULATE)
                .forEach(i -> i.set(Op.SUMS.windowLevel(), 1));
        byte[] bytes = model.copy();
        System.arraycopy(stream.toBytes(), 0, bytes, chunk.start(), chunk.length());

        TemplateVerification result = TemplateVerification.of(TfliteModel.parse("changed", bytes));

        assertThat(result.isProgramSame()).isFalse();
        assertThat(result.parameterCaching().isIdentical()).isTrue();
        assertThat(result.executionOnly().changedFields()).containsExactly("MULTIPLY_ACCUMULATE sums.window.level");
        assertThat(result.toString()).contains("differs").contains("sums.window.level 1 -> 0");
    }

    @Test
    void aChangedPaddingByteAndContainerFieldAreNamed() {
        TfliteModel model = ours(ParameterFormat.PER_TENSOR);
        byte[] bytes = model.copy();
        DenseTemplate template = DenseTemplate.of(model);
        int padding = template.layout().offset(69, 3) + 1; // lanes 70 and 71 fill up to a multiple of four
        bytes[template.payload().start() + padding + 1] = 7;
        ByteRange token = model.onlyPackage().executionOnly().tokenField().orElseThrow();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(token.start(), 99);

        TemplateVerification result = TemplateVerification.of(TfliteModel.parse("changed", bytes));

        assertThat(result.isProgramSame()).isTrue();
        assertThat(result.isSame()).isFalse();
        assertThat(result.payload()).singleElement().satisfies(d -> {
            assertThat(d.field()).contains("LANE");
            assertThat(d.compiled()).isEqualTo("7");
            assertThat(d.assembled()).isEqualTo("128");
        });
        assertThat(result.container()).containsExactly(new FieldDifference("package.executables[0].token", "99", "5"));
    }

    @Test
    void somethingElseIsRefused() {
        TfliteModel source = TfliteModel.parse(
                "source",
                SourceModelWriter.write(DenseSpec.of(DenseShape.square(64, ParameterFormat.PER_TENSOR))
                        .weights(new byte[64 * 64])
                        .build()));
        assertThatThrownBy(() -> TemplateVerification.of(source))
                .isInstanceOf(NotDenseException.class)
                .hasMessageContaining("not compiled");
    }

    private static TfliteModel ours(ParameterFormat format) {
        DenseSpec spec = DenseSpecs.random(DenseShape.of(99, 70, format), TensorType.INT8, 3)
                .token(5)
                .build();
        return TfliteModel.parse("ours", CompiledModelWriter.write(spec));
    }
}
