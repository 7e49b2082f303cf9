package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.OperatorOptions.Convolution;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.BuiltinOptions;
import org.tensorizer.model.schema.FullyConnectedOptions;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.ReshapeOptions;
import org.tensorizer.model.schema.SubGraph;

/** Operators that no compiled model in hand has, and data that stands behind the FlatBuffer. */
class OperatorsTest {
    private static final int NO_OPTIONS = 0;

    @ParameterizedTest
    @CsvSource({
        "0, 0, ADD",
        "9, 9, FULLY_CONNECTED",
        "9, 0, FULLY_CONNECTED",
        "127, 161, RIGHT_SHIFT",
        "127, 162, BUILTIN_162",
        "-1, -1, BUILTIN_-1"
    })
    void theLargerOfTwoNumbersNamesAnOperator(byte deprecated, int builtin, String name) {
        Operator operator = operator(model(deprecated, builtin, operator(NO_OPTIONS, b -> 0)));

        assertThat(operator.name()).isEqualTo(name);
        assertThat(operator.builtinCode()).isEqualTo(Math.max(deprecated, builtin));
        assertThat(operator.isEdgeTpu()).isFalse();
        assertThat(operator.options()).isEqualTo(new OperatorOptions.None());
    }

    @Test
    void optionsOfDenseAndReshapeAreRead() {
        assertThat(options(BuiltinOptions.FullyConnectedOptions, dense(5)))
                .isEqualTo(new OperatorOptions.FullyConnected(FusedActivation.SIGN_BIT, 1, true));
        assertThat(options(
                        BuiltinOptions.ReshapeOptions,
                        b -> ReshapeOptions.createReshapeOptions(
                                b, ReshapeOptions.createNewShapeVector(b, new int[] {1, 6}))))
                .isEqualTo(new OperatorOptions.Reshape(List.of(1, 6)));
        assertThat(options(BuiltinOptions.FullyConnectedOptions, b -> 0)).isEqualTo(new OperatorOptions.None());
        assertThat(options(200, dense(0))).isEqualTo(new OperatorOptions.Other(200));
    }

