package org.tensorizer.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;

/** The facts of a model file under the names that every command uses for them. */
final class ModelFacts {
    private ModelFacts() {}

    static Facts range(ByteRange range) {
        return new Facts().put("start", range.start()).put("end", range.end()).put("bytes", range.length());
    }

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
                .put("start", executable.range().start())
                .put("end", executable.range().end())
                .put("bytes", executable.range().length())
                .put("instruction_bytes", executable.instructionBytes())
                .put("parameters", executable.parameters().toString())
                .put("parameter_bytes", executable.parameters().length())
                .put("token", token(executable.token()))
                .put("sha256", Sha256.of(model.bytes(executable.range())))
                .put(
                        "chunks",
                        executable.chunks().stream().map(ModelFacts::chunk).toList());
    }

    static Facts chunk(InstructionChunk chunk) {
        return new Facts()
                .put("chunk", chunk.index())
                .put("start", chunk.range().start())
                .put("end", chunk.range().end())
                .put("bytes", chunk.range().length())
                .put("relocations", chunk.relocations().size());
    }

    static Facts edgeTpuPackage(EdgeTpuPackage edgeTpu) {
        Facts facts = new Facts()
                .put("index", edgeTpu.index())
                .put("operator", edgeTpu.operator() < 0 ? null : edgeTpu.operator())
                .put("range", edgeTpu.range().toString())
                .put("bytes", edgeTpu.range().length())
                .put("multi_executable", edgeTpu.multiExecutable().toString())
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
                .put("range", range(executable.range()))
                .put("version", executable.version())
                .put("name", executable.name())
                .put("chip", executable.chip())
                .put("batch_size", executable.batchSize())
                .put("scratch_bytes", executable.scratchBytes())
                .put("parameters", range(executable.parameters()))
                .put("parameter_caching_token", token(executable.token()))
                .put(
                        "token_field",
                        executable.tokenField().map(ByteRange::toString).orElse("absent"))
                .put("used_narrow_memory_bytes_per_tile", executable.usedNarrowMemoryBytesPerTile())
                .put("estimated_cycles", executable.estimatedCycles())
                .put("use_tpu_dram_for_parameters", executable.useTpuDram())
                .put("serialized_model", executable.serializedModel().toString())
                .put(
                        "chunks",
                        executable.chunks().stream()
                                .map(chunk -> chunk(chunk)
                                        .put(
                                                "relocation_list",
                                                chunk.relocations().stream()
                                                        .map(ModelFacts::relocation)
                                                        .toList()))
                                .toList())
                .put("dma_fully_deterministic", executable.hints().fullyDeterministic())
                .put(
                        "dma_hints",
                        executable.hints().hints().stream()
                                .map(ModelFacts::hint)
                                .toList())
                .put(
                        "input_layers",
                        executable.inputLayers().stream().map(ModelFacts::layer).toList())
                .put(
                        "output_layers",
                        executable.outputLayers().stream()
                                .map(ModelFacts::layer)
                                .toList());
    }

    private static Facts relocation(Relocation relocation) {
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
                .put("shape", layer.shape());
        layer.layout().ifPresent(layout -> facts.put("layout", layout));
        return facts.put(
                "slices", layer.slices().isEmpty() ? null : layer.slices().toString());
    }
}
