package org.tensorizer.cli;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.template.CompilerLog;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.EdgeTpuCompiler;
import org.tensorizer.template.KernelWindow;
import org.tensorizer.template.LayerTemplate;
import org.tensorizer.template.TemplateVerification;
import org.tensorizer.template.TemplateVerification.FieldDifference;

/** What is known of a compiled Dense model, of a comparison with it and of its compilation, under their JSON names. */
final class TemplateFacts {
    private TemplateFacts() {}

    /** A template. */
    static Facts of(DenseTemplate template) {
        Quantization quantization = template.quantization();
        return new Facts()
                .put("template", true)
                .put("family", template.inputDomain().signed() ? "int8" : "uint8")
                .put("inputs", template.shape().inputs())
                .put("outputs", template.shape().outputs())
                .put("parameter_format", template.shape().format())
                .put("header_rows_per_group", template.shape().format().headerRows())
                .put("activation", template.shape().activation())
                .put("status", template.status().level().word())
                .put("status_reason", template.status().reason())
                .put("program_is_ours", template.isProgramOurs())
                .put("payload", template.payload())
                .put("input_scale", quantization.inputScale())
                .put("input_zero_point_unsigned", quantization.inputZeroPoint())
                .put("output_scale", quantization.outputScale())
                .put("output_zero_point_unsigned", quantization.outputZeroPoint());
    }

    /** A template of any kind, as far as all kinds have it in common. */
    static Facts of(LayerTemplate template) {
        KernelWindow window = template.window();
        return new Facts()
                .put("template", true)
                .put("layer", template.layer().name())
                .put("family", template.inputDomain().signed() ? "int8" : "uint8")
                .put("rows_of_a_product", window.rows() * window.columns())
                .put("input", List.of(window.height(), window.width(), window.channels()))
                .put("output", List.of(window.rows(), window.columns(), window.outputs()))
                .put("kernel", List.of(window.kernelHeight(), window.kernelWidth()))
                .put("stride", List.of(window.y().stride(), window.x().stride()))
                .put("padding", List.of(window.y().padding(), window.x().padding()))
                .put("parameters", template.layer().layout().header().toString())
                .put("header_rows_per_group", template.layer().layout().header().rows())
                .put("payload", template.target().payload())
                .put("input_zero_point_unsigned", template.inputDomain().chipZeroPoint())
                .put("output_zero_point_unsigned", template.outputDomain().chipZeroPoint());
    }

    /** A compile held against our prediction, under its JSON names. */
    static Facts of(TemplateVerification verification) {
        return new Facts()
                .put("file", verification.template().name())
                .put("layer", ModelFacts.dense(verification.template().shape()))
                .put("status", verification.template().status().level().word())
                .put("same", verification.isSame())
                .put("program_same", verification.isProgramSame())
                .put("execution_only", of(verification.executionOnly()))
                .put("parameter_caching", of(verification.parameterCaching()))
                .list("payload_differences", verification.payload(), TemplateFacts::difference)
                .list("container_differences", verification.container(), TemplateFacts::difference);
    }

    private static Facts difference(FieldDifference difference) {
        return new Facts()
                .put("field", difference.field())
                .put("compiled", difference.compiled())
                .put("assembled", difference.assembled());
    }

    /** A comparison of two instruction streams under its JSON names. */
    static Facts of(StreamDiff diff) {
        List<Facts> entries = new ArrayList<>();
        for (StreamDiff.Entry entry : diff.entries()) {
            Facts facts = new Facts().put("left", entry.left()).put("right", entry.right());
            if (entry instanceof StreamDiff.Changed changed) {
                facts.put("change", "changed")
                        .put("opcode", changed.opcode())
                        .list(
                                "fields",
                                changed.changes(),
                                field -> new Facts()
                                        .put("field", field.name())
                                        .put("left", field.left())
                                        .put("right", field.right()));
            } else if (entry instanceof StreamDiff.Inserted inserted) {
                facts.put("change", "inserted")
                        .put("opcode", inserted.instruction().opcode());
            } else if (entry instanceof StreamDiff.Removed removed) {
                facts.put("change", "removed")
                        .put("opcode", removed.instruction().opcode());
            }
            entries.add(facts);
        }
        return new Facts()
                .put("identical", diff.isIdentical())
                .put("changed_fields", diff.changedFields())
                .put("entries", entries);
    }

    /** What edgetpu_compiler did, under its JSON names. */
    static Facts of(EdgeTpuCompiler.Compilation compilation) {
        CompilerLog log = compilation.facts();
        Facts facts = new Facts()
                .put("compiled", compilation.model())
                .put("compiler_version", log.version().orElse(null));
        log.subgraphs().ifPresent(count -> facts.put("edge_tpu_subgraphs", count));
        log.onChipUsed().ifPresent(bytes -> facts.put("on_chip_parameter_bytes_used", bytes));
        log.onChipRemaining().ifPresent(bytes -> facts.put("on_chip_parameter_bytes_left", bytes));
        log.offChip().ifPresent(bytes -> facts.put("off_chip_parameter_bytes", bytes));
        return facts.list(
                "operators",
                log.operators(),
                row -> new Facts()
                        .put("operator", row.operator())
                        .put("count", row.count())
                        .put("status", row.status()));
    }
}
