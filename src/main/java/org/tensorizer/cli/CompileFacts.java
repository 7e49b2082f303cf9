package org.tensorizer.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.tensorizer.compiler.CompiledNetwork;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.isa.Chip;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.CompiledCheck;

/** What {@code compile} has to say, in the words of edgetpu_compiler's log where it has any. */
final class CompileFacts {
    private CompileFacts() {}

    static Facts of(CompiledNetwork network) {
        Facts facts = new Facts()
                .put("bytes", network.file().length)
                .put("operators_mapped", network.mapped())
                .put("operators_total", network.operators().size())
                .list("operators", network.operators(), CompileFacts::operator);
        EdgeTpuPackage compiled = TfliteModel.parse("compiled", network.file()).onlyPackage();
        Executable execution = compiled.executionOnly();
        facts.put("narrow_memory_used_bytes", execution.usedNarrowMemoryBytesPerTile())
                .put("narrow_memory_bytes", Chip.NARROW_BYTES)
                .put("instruction_bytes", execution.instructionBytes());
        network.program()
                .map(NetworkProgram::extrapolated)
                .filter(forms -> !forms.isEmpty())
                .ifPresent(forms -> facts.put("extrapolated", forms));
        network.program()
                .map(PlanSummary::of)
                .ifPresentOrElse(plan -> memory(facts, plan), () -> memory(facts, compiled.parameterCaching()));
        return facts;
    }

    /** Of fully connected layers alone. */
    private static void memory(Facts facts, Executable caching) {
        int bytes = caching.parameters().length();
        facts.put("on_chip_parameters_bytes", bytes)
                .put("on_chip_remaining_bytes", Chip.TILES * Chip.WIDE_ROWS * Chip.ROW_BYTES - bytes)
                .put("off_chip_parameters_bytes", 0);
    }

    private static Facts operator(CompiledNetwork.Placed placed) {
        return new Facts()
                .put("index", placed.operator().index())
                .put("operator", placed.operator().name())
                .put("status", placed.mapped() ? "Mapped to Edge TPU" : "stays on the host")
                .put("reason", placed.reason().isEmpty() ? null : placed.reason());
    }

    private static void memory(Facts facts, PlanSummary plan) {
        facts.put("on_chip_parameters_bytes", plan.parameterBytes())
                .put("on_chip_remaining_bytes", plan.remainingBytes())
                .put("off_chip_parameters_bytes", plan.hostBytes())
                .put("estimated_op_cycles", plan.cycles())
                .put("estimate", "a calculation: op steps of the busiest tile, nothing was measured");
    }

    /** Images over time in narrow memory, rows of wide memory, parameters per tile. */
    static Facts plan(PlanSummary plan) {
        return new Facts()
                .list("images", plan.images(), CompileFacts::extent)
                .list("steps", plan.steps(), CompileFacts::work)
                .put("wide_memory_rows", Chip.WIDE_ROWS)
                .put("wide_memory_floor", plan.floor())
                .put("parameter_rows", plan.tiles());
    }

    private static Facts extent(PlanSummary.Extent extent) {
        return new Facts()
                .put("what", extent.what())
                .put("first_byte", extent.first())
                .put("bytes", extent.bytes())
                .put("from_step", extent.from())
                .put("to_step", extent.to());
    }

    private static Facts work(PlanSummary.Work work) {
        return new Facts()
                .put("what", work.what())
                .put("form", work.form().isEmpty() ? null : work.form())
                .put("wide_memory_floor", work.floor())
                .put("parameters", work.parameters().isEmpty() ? null : pieces(work.parameters()))
                .put("op_cycles", work.cycles());
    }

    private static String pieces(List<Piece> pieces) {
        return pieces.stream()
                .map(piece ->
                        "tile " + piece.tile() + " rows " + piece.row() + " to " + (piece.row() + piece.rows() - 1))
                .collect(Collectors.joining(", "));
    }

    static Facts check(CompiledCheck check) {
        return new Facts()
                .put("inputs", check.inputs())
                .put("outputs_compared", check.numbers())
                .put("outputs_differing", check.differing())
                .put("largest_difference_steps", check.largest())
                .put("mean_difference_steps", check.mean())
                .put("agrees", check.agrees())
                .put(
                        "devices",
                        "emulated Edge TPU behind our own driver against TFLite CPU on the source; emulated, not silicon");
    }
}
