package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.DenseTwin;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.DmaHints.DmaHint.Direction;
import org.tensorizer.model.Layer.IndexRange;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.Relocation.Half;
import org.tensorizer.model.Relocation.Kind;

/**
 * Facts of real compiled models. Those of the two Dense models are known from elsewhere (published, or measured with other
 * tools); those of the others pin what this reader and the generated accessors agree on.
 */
class RealModelsTest {
    /** The project's twin says in a longer text who wrote it; behind that, all stands where it stands in the real one. */
    @ParameterizedTest
    @MethodSource("dense256")
    void dense256HasEveryRegionWhereItIsKnownToBe(TfliteModel model) {
        boolean isReal = model.description().equals("Exported from Subgraph.");
        int shift = isReal ? 0 : 160;
        assertThat(model.size()).isEqualTo(isReal ? 103_040 : 103_184);
        assertThat(model.version()).isEqualTo(3);
        assertThat(model.operators().get(0).customOptions()).isEqualTo(range(288 + shift, 102_484));

        EdgeTpuPackage compiled = model.onlyPackage();
        assertThat(compiled.lengthField()).contains(range(292 + shift, 4));
        assertThat(compiled.range()).isEqualTo(range(296 + shift, 102_400));
        assertThat(compiled.multiExecutable()).isEqualTo(range(4392 + shift, 98_304));
        assertThat(compiled.chipVersion()).isEqualTo(OptionalInt.of(18));
        assertThat(compiled.minRuntimeVersion()).isEqualTo(14);
        assertThat(compiled.compilerVersion()).isEqualTo("cl/");
        assertThat(compiled.executables()).hasSize(2);

        Executable caching = compiled.parameterCaching();
        assertThat(caching.index()).isEqualTo(1);
        assertThat(caching.range()).isEqualTo(range(8488 + shift, 73_728));
        assertThat(caching.tokenField()).contains(range(12_392 + shift, 8));
        assertThat(caching.token()).isEqualTo(0xfce222d70d502fb8L);
        assertThat(caching.parameters()).isEqualTo(range(12_584 + shift, 67_584));
        assertThat(caching.chunks().get(0).range()).isEqualTo(range(81_144 + shift, 1072));

        Executable execution = compiled.executionOnly();
        assertThat(execution.index()).isZero();
        assertThat(execution.range()).isEqualTo(range(86_312 + shift, 12_288));
        assertThat(execution.token()).isEqualTo(caching.token());
        assertThat(execution.parameters()).isEqualTo(range(90_408 + shift, 0));
        assertThat(execution.chunks().get(0).range()).isEqualTo(range(94_376 + shift, 4224));
        assertThat(execution.usedNarrowMemoryBytesPerTile()).isEqualTo(832);
        if (isReal) { // inside, the tables of the two are in another order
            assertThat(execution.tokenField()).contains(range(90_088, 8));
        }
    }

    private static ByteRange range(int start, int length) {
        return new ByteRange(start, start + length);
    }

    static List<TfliteModel> dense256() {
        return DenseTwin.DENSE_256.models();
    }

    /** Each part begins with the distance to its root table. */
    @ParameterizedTest
    @MethodSource("dense256")
    void dense256HasItsRootTablesWhereTheyAreKnownToBe(TfliteModel model) {
        CheckedBytes bytes = new CheckedBytes("dense_256", model.copy());
        EdgeTpuPackage compiled = model.onlyPackage();
        List<ByteRange> parts = List.of(
                compiled.range(),
                compiled.multiExecutable(),
                compiled.parameterCaching().range(),
                compiled.executionOnly().range());
        List<Integer> roots = parts.stream()
                .map(part -> FlatTable.root(bytes, part, "table").position())
                .toList();
        assertThat(roots)
                .isEqualTo(parts.stream()
                        .map(part -> part.start() + model.bytes(part).getInt(0))
                        .toList());
        if (model.description().equals("Exported from Subgraph.")) {
            assertThat(roots).containsExactly(4336, 8464, 12_360, 90_040);
        }
    }