    /** Slots by their numbers in TFLite's schema; what is left out has the schema's default. */
    @Test
    void optionsOfConvolutionsAndPoolsAreRead() {
        assertThat(options(1, fields(1, 2, 3, -1, 4, 5)))
                .isEqualTo(new Convolution(Padding.VALID, 3, 2, 5, 4, 0, FusedActivation.NONE));
        assertThat(options(1, fields(-1, 2, 2, 3)))
                .isEqualTo(new Convolution(Padding.SAME, 2, 2, 1, 1, 0, FusedActivation.RELU6));
        assertThat(options(2, fields(0, 2, 3, 8, 1, 4, 5)))
                .isEqualTo(new Convolution(Padding.SAME, 3, 2, 5, 4, 8, FusedActivation.RELU));
        assertThat(options(5, fields(1, 2, 3, 4, 5, 2)))
                .isEqualTo(new OperatorOptions.Pool(Padding.VALID, 3, 2, 5, 4, FusedActivation.RELU_N1_TO_1));
        assertThat(options(11, fields(1))).isEqualTo(new OperatorOptions.Arithmetic(FusedActivation.RELU));
        assertThat(options(10, fields(-1, 3))).isEqualTo(new OperatorOptions.Concatenation(0, FusedActivation.RELU6));
        assertThat(options(15, fields(-1, -1, -1, 1))).isEqualTo(new OperatorOptions.Resize(false, true));
        assertThat(options(27, fields(1))).isEqualTo(new OperatorOptions.Reduction(true));
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> options(1, fields(2)))
                .withMessageContaining("BuiltinOptions.padding: expected 0 (SAME) or 1 (VALID), found 2");
    }

    /** A table of four-byte fields, which read as bytes, too, since the numbers are small; -1 leaves a field out. */
    private static ToIntFunction<FlatBufferBuilder> fields(int... values) {
        return b -> {
            b.startTable(values.length);
            for (int slot = 0; slot < values.length; slot++) {
                if (values[slot] >= 0) {
                    b.addInt(slot, values[slot], -1);
                }
            }
            return b.endTable();
        };
    }

    @Test
    void anUnknownActivationIsRefused() {
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> options(BuiltinOptions.FullyConnectedOptions, dense(6)))
                .withMessageContaining(
                        "BuiltinOptions.fused_activation_function: expected an activation from 0 to 5, found 6");
    }

    /**
     * Only where none stands inside, as TFLite looks; offset 0 leads nowhere, and so does 1, a placeholder that was never
     * filled in.
     */
    @Test
    void dataMayStandBehindTheFlatBuffer() {
        byte[] inside = {1, 2, 3};
        byte[] without = file(0, 0, 0, inside);
        assertThat(tensorData(without)).isEqualTo(ByteBuffer.wrap(inside));
        assertThat(tensorData(file(1, 99, 0, inside))).isEqualTo(ByteBuffer.wrap(inside));

        assertThat(tensorData(file(without.length, 99, 0, inside))).isEqualTo(ByteBuffer.wrap(inside));

        byte[] behind = {7, 8};
        byte[] appended = Arrays.copyOf(file(without.length + 100, 2, 0, null), without.length + 102);
        System.arraycopy(behind, 0, appended, without.length + 100, 2);
        assertThat(tensorData(appended)).isEqualTo(ByteBuffer.wrap(behind));
        assertThatThrownBy(() -> tensorData(Arrays.copyOf(appended, appended.length - 1)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Buffer.offset: expected an offset or length that stays within");
    }

    @Test
    void customOptionsMayStandBehindTheFlatBuffer() {
        byte[] none = file(0, 0, 0, new byte[0]);
        assertThat(customOptions(none).isEmpty()).isTrue();
        assertThat(customOptions(file(0, 0, 1, new byte[0])).isEmpty()).isTrue();

        int at = none.length + 100;
        byte[] appended = Arrays.copyOf(file(0, 0, at, new byte[0]), at + 16);
        assertThat(customOptions(appended)).isEqualTo(new ByteRange(at, at + 16));
        assertThatThrownBy(() -> customOptions(Arrays.copyOf(appended, at + 15)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("Operator.large_custom_options_offset: expected an offset or length");
    }

    private static ByteBuffer tensorData(byte[] file) {
        TfliteModel model = TfliteModel.parse("model", file);
        return model.bytes(model.tensors().get(0).data());
    }

    private static ByteRange customOptions(byte[] file) {
        return operator(file).customOptions();
    }

    private static Operator operator(byte[] file) {
        return TfliteModel.parse("model", file).operators().get(0);
    }

    private static OperatorOptions options(int type, ToIntFunction<FlatBufferBuilder> content) {
        return operator(model((byte) 9, 9, operator(type, content))).options();
    }

    private static ToIntFunction<FlatBufferBuilder> dense(int activation) {
        return b -> FullyConnectedOptions.createFullyConnectedOptions(b, (byte) activation, (byte) 1, true, false);
    }

    private static ToIntFunction<FlatBufferBuilder> operator(int type, ToIntFunction<FlatBufferBuilder> options) {
        return b -> org.tensorizer.model.schema.Operator.createOperator(
                b, 0, 0, 0, (byte) type, options.applyAsInt(b), 0, (byte) 0, 0, 0, 0, 0);
    }

    /** A model of one operator. */
    private static byte[] model(byte deprecated, int builtin, ToIntFunction<FlatBufferBuilder> operator) {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        return finish(b, deprecated, builtin, operator.applyAsInt(b), Buffer.createBuffer(b, 0, 0, 0));
    }

    /** One custom operator with 16 bytes of options at an offset, and one tensor. */
    private static byte[] file(long bufferOffset, long bufferSize, long optionsOffset, byte[] inside) {
        FlatBufferBuilder b = new FlatBufferBuilder(256);
        int operator = org.tensorizer.model.schema.Operator.createOperator(
                b, 0, 0, 0, (byte) 0, 0, 0, (byte) 0, 0, 0, optionsOffset, 16);
        int data = inside == null ? 0 : Buffer.createDataVector(b, inside);
        return finish(b, (byte) 32, 32, operator, Buffer.createBuffer(b, data, bufferOffset, bufferSize));
    }

    private static byte[] finish(FlatBufferBuilder b, byte deprecated, int builtin, int operator, int buffer) {
        int tensor = org.tensorizer.model.schema.Tensor.createTensor(b, 0, (byte) 9, 1, 0, 0, false);
        int tensors = SubGraph.createTensorsVector(b, new int[] {tensor});
        int operators = SubGraph.createOperatorsVector(b, new int[] {operator});
        int graph = SubGraph.createSubGraph(b, tensors, 0, 0, operators, 0);
        int code = OperatorCode.createOperatorCode(b, deprecated, b.createString("own"), 1, builtin);
        int codes = Model.createOperatorCodesVector(b, new int[] {code});
        int graphs = Model.createSubgraphsVector(b, new int[] {graph});
        int none = Buffer.createBuffer(b, 0, 0, 0);
        int buffers = Model.createBuffersVector(b, new int[] {none, buffer});
        Model.finishModelBuffer(b, Model.createModel(b, 3, codes, graphs, 0, buffers, 0, 0));
        return b.sizedByteArray();
    }
}
