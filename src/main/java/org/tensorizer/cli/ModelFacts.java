package org.tensorizer.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.graph.LayerOperator;

/** The facts of a model file under the names that every command uses for them. */
final class ModelFacts {
    private ModelFacts() {}

    static String token(long token) {
        return String.format(Locale.ROOT, "%016x", token);
    }

    static Facts tensor(Tensor tensor, String role) {
        return new Facts()
                .put("index", tensor.index())
                .put("role", role)
                .put("name", tensor.name())
                .put("type", tensor.type())
                .put("shape", tensor.shape())
                .put("scale", tensor.scales())
                .put("zero_point", tensor.zeroPoints());
    }

    static List<Facts> edgeTensors(TfliteModel model) {
        return Stream.concat(
                        model.inputs().stream()
                                .map(index -> tensor(model.tensors().get(index), "input")),
                        model.outputs().stream()
                                .map(index -> tensor(model.tensors().get(index), "output")))
                .toList();
    }

    static Facts operator(Operator operator) {
        return new Facts()
                .put("index", operator.index())
                .put("operator", operator.name())
                .put("runs_on", operator.isEdgeTpu() ? "Edge TPU" : "CPU")
                .put("inputs", operator.inputs())
                .put("outputs", operator.outputs());
    }

    /** The parts of an executable that one wants at a glance. */
    static Facts executable(TfliteModel model, Executable executable) {
        return new Facts()
                .put("index", executable.index())
                .put("type", executable.type())
                .put("range", executable.range())
                .put("instruction_bytes", executable.instructionBytes())
                .put("parameters", executable.parameters())
                .put("token", token(executable.token()))
                .put("sha256", model.sha256(executable.range()))
                .list("chunks", executable.chunks(), ModelFacts::chunk);
    }

    static Facts chunk(InstructionChunk chunk) {
        return new Facts()
                .put("chunk", chunk.index())
                .put("range", chunk.range())
                .put("relocations", chunk.relocations().size());
    }

    static Facts edgeTpuPackage(EdgeTpuPackage edgeTpu) {
        Facts facts = new Facts()
                .put("index", edgeTpu.index())
                .put("operator", edgeTpu.operator() < 0 ? null : edgeTpu.operator())
                .put("range", edgeTpu.range())
                .put("multi_executable", edgeTpu.multiExecutable())
                .put("min_runtime_version", edgeTpu.minRuntimeVersion())
                .put("compiler_version", edgeTpu.compilerVersion())
                .put("virtual_chip_id", edgeTpu.virtualChipId())
                .put("keypair_version", edgeTpu.keypairVersion())
                .put("model_identifier", edgeTpu.modelIdentifier());
        edgeTpu.chipVersion().ifPresent(chip -> facts.put("chip_version", chip));
        return facts;
    }

    /** Every field of an executable. */
    static Facts everything(Executable executable) {
        return new Facts()
                .put("index", executable.index())
                .put("type", executable.type())
                .put("range", executable.range())
                .put("version", executable.version())
                .put("name", executable.name())
                .put("chip", executable.chip())
                .put("batch_size", executable.batchSize())
                .put("scratch_bytes", executable.scratchBytes())
                .put("parameters", executable.parameters())
                .put("parameter_caching_token", token(executable.token()))
                .put("token_field", executable.tokenField().orElse(null))
                .put("used_narrow_memory_bytes_per_tile", executable.usedNarrowMemoryBytesPerTile())
                .put("estimated_cycles", executable.estimatedCycles())
                .put("use_tpu_dram_for_parameters", executable.useTpuDram())
                .put("serialized_model", executable.serializedModel())
                .list(
                        "chunks",
                        executable.chunks(),
                        chunk -> chunk(chunk).list("relocation_list", chunk.relocations(), ModelFacts::relocation))
                .put("dma_fully_deterministic", executable.hints().fullyDeterministic())
                .list("dma_hints", executable.hints().hints(), ModelFacts::hint)
                .list("input_layers", executable.inputLayers(), ModelFacts::layer)
                .list("output_layers", executable.outputLayers(), ModelFacts::layer);
    }

    static Facts relocation(Relocation relocation) {
        return new Facts()
                .put("description", relocation.kind())
                .put("name", relocation.name())
                .put("batch", relocation.batch())
                .put("position", relocation.half())
                .put("bit", relocation.bit());
    }

    private static Facts hint(DmaHint hint) {
        Facts facts = new Facts();
        if (hint instanceof DmaHint.Descriptor descriptor) {
            facts.put("hint", "descriptor")
                    .put("description", descriptor.kind())
                    .put("name", descriptor.name())
                    .put("batch", descriptor.batch())
                    .put("offset", descriptor.offset())
                    .put("bytes", descriptor.size());
        } else if (hint instanceof DmaHint.Instructions instructions) {
            facts.put("hint", "instructions").put("chunk", instructions.chunk());
        } else if (hint instanceof DmaHint.Interrupt interrupt) {
            facts.put("hint", "interrupt").put("interrupt", interrupt.number());
        } else {
            facts.put("hint", "fence");
        }
        return facts.put("direction", hint.direction());
    }

    private static Facts layer(Layer layer) {
        Facts facts = new Facts()
                .put("name", layer.name())
                .put("bytes", layer.sizeBytes())
                .put("y", layer.y())
                .put("x", layer.x())
                .put("z", layer.z())
                .put("data_type", layer.type())
                .put("zero_point", layer.zeroPoint())
                .put("scale", layer.scale())
                .put("executions_per_inference", layer.executionsPerInference())
                .put("cache_on_dram", layer.cacheOnDram())
                .list("shape", layer.shape(), ModelFacts::index);
        layer.layout()
                .ifPresent(layout -> facts.put(
                        "layout",
                        new Facts()
                                .put("y_to_tile", layout.yToTile())
                                .put("x_to_tile", layout.xToTile())
                                .put("tile_byte_offset", layout.tileByteOffset())
                                .put("x_to_byte_offset", layout.xToByteOffset())
                                .put("y_to_local_y", layout.yToLocalY())
                                .put("x_to_row_size", layout.xToRowSize())));
        return facts.list(
                "slices",
                layer.slices(),
                slice -> new Facts()
                        .list("shape", slice.shape(), ModelFacts::index)
                        .put("stride", slice.stride())
                        .put("offset", slice.offset()));
    }

    private static Facts index(Layer.IndexRange range) {
        return new Facts().put("first", range.first()).put("last", range.last());
    }

    /** A Dense layer. */
    static Facts dense(DenseShape shape) {
        return new Facts()
                .put("inputs", shape.inputs())
                .put("outputs", shape.outputs())
                .put("parameter_format", shape.format())
                .put("activation", shape.activation())
                .put("payload_bytes", shape.payloadBytes());
    }

    /** A layer of any kind. */
    static Facts layer(LayerOperator layer) {
        PayloadLayout layout = layer.layout();
        return new Facts()
                .put("kind", layer.kind())
                .put("inputs", layout.inputs())
                .put("outputs", layout.outputs())
                .put("kernel_height", layout.height())
                .put("kernel_width", layout.width())
                .put("header_rows_per_group", layout.header().rows())
                .put("payload_bytes", layout.size());
    }
}
