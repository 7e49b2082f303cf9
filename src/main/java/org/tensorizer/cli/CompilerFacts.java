package org.tensorizer.cli;

import org.tensorizer.template.CompilerLog;
import org.tensorizer.template.EdgeTpuCompiler;

/** What edgetpu_compiler did, under its JSON names. */
final class CompilerFacts {
    private CompilerFacts() {}

    static Facts of(EdgeTpuCompiler.Compilation compilation) {
        CompilerLog log = compilation.facts();
        Facts facts = new Facts()
                .put("compiled", compilation.model().toString())
                .put("compiler_version", log.version().orElse(null));
        log.subgraphs().ifPresent(count -> facts.put("edge_tpu_subgraphs", count));
        log.onChipUsed().ifPresent(bytes -> facts.put("on_chip_parameter_bytes_used", bytes));
        log.onChipRemaining().ifPresent(bytes -> facts.put("on_chip_parameter_bytes_left", bytes));
        log.offChip().ifPresent(bytes -> facts.put("off_chip_parameter_bytes", bytes));
        return facts.put(
                "operators",
                log.operators().stream()
                        .map(row -> new Facts()
                                .put("operator", row.operator())
                                .put("count", row.count())
                                .put("status", row.status()))
                        .toList());
    }
}
