package org.tensorizer.template;

import java.util.ArrayList;
import java.util.List;
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

    /** True when the table says that every operator runs on the chip. */
    public boolean allMapped() {
        return !operators.isEmpty() && operators.stream().allMatch(OperatorMapping::mapped);
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
}
