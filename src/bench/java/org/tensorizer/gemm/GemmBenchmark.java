package org.tensorizer.gemm;

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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.patch.PayloadWriter;

/**
 * 1024 x 1024 times a batch of 256 on the emulated chip, beside the 256 inferences alone: the difference is what the
 * product adds. {@link #hostAlone} is that part by itself, on a device that answers at once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
public class GemmBenchmark {
    private static final int SIZE = 1024;
    private static final int BATCH = 256;

    private final EmulatorDevice emulator = new EmulatorDevice();
    private Gemm gemm;
    private Gemm free;
    private Session session;
    private ByteMatrix x;
    private byte[][] rows;

    @Setup
    public void open() {
        GemmPlan plan = GemmPlan.on(DenseShape.square(SIZE, ParameterFormat.PER_TENSOR), SIZE, SIZE);
        Quantization quantization = new Quantization(0.02f, 128, 0.004f, 128, 0.02f * 0.004f * 3000, 128);
        x = random(BATCH, 2);
        rows = new byte[BATCH][];
        for (int row = 0; row < BATCH; row++) {
            rows[row] = x.row(row);
        }
        gemm = Gemm.assemble(emulator, plan, quantization);
        gemm.weights().set(random(SIZE, 1));
        PayloadWriter model = PayloadWriter.open(gemm.template().target());
        gemm.template().layout().pack(random(SIZE, 1).values(), model.bytes(), model.payloadStart());
        session = emulator.open("inferences alone", model.bytes());
        free = Gemm.assemble(new ImmediateDevice(SIZE), plan, quantization);
    }

    private static ByteMatrix random(int rows, long seed) {
        ByteMatrix matrix = ByteMatrix.zero(rows, SIZE);
        new Random(seed).nextBytes(matrix.values());
        return matrix;
    }

    @TearDown
    public void close() {
        gemm.close();
        free.close();
        session.close();
    }

    @Benchmark
    public void inferencesAlone(Blackhole hole) {
        for (byte[] row : rows) {
            hole.consume(session.run(row));
        }
    }

    @Benchmark
    public IntMatrix product() {
        return gemm.apply(x);
    }

    @Benchmark
    public IntMatrix hostAlone() {
        return free.apply(x);
    }
}
