package org.tensorizer.recovery;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/** A whole recovery of an identity template on the emulated chip, TFLite included; the formula alone beside it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(value = 1, jvmArgs = "-Xmx3g")
public class RecoveryBenchmark {
    @Param({"256", "1024", "2048"})
    private int size;

    private TfliteModel model;
    private CellMap map;

    @Setup
    public void assemble() {
        DenseShape shape = new DenseShape(size, size, ParameterFormat.PER_TENSOR, Activation.NONE);
        model = TfliteModel.parse(
                "identity",
                CompiledModelWriter.write(DenseSpec.of(shape)
                        .weights(DenseSpec.identityWeights(size))
                        .build()));
        int[] offsets = new int[size * size];
        for (int cell = 0; cell < offsets.length; cell++) {
            int out = cell / size;
            int in = cell % size;
            offsets[cell] = out / 64 * 64 * size + in / 4 * 256 + out % 64 * 4 + in % 4;
        }
        map = new CellMap(size, size, offsets);
    }

    @Benchmark
    public RecoveredLayout recovery() {
        return Recovery.of(new ModelTarget(model, new EmulatorDevice())).run();
    }

    @Benchmark
    public FormulaFit formula() {
        return FormulaFit.of(map);
    }
}
