package org.tensorizer.cli;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.gemm.CoralPlan;
import org.tensorizer.gemm.GemmPlan;
import org.tensorizer.gemm.RowPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "plan",
        description = "Calculates, from published rates, what a matrix product would take on 1, 2 and 4 Corals: blocks,"
                + " inferences, uploads, bus time, and where the host becomes the limit. Measures nothing.",
        footer = {"", "Example: tensorizer plan --outputs 4096 --inputs 4096 --vectors 256"})
final class PlanCommand extends FactsCommand {
    private static final int[] CORALS = {1, 2, 4};

    /** Columns of W that one convolution takes; with more, what stands there is for each part of them. */
    private static final int MOST_INPUTS = 4096;

    @Option(names = "--outputs", required = true, paramLabel = "N", description = "Rows of W.")
    private int outputs;

    @Option(names = "--inputs", required = true, paramLabel = "N", description = "Columns of W.")
    private int inputs;

    @Option(names = "--vectors", paramLabel = "N", description = "Columns of the right-hand matrix. Default: 1.")
    private int vectors = 1;

    @Option(names = "--verified-only", description = "Only templates whose program was compared with the compiler's.")
    private boolean verifiedOnly;

    @Override
    public Integer call() {
        if (outputs < 1 || inputs < 1 || vectors < 1) {
            throw new BadInputException("a product of " + outputs + " x " + inputs + " by " + vectors
                    + " vectors: expected 1 or more of each");
        }
        GemmPlan plan = GemmPlan.choose(
                outputs,
                inputs,
                ParameterFormat.PER_TENSOR,
                verifiedOnly ? ShapeStatus.Level.FIRM : ShapeStatus.Level.LIKELY);
        CoralPlan corals = CoralPlan.of(plan, vectors);
        RowPlan rows = RowPlan.of(vectors, Math.min(inputs, MOST_INPUTS), outputs);
        if (!json) {
            out().println(plan.text(vectors).stripTrailing());
            out().println();
            out().print(corals.text(CORALS));
            out().println();
            out().println(rows.text());
            return OK;
        }
        List<Facts> costs = new ArrayList<>();
        for (int count : CORALS) {
            CoralPlan.Cost cost = corals.on(count);
            costs.add(new Facts()
                    .put("corals", count)
                    .put("uploads", cost.uploads())
                    .put("inferences", cost.inferences())
                    .put("upload_seconds", cost.uploadSeconds())
                    .put("run_seconds", cost.runSeconds())
                    .put("seconds", cost.seconds())
                    .put("limit", cost.limit()));
        }
        print(new Facts()
                .put("evidence", "calculated from published rates")
                .put("template", ModelFacts.dense(plan.template()))
                .put("reason", plan.reason())
                .put("blocks", plan.blocks())
                .put("inferences", plan.inferences(vectors))
                .put("upload_bytes", plan.uploadBytes())
                .put("on", costs)
                .put("as_convolutions", convolutions(rows)));
        return OK;
    }

    private static Facts convolutions(RowPlan rows) {
        return new Facts()
                .put("inputs_at_a_time", rows.inputs())
                .put("rows_at_a_time", rows.image().rows())
                .put("programs", rows.programs())
                .put("inferences", rows.programs() * rows.inferences())
                .put("bytes_per_inference", rows.bytesPerInference())
                .put("op_cycles_per_inference", rows.cyclesPerInference())
                .put("seconds", rows.seconds());
    }
}