    @ParameterizedTest
    @MethodSource("dense256")
    void dense256HasTheKnownRelocationsInTheirOrder(TfliteModel model) {
        EdgeTpuPackage compiled = model.onlyPackage();
        String input = "serving_default_keras_tensor:0";
        String output = "StatefulPartitionedCall_1:0";
        assertThat(compiled.executionOnly().chunks().get(0).relocations())
                .containsExactly(
                        new Relocation(Kind.PARAMETER, 0, "", Half.LOWER, 582),
                        new Relocation(Kind.PARAMETER, 0, "", Half.UPPER, 710),
                        new Relocation(Kind.SCRATCH, 0, "", Half.LOWER, 838),
                        new Relocation(Kind.SCRATCH, 0, "", Half.UPPER, 966),
                        new Relocation(Kind.INPUT, 0, input, Half.UPPER, 1862),
                        new Relocation(Kind.INPUT, 0, input, Half.LOWER, 1990),
                        new Relocation(Kind.OUTPUT, 0, output, Half.UPPER, 25_414),
                        new Relocation(Kind.OUTPUT, 0, output, Half.LOWER, 25_542));
        assertThat(compiled.parameterCaching().chunks().get(0).relocations())
                .containsExactly(
                        new Relocation(Kind.PARAMETER, 0, "", Half.LOWER, 582),
                        new Relocation(Kind.PARAMETER, 0, "", Half.UPPER, 710));
        assertThat(compiled.executionOnly().hints())
                .isEqualTo(new DmaHints(
                        true,
                        List.of(
                                new DmaHint.Instructions(0, Direction.TO_DEVICE),
                                new DmaHint.Descriptor(Kind.INPUT, 0, input, 0, 256, Direction.TO_DEVICE),
                                new DmaHint.Descriptor(Kind.OUTPUT, 0, output, 0, 256, Direction.FROM_DEVICE),
                                new DmaHint.Interrupt(0, Direction.FROM_DEVICE))));
        assertThat(compiled.parameterCaching().hints())
                .isEqualTo(new DmaHints(
                        true,
                        List.of(
                                new DmaHint.Instructions(0, Direction.TO_DEVICE),
                                new DmaHint.Descriptor(Kind.PARAMETER, 0, "", 0, 67_584, Direction.TO_DEVICE),
                                new DmaHint.Interrupt(0, Direction.FROM_DEVICE))));
    }

    @ParameterizedTest
    @MethodSource("dense256")
    void dense256HasTheKnownLayersAndTensors(TfliteModel model) {
        Executable execution = model.onlyPackage().executionOnly();
        Tensor in = model.tensors().get(model.inputs().get(0));
        Tensor out = model.tensors().get(model.outputs().get(0));
        assertThat(in.type()).isEqualTo(TensorType.UINT8);
        assertThat(in.shape()).containsExactly(1, 256);
        assertThat(in.data().isEmpty()).isTrue();

        Layer input = execution.inputLayers().get(0);
        assertThat(input.name()).isEqualTo(in.name());
        assertThat(input.zeroPoint()).isEqualTo((int) in.zeroPoint());
        assertThat(input.scale()).isEqualTo(in.scale());
        assertThat(List.of(input.y(), input.x(), input.z(), input.sizeBytes())).containsExactly(1, 1, 256, 256);
        assertThat(input.type()).isEqualTo(DataType.FIXED_POINT8);
        assertThat(input.executionsPerInference()).isEqualTo(1);
        assertThat(input.shape()).isEmpty();
        assertThat(input.layout()).isEmpty();

        Layer output = execution.outputLayers().get(0);
        assertThat(output.name()).isEqualTo(out.name());
        assertThat(output.zeroPoint()).isEqualTo((int) out.zeroPoint());
        assertThat(output.scale()).isEqualTo(out.scale());
        assertThat(output.shape()).containsExactly(new IndexRange(0, 0), new IndexRange(0, 255));
        OutputLayout layout = output.layout().orElseThrow();
        assertThat(layout.tileByteOffset()).hasSize(16).startsWith(0, 64, 128, 192, 256, 256);
        assertThat(layout.xToRowSize()).containsExactly(64);
    }

    /**
     * File, runtime, EXECUTION_ONLY start and length, its instructions, PARAMETER_CACHING start and length, its
     * instructions, parameters start and length; after the first real ones, where they are.
     */
    static Stream<Arguments> known() {
        return Samples.rows("""
                dense_256_uint8_per_channel_edgetpu.tflite | 14 | 86472 | 12288 | 4224 | 8648 | 73728 | 1072 | 12744 | 67584
                dense_1024_edgetpu.tflite | 14 | 1077544 | 16384 | 9984 | 8488 | 1064960 | 2608 | 12584 | 1056768
                gabor_64x64_7k_4o_2s_edgetpu.tflite | 14 | 20774 | 16384 | 6512 | 8486 | 8192 | 688 | 12582 | 3200
                keras_lstm_mnist_ptq_edgetpu.tflite | 12 | 65832 | 69632 | 60864 | 8488 | 53248 | 3152 | 12584 | 43968
                mobilenet_v1_0.25_128_quant_edgetpu.tflite | 12 | 599004 | 176128 | 170032 | 9180 | 585728 | 12624 | 13276 | 566912
                split_concat_edgetpu.tflite | 13 | 20770 | 32768 | 23648 | 8482 | 8192 | 1232 | 12578 | 192
                ssd_mobilenet_v1_coco_quant_postprocess_segment_1_of_3_edgetpu.tflite | 12 | 1335592 | 24576 | 12528 | 8488 | 1323008 | 1360 | 12584 | 1315840
                """);
    }

