package org.tensorizer.cli;

import java.nio.file.Path;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Npy;
import org.tensorizer.device.Device;
import org.tensorizer.gemm.ByteMatrix;
import org.tensorizer.gemm.ExactRows;
import org.tensorizer.gemm.FloatMatrix;
import org.tensorizer.gemm.IntMatrix;
import org.tensorizer.gemm.ProductChoice;
import org.tensorizer.gemm.RowPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "gemm",
        description =
                "Multiplies two matrices on a device: C[M][N] = A[M][K] W[N][K]^T. int8 gives the exact int32 product;"
                        + " float32 is quantized, with a bound of the error.",
        footer = {
            "",
            "As convolutions of many rows or as Dense layers row by row: whichever takes less by calculation, or --by.",
            "",
            "Example: tensorizer gemm A.npy W.npy -o C.npy"
        })
final class GemmCommand extends FactsCommand {
    private enum By {
        CALCULATION,
        CONVOLUTION,
        DENSE
    }

    @Parameters(index = "0", paramLabel = "A.npy", description = "int8 or float32, [M, K].")
    private Path left;

    @Parameters(index = "1", paramLabel = "W.npy", description = "Of the same type, [N, K].")
    private Path right;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "C.npy",
            description = "The product, [M, N], int32 or float32.")
    private Path output;

    @Option(names = "--by", paramLabel = "calculation|convolution|dense", description = "Default: calculation.")
    private By by = By.CALCULATION;

    @Mixin
    private Options.OnDevice device;

    @Mixin
    private Options.Overwrite overwrite;

    @Override
    public Integer call() {
        overwrite.check(output, left, right);
        Npy a = matrix(left);
        Npy w = matrix(right);
        if (a.type() != w.type() || !a.shape().get(1).equals(w.shape().get(1))) {
            throw new BadInputException(left + " is " + a.type() + " " + a.shape() + ", " + right + " " + w.type() + " "
                    + w.shape() + ": expected one type, [M, K] and [N, K]");
        }
        int rows = a.shape().get(0);
        int inputs = a.shape().get(1);
        int outputs = w.shape().get(0);
        RowPlan plan = ExactRows.plan(rows, inputs, outputs);
        Facts facts = new Facts()
                .put("output", output)
                .put("rows", rows)
                .put("inputs", inputs)
                .put("outputs", outputs);
        Npy product;
        try (Device opened = device.open(true)) {
            facts.device(opened);
            product = a.type() == Npy.Type.FLOAT32 ? real(opened, a, w, plan, facts) : exact(opened, a, w, facts);
        }
        overwrite.files(left, right).add(output, product.toBytes()).write();
        print(facts);
        return OK;
    }

    private static Npy matrix(Path file) {
        Npy array = Npy.read(file);
        boolean wanted = array.type() == Npy.Type.INT8 || array.type() == Npy.Type.FLOAT32;
        if (!wanted || array.shape().size() != 2) {
            throw new BadInputException(file + ": " + array.type() + " " + array.shape()
                    + ", expected a matrix of int8 or float32 in C order");
        }
        if (array.shape().get(0) < 1 || array.shape().get(1) < 1) {
            throw new BadInputException(file + ": shape " + array.shape() + ", expected 1 or more of each");
        }
        return array;
    }

    private Npy exact(Device opened, Npy a, Npy w, Facts facts) {
        ByteMatrix left8 = ByteMatrix.of(a.shape().get(0), a.shape().get(1), a.data());
        ByteMatrix right8 = ByteMatrix.of(w.shape().get(0), w.shape().get(1), w.data());
        ProductChoice choice = ProductChoice.of(left8, right8);
        boolean convolution = by == By.CONVOLUTION || by == By.CALCULATION && choice.isConvolution();
        facts.put("by", convolution ? "convolution" : "dense")
                .put("convolution_seconds_calculated", choice.rows().seconds())
                .put("dense_seconds_calculated", choice.denseSeconds())
                .put("product", "exact int32");
        ProgressBar bar = progress("inferences");
        long total = choice.inferences();
        IntMatrix product = choice.multiply(opened, left8, right8, convolution, done -> bar.update(done, total));
        bar.finish();
        return Npy.of(product.values(), product.rows(), product.columns());
    }

    private Npy real(Device opened, Npy a, Npy w, RowPlan plan, Facts facts) {
        ProgressBar bar = progress("inferences");
        long total = plan.programs() * plan.inferences();
        ExactRows.Real product = new ExactRows(opened).multiply(floats(a), floats(w), done -> bar.update(done, total));
        bar.finish();
        facts.put("by", "convolution")
                .put("convolution_seconds_calculated", plan.seconds())
                .put("product", "float32 of matrices quantized to int8")
                .put("error_bound", product.bound());
        FloatMatrix matrix = product.product();
        return Npy.of(matrix.values(), matrix.rows(), matrix.columns());
    }

    private static FloatMatrix floats(Npy array) {
        return FloatMatrix.of(array.shape().get(0), array.shape().get(1), array.floats());
    }
}
