package org.tensorizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What edgetpu_compiler printed, as facts. A line the compiler did not print is an empty value here, never a zero.
 *
 * @param version such as {@code 16.0.384591198}
 * @param onChipUsed bytes of chip memory that cache parameters; the compiler prints two decimals, so this is rounded
 * @param onChipRemaining bytes of chip memory left for parameters, rounded likewise
 * @param offChip bytes of parameters streamed at each inference, rounded likewise
 * @param subgraphs number of custom ops the model was cut into
 * @param operators the table of operators with what became of each, in the compiler's order
 * @param refusal why there is no compiled model, where the log names a known reason
 */
public record CompilerLog(
        Optional<String> version,
        OptionalLong onChipUsed,
        OptionalLong onChipRemaining,
        OptionalLong offChip,
        OptionalLong subgraphs,
        List<OperatorMapping> operators,
        Optional<CompilerRefusal> refusal) {
    private static final Pattern VERSION = Pattern.compile("Edge TPU Compiler version (\\S+)");
    private static final Pattern SUBGRAPHS = Pattern.compile("Number of Edge TPU subgraphs: (\\d+)");
    private static final Pattern ROW = Pattern.compile("^([A-Z][A-Z0-9_]+)\\s+(\\d+)\\s+(\\S.*)$");
    private static final String MAPPED = "Mapped to Edge TPU";

    public CompilerLog {
        operators = List.copyOf(operators);
    }

    /**
     * One row of the operator table.
     *
     * @param operator TFLite's name of the operator
     * @param count how many of them
     * @param status the compiler's words, {@code Mapped to Edge TPU} or the reason why not
     */
    public record OperatorMapping(String operator, int count, String status) {
        public boolean mapped() {
            return status.equals(MAPPED);
        }
    }

    /** Reads a log. Never fails: text of another shape gives empty values. */
    public static CompilerLog parse(String log) {
        List<OperatorMapping> operators = new ArrayList<>();
        for (String line : log.split("\\R")) {
            Matcher row = ROW.matcher(line.strip());
            if (row.matches() && row.group(2).length() < 9) {
                operators.add(new OperatorMapping(row.group(1), Integer.parseInt(row.group(2)), row.group(3)));
            }
        }
        Matcher version = VERSION.matcher(log);
        Matcher subgraphs = SUBGRAPHS.matcher(log);
        return new CompilerLog(
                version.find() ? Optional.of(version.group(1)) : Optional.empty(),
                bytes(log, "On-chip memory used for caching model parameters"),
                bytes(log, "On-chip memory remaining for caching model parameters"),
                bytes(log, "Off-chip memory used for streaming uncached model parameters"),
                subgraphs.find() && subgraphs.group(1).length() < 18
                        ? OptionalLong.of(Long.parseLong(subgraphs.group(1)))
                        : OptionalLong.empty(),
                operators,
                CompilerRefusal.in(log));
    }

    private static OptionalLong bytes(String log, String label) {
        Matcher m = Pattern.compile(Pattern.quote(label) + ": ([0-9]+(?:\\.[0-9]+)?)(B|KiB|MiB|GiB)")
                .matcher(log);
        if (!m.find()) {
            return OptionalLong.empty();
        }
        int shift = 10 * List.of("B", "KiB", "MiB", "GiB").indexOf(m.group(2));
        return OptionalLong.of(Math.round(Double.parseDouble(m.group(1)) * (1L << shift)));
    }

    /**
     * Why edgetpu_compiler gave no model, as far as its log tells. The texts are those of public issue threads about versions
     * 2.1 to 16.0; what to do about them is ours.
     */
    public enum CompilerRefusal {
        OPERATOR_VERSION(
                "the source model was made by a converter newer than the compiler knows",
                "write the operator with an older version: Tensorizer's own source models do, and TensorFlow up to 2.10 does",
                "didn't find op for builtin opcode"),
        NOT_QUANTIZED(
                "the model is not quantized to 8 bits throughout",
                "quantize weights and activations to int8 (a representative data set is needed)",
                "model not quantized"),
        TOO_LARGE(
                "activation tensors do not fit the chip's memory",
                "make the layer smaller, or compile for an older runtime (--min_runtime_version), which maps less of it",
                "large activation tensors"),
        NOT_RUNNABLE(
                "TFLite itself cannot run the source model",
                "run the source model on the cpu device first",
                "model failed in tflite interpreter",
                "failed to allocate tensors"),
        DYNAMIC_SHAPE(
                "a tensor has a dimension that is not fixed",
                "convert with a fixed batch of 1",
                "dynamic-sized tensors",
                "dynamic-shape"),
        TIMEOUT(
                "the compiler gave up after its time limit",
                "raise the limit, or take a smaller model",
                "timed out",
                "timeout period expired"),
        INTERNAL(
                "the compiler failed without a reason (its own words: internal compiler error)",
                "look for infinite or zero scales and for tensors that are too large",
                "internal compiler error"),
        // last: the lines above explain it where they can
        NOT_PARSED(
                "the source model could not be read", "check that the file is an uncompiled .tflite", "invalid model");

        private final String meaning;
        private final String advice;
        private final List<String> marks;

        CompilerRefusal(String meaning, String advice, String... marks) {
            this.meaning = meaning;
            this.advice = advice;
            this.marks = List.of(marks);
        }

        public String meaning() {
            return meaning;
        }

        /** What usually helps. */
        public String advice() {
            return advice;
        }

        static Optional<CompilerRefusal> in(String log) {
            String text = log.toLowerCase(Locale.ROOT);
            for (CompilerRefusal refusal : values()) {
                if (refusal.marks.stream().anyMatch(text::contains)) {
                    return Optional.of(refusal);
                }
            }
            return Optional.empty();
        }
    }
}
