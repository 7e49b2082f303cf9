package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Samples;
import org.tensorizer.Samples.Sample;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.schema.AnyHint;
import org.tensorizer.model.schema.DmaDescriptorHint;
import org.tensorizer.model.schema.FieldOffset;
import org.tensorizer.model.schema.InstructionBitstream;
import org.tensorizer.model.schema.InstructionHint;
import org.tensorizer.model.schema.InterruptHint;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.OutputLayer;
import org.tensorizer.model.schema.SubGraph;

/**
 * The checked reader numbers its slots by hand; the accessors that flatc generates from our schemas do not. On sound
 * models both must say the same.
 */
class GeneratedAccessorsTest {
    static Stream<Sample> models() {
        byte[] executable = SyntheticModel.executable(1, 5, new byte[8], List.of(new byte[16], new byte[32]));
        byte[] options = SyntheticModel.options(4, List.of(SyntheticModel.pack(List.of(executable))));
        Sample synthetic = new Sample("synthetic", SyntheticModel.tflite(List.of(options)));
        return Stream.of(List.of(synthetic), Samples.compiled(), Samples.sources())
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("models")
    void sayTheSameAsTheReader(Sample sample) {
        TfliteModel model = sample.model();
        Model generated = Model.getRootAsModel(ByteBuffer.wrap(sample.bytes()));
        assertThat(model.version()).isEqualTo((int) generated.version());
        assertThat(model.description()).isEqualTo(text(generated.description()));
        assertThat(model.subgraphs()).hasSize(generated.subgraphsLength());
        SubGraph graph = generated.subgraphs(0);
        assertThat(model.subgraphs().get(0).name()).isEqualTo(text(graph.name()));
        assertThat(model.tensors()).hasSize(graph.tensorsLength());
        for (Tensor tensor : model.tensors()) {
            compare(tensor, graph.tensors(tensor.index()), generated);
        }
        assertThat(model.operators()).hasSize(graph.operatorsLength());
        for (Operator operator : model.operators()) {
            compare(operator, graph.operators(operator.index()), generated);
        }
        for (EdgeTpuPackage compiled : model.packages()) {
            compare(compiled, model);
        }
    }

    private static void compare(Tensor tensor, org.tensorizer.model.schema.Tensor generated, Model model) {
        assertThat(tensor.name()).isEqualTo(text(generated.name()));
        assertThat(tensor.type().code()).isEqualTo(generated.type());
        assertThat(tensor.buffer()).isEqualTo((int) generated.buffer());
        assertThat(tensor.data().length())
                .isEqualTo(model.buffers((int) generated.buffer()).dataLength());
        assertThat(tensor.shape()).hasSize(generated.shapeLength());
        for (int i = 0; i < tensor.shape().size(); i++) {
            assertThat(tensor.shape().get(i)).isEqualTo(generated.shape(i));
        }
        var quantization = generated.quantization();
        int scales = quantization == null ? 0 : quantization.scaleLength();
        assertThat(tensor.scales()).hasSize(scales);
        for (int i = 0; i < scales; i++) {
            assertThat(tensor.scales().get(i)).isEqualTo(quantization.scale(i));
            assertThat(tensor.zeroPoints().get(i)).isEqualTo(quantization.zeroPoint(i));
        }
        assertThat(tensor.quantizedDimension()).isEqualTo(quantization == null ? 0 : quantization.quantizedDimension());
    }

    private static void compare(Operator operator, org.tensorizer.model.schema.Operator generated, Model model) {
        var code = model.operatorCodes((int) generated.opcodeIndex());
        assertThat(operator.builtinCode()).isEqualTo(Math.max(code.deprecatedBuiltinCode(), code.builtinCode()));
        assertThat(operator.version()).isEqualTo(code.version());
        assertThat(operator.customOptions().length()).isEqualTo(generated.customOptionsLength());
        assertThat(operator.inputs()).hasSize(generated.inputsLength());
        assertThat(operator.outputs()).hasSize(generated.outputsLength());
        int type = Byte.toUnsignedInt(generated.builtinOptionsType());
        if (operator.options() instanceof OperatorOptions.Other other) {
            assertThat(other.unionType()).isEqualTo(type);
        } else if (operator.options() instanceof OperatorOptions.FullyConnected) {
            assertThat(type).isEqualTo(org.tensorizer.model.schema.BuiltinOptions.FullyConnectedOptions);
        }
    }

    private static void compare(EdgeTpuPackage compiled, TfliteModel model) {
        var generated = org.tensorizer.model.schema.Package.getRootAsPackage(model.bytes(compiled.range()));
        assertThat(compiled.minRuntimeVersion()).isEqualTo(generated.minRuntimeVersion());
        assertThat(compiled.compilerVersion()).isEqualTo(text(generated.compilerVersion()));
        assertThat(compiled.modelIdentifier()).isEqualTo(text(generated.modelIdentifier()));
        assertThat(compiled.virtualChipId()).isEqualTo(generated.virtualChipId());
        assertThat(compiled.keypairVersion()).isEqualTo(generated.keypairVersion());
        assertThat(compiled.signature().length()).isEqualTo(generated.signatureLength());
        assertThat(model.bytes(compiled.multiExecutable()))
                .isEqualTo(generated.serializedMultiExecutableAsByteBuffer().slice());
        for (Executable executable : compiled.executables()) {
            compare(
                    executable,
                    org.tensorizer.model.schema.Executable.getRootAsExecutable(model.bytes(executable.range())),
                    model);
        }
    }

    private static void compare(
            Executable executable, org.tensorizer.model.schema.Executable generated, TfliteModel model) {
        assertThat(executable.type().ordinal()).isEqualTo(generated.type());
        assertThat(executable.name()).isEqualTo(text(generated.name()));
        assertThat(executable.chip()).isEqualTo(text(generated.chip()));
        assertThat(executable.version()).isEqualTo(generated.version());
        assertThat(executable.batchSize()).isEqualTo(generated.batchSize());
        assertThat(executable.scratchBytes()).isEqualTo(generated.scratchSizeBytes());
        assertThat(executable.token()).isEqualTo(generated.parameterCachingToken());
        assertThat(executable.tokenField().map(field -> model.bytes(field).getLong()))
                .contains(executable.token());
        assertThat(executable.estimatedCycles()).isEqualTo(generated.estimatedCycles64bit());
        assertThat(executable.estimatedCyclesOld()).isEqualTo(generated.estimatedCycles());
        assertThat(executable.useTpuDram()).isEqualTo(generated.useTpuDramForParameters());
        assertThat(executable.usedNarrowMemoryBytesPerTile()).isEqualTo(generated.usedNarrowMemoryBytesPerTile());
        assertThat(executable.parameters().length()).isEqualTo(generated.parametersLength());
        if (generated.parametersLength() > 0) {
            assertThat(model.bytes(executable.parameters()))
                    .isEqualTo(generated.parametersAsByteBuffer().slice());
        }
        assertThat(executable.chunks()).hasSize(generated.instructionBitstreamsLength());
        for (InstructionChunk chunk : executable.chunks()) {
            compare(chunk, generated.instructionBitstreams(chunk.index()), model);
        }
        assertThat(executable.inputLayers()).hasSize(generated.inputLayersLength());
        assertThat(executable.outputLayers()).hasSize(generated.outputLayersLength());
        for (int i = 0; i < executable.inputLayers().size(); i++) {
            compare(executable.inputLayers().get(i), generated.inputLayers(i));
        }
        for (int i = 0; i < executable.outputLayers().size(); i++) {
            compare(executable.outputLayers().get(i), generated.outputLayers(i));
        }
        assertThat(executable.hints().fullyDeterministic())
                .isEqualTo(generated.dmaHints().fullyDeterministic());
        assertThat(executable.hints().hints()).hasSize(generated.dmaHints().hintsLength());
        for (int i = 0; i < executable.hints().hints().size(); i++) {
            compare(executable.hints().hints().get(i), generated.dmaHints().hints(i));
        }
    }

    private static void compare(InstructionChunk chunk, InstructionBitstream generated, TfliteModel model) {
        assertThat(model.bytes(chunk.range()))
                .isEqualTo(generated.bitstreamAsByteBuffer().slice());
        assertThat(chunk.relocations()).hasSize(generated.fieldOffsetsLength());
        for (int i = 0; i < chunk.relocations().size(); i++) {
            Relocation relocation = chunk.relocations().get(i);
            FieldOffset field = generated.fieldOffsets(i);
            assertThat(relocation.bit()).isEqualTo(field.offsetBit());
            assertThat(relocation.kind().ordinal()).isEqualTo(field.meta().desc());
            assertThat(relocation.half().ordinal()).isEqualTo(field.meta().position());
            assertThat(relocation.batch()).isEqualTo(field.meta().batch());
            assertThat(relocation.name()).isEqualTo(text(field.meta().name()));
        }
    }

    private static void compare(Layer layer, org.tensorizer.model.schema.Layer generated) {
        assertThat(layer.name()).isEqualTo(text(generated.name()));
        assertThat(layer.sizeBytes()).isEqualTo(generated.sizeBytes());
        assertThat(List.of(layer.y(), layer.x(), layer.z()))
                .containsExactly(generated.yDim(), generated.xDim(), generated.zDim());
        assertThat(layer.zeroPoint()).isEqualTo(generated.numerics().zeroPoint());
        assertThat(layer.scale()).isEqualTo(generated.numerics().dequantizationFactor());
        assertThat(DataType.of(generated.dataType())).contains(layer.type());
        assertThat(layer.executionsPerInference()).isEqualTo(generated.executionCountPerInference());
        assertThat(layer.cacheOnDram()).isEqualTo(generated.cacheOnDram());
        assertThat(layer.shape())
                .hasSize(generated.shape() == null ? 0 : generated.shape().dimensionLength());
        layer.layout().ifPresent(layout -> {
            var expected = ((OutputLayer) generated.anyLayer(new OutputLayer())).layout();
            assertThat(layout.yToTile()).hasSize(expected.yCoordinateToLinearTileIdMapLength());
            assertThat(layout.xToTile()).hasSize(expected.xCoordinateToLinearTileIdMapLength());
            assertThat(layout.tileByteOffset()).hasSize(expected.linearizedTileByteOffsetLength());
            for (int i = 0; i < layout.tileByteOffset().size(); i++) {
                assertThat(layout.tileByteOffset().get(i)).isEqualTo(expected.linearizedTileByteOffset(i));
            }
            assertThat(layout.xToByteOffset()).hasSize(expected.xCoordinateToLocalByteOffsetLength());
            assertThat(layout.yToLocalY()).hasSize(expected.yCoordinateToLocalYOffsetLength());
            assertThat(layout.xToRowSize()).hasSize(expected.xCoordinateToLocalYRowSizeLength());
        });
    }

    private static void compare(DmaHint hint, org.tensorizer.model.schema.DmaHint generated) {
        assertThat(hint.direction().ordinal()).isEqualTo(generated.direction());
        switch (generated.anyHintType()) {
            case AnyHint.DmaDescriptorHint -> {
                var content = (DmaDescriptorHint) generated.anyHint(new DmaDescriptorHint());
                assertThat(hint)
                        .isEqualTo(new DmaHint.Descriptor(
                                Relocation.Kind.values()[content.meta().desc()],
                                content.meta().batch(),
                                text(content.meta().name()),
                                content.offsetInBytes(),
                                content.sizeInBytes(),
                                hint.direction()));
            }
            case AnyHint.InstructionHint ->
                assertThat(((DmaHint.Instructions) hint).chunk())
                        .isEqualTo(
                                ((InstructionHint) generated.anyHint(new InstructionHint())).instructionChunkIndex());
            case AnyHint.InterruptHint ->
                assertThat(((DmaHint.Interrupt) hint).number())
                        .isEqualTo(((InterruptHint) generated.anyHint(new InterruptHint())).type());
            default -> assertThat(hint).isInstanceOf(DmaHint.Fence.class);
        }
    }

    private static String text(String stored) {
        return stored == null ? "" : stored;
    }
}
