package org.tensorizer.patch;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.layout.DenseLayout.WeightBlock;
import org.tensorizer.model.TfliteModel;

/**
 * Patches of a compiled Dense 1024, per-channel; {@code -Dtensorizer.dense1024=FILE} names it, default
 * {@code ../shared/templates/dense_1024_edgetpu.tflite}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PatchBenchmark {
    private static final int SIZE = 1024;

    private TfliteModel model;
    private PatchTarget target;
    private PayloadWriter writer;
    private byte[] weights;
    private final DenseLayout layout = DenseLayout.of(DenseShape.square(SIZE, ParameterFormat.PER_CHANNEL));
    private final WeightBlock block = new WeightBlock(128, 256, 64, 64);
    private final Patch cell = Patch.of(Region.cell(5, 7), Pattern.byteValue(255));
    private PatchedModel patched;

    @Setup
    public void prepare() {
        model = TfliteModel.read(
                Path.of(System.getProperty("tensorizer.dense1024", "../shared/templates/dense_1024_edgetpu.tflite")));
        target = PatchTarget.of(model).withLayer(PatchedLayer.of(layout));
        writer = PayloadWriter.open(target);
        weights = new byte[SIZE * SIZE];
        new Random(1).nextBytes(weights);
        patched = PatchedModel.of(target, cell);
    }

    @Benchmark
    public byte[] copyOfTheModel() {
        return model.copy();
    }

    @Benchmark
    public PatchedModel oneCellOnACopy() {
        return PatchedModel.of(target, cell);
    }

    @Benchmark
    public long oneCellInPlace() {
        writer.apply(Region.cell(5, 7), Pattern.byteValue(255));
        return writer.refreshToken();
    }

    @Benchmark
    public long blockOf64InPlace() {
        layout.packBlock(weights, 0, SIZE, block, writer.bytes(), writer.payloadStart());
        return writer.refreshToken();
    }

    @Benchmark
    public long allWeightsInPlace() {
        layout.pack(weights, writer.bytes(), writer.payloadStart());
        return writer.refreshToken();
    }

    @Benchmark
    public PatchRecord recordWithProof() {
        return PatchRecord.of(target, cell, patched.bytes());
    }
}
