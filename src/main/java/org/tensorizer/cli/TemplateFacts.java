package org.tensorizer.cli;

import org.tensorizer.dense.Quantization;
import org.tensorizer.template.DenseTemplate;

/** What is known of a compiled Dense model, under its JSON names. */
final class TemplateFacts {
    private TemplateFacts() {}

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
                .put("payload", template.payload().toString())
                .put("payload_bytes", template.payload().length())
                .put("input_scale", quantization.inputScale())
                .put("input_zero_point_unsigned", quantization.inputZeroPoint())
                .put("output_scale", quantization.outputScale())
                .put("output_zero_point_unsigned", quantization.outputZeroPoint());
    }
}
