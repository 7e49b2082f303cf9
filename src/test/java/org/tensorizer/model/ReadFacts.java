package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TfliteModel.Subgraph;

/** Uses the facts of a model that was read as the packages above do, to see that none of them is a trap. */
final class ReadFacts {
    private ReadFacts() {}

    static void touch(TfliteModel model) {
        assertThat(model.subgraphs()).isNotEmpty();
        for (Subgraph graph : model.subgraphs()) {
            List<Tensor> tensors = graph.tensors();
            graph.inputs().forEach(tensors::get);
            graph.outputs().forEach(tensors::get);
            for (Tensor tensor : tensors) {
                model.bytes(tensor.data());
            }
            for (Operator operator : graph.operators()) {
                operator.inputs().forEach(i -> assertThat(i).isBetween(-1, tensors.size() - 1));
                operator.outputs().forEach(tensors::get);
                model.bytes(operator.customOptions());
            }
        }
        for (EdgeTpuPackage compiled : model.packages()) {
            touch(compiled, model.size());
        }
    }

    static void touch(EdgeTpuPackage compiled, int size) {
        within(compiled.range(), size);
        within(compiled.multiExecutable(), size);
        within(compiled.signature(), size);
        compiled.lengthField().ifPresent(field -> within(field, size));
        compiled.executables().forEach(executable -> touch(executable, size));
    }

    static void touch(Executable executable, int size) {
        within(executable.range(), size);
        within(executable.parameters(), size);
        within(executable.serializedModel(), size);
        executable.tokenField().ifPresent(field -> within(field, size));
        for (InstructionChunk chunk : executable.chunks()) {
            within(chunk.range(), size);
            for (Relocation relocation : chunk.relocations()) {
                assertThat((relocation.bit() + 31) / 8)
                        .isBetween(0, chunk.range().length() - 1);
            }
        }
        for (DmaHint hint : executable.hints().hints()) {
            if (hint instanceof DmaHint.Instructions instructions) {
                executable.chunks().get(instructions.chunk());
            }
        }
        executable.inputLayers().forEach(ReadFacts::touch);
        executable.outputLayers().forEach(ReadFacts::touch);
    }

    private static void touch(Layer layer) {
        assertThat(layer.unpaddedBytes()).isNotNegative();
        assertThat(layer.sizeBytes()).isNotNegative();
    }

    private static void within(ByteRange range, int size) {
        assertThat(range.end()).isLessThanOrEqualTo(size);
    }
}