    @ParameterizedTest
    @MethodSource("known")
    void compiledModelsOfAllRuntimesAreRead(
            Sample sample,
            int runtime,
            int executionAt,
            int executionLength,
            int executionInstructions,
            int cachingAt,
            int cachingLength,
            int cachingInstructions,
            int parametersAt,
            int parametersLength) {
        EdgeTpuPackage compiled = sample.model().onlyPackage();
        assertThat(compiled.minRuntimeVersion()).isEqualTo(runtime);
        Executable execution = compiled.executionOnly();
        Executable caching = compiled.parameterCaching();
        assertThat(execution.range()).isEqualTo(range(executionAt, executionLength));
        assertThat(execution.instructionBytes()).isEqualTo(executionInstructions);
        assertThat(caching.range()).isEqualTo(range(cachingAt, cachingLength));
        assertThat(caching.instructionBytes()).isEqualTo(cachingInstructions);
        assertThat(caching.parameters()).isEqualTo(range(parametersAt, parametersLength));
        assertThat(execution.token()).isEqualTo(caching.token()).isNotZero();
        assertThat(execution.chip()).isEqualTo("beagle");
    }

    /** Converters put a QUANTIZE on either side of a layer between uint8 tensors. */
    @ParameterizedTest
    @MethodSource("dense256Sources")
    void uncompiledModelsHaveTensorsOperatorsAndConstantsButNoPackage(TfliteModel model) {
        assertThat(model.isCompiled()).isFalse();
        assertThat(model.packages()).isEmpty();
        assertThat(model.operators())
                .extracting(Operator::name)
                .containsExactly("QUANTIZE", "FULLY_CONNECTED", "QUANTIZE");
        Operator dense = model.operators().get(1);
        assertThat(dense.builtinCode()).isEqualTo(Operator.FULLY_CONNECTED);
        assertThat(dense.options()).isEqualTo(new OperatorOptions.FullyConnected(FusedActivation.NONE, 0, false));
        Tensor weights = model.tensors().get(dense.inputs().get(1));
        assertThat(weights.shape()).containsExactly(256, 256);
        assertThat(weights.data().length()).isEqualTo(weights.elements()).isEqualTo(65_536);
    }

    static Stream<TfliteModel> dense256Sources() {
        return Stream.concat(Stream.of(DenseTwin.DENSE_256.source()), DenseTwin.DENSE_256.realSource().stream());
    }

    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#compiled")
    void partsThatStandAloneReadAsInTheirModel(Sample sample) {
        TfliteModel model = sample.model();
        EdgeTpuPackage inModel = model.onlyPackage();
        EdgeTpuPackage alone = EdgeTpuPackage.parse("package", part(model, inModel.range()));
        int shift = inModel.range().start();
        assertThat(alone.operator()).isEqualTo(-1);
        assertThat(alone.lengthField()).isEqualTo(Optional.empty());
        assertThat(alone.multiExecutable().start() + shift)
                .isEqualTo(inModel.multiExecutable().start());

        for (int i = 0; i < 2; i++) {
            Executable expected = inModel.executables().get(i);
            Executable one = Executable.parse("executable", part(model, expected.range()));
            assertThat(one.range().length()).isEqualTo(expected.range().length());
            assertThat(one.inputLayers()).isEqualTo(expected.inputLayers());
            assertThat(one.outputLayers()).isEqualTo(expected.outputLayers());
            assertThat(one.hints()).isEqualTo(expected.hints());
            assertThat(one.token()).isEqualTo(expected.token());
            assertThat(part(model, expected.parameters()))
                    .isEqualTo(slice(part(model, expected.range()), one.parameters()));
            assertThat(one.chunks().get(0).relocations())
                    .isEqualTo(expected.chunks().get(0).relocations());
        }
    }

    private static byte[] part(TfliteModel model, ByteRange range) {
        byte[] part = new byte[range.length()];
        model.bytes(range).get(part);
        return part;
    }

    private static byte[] slice(byte[] bytes, ByteRange range) {
        return Arrays.copyOfRange(bytes, range.start(), range.end());
    }
}
