package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.Random;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.PayloadWriter;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/**
 * What our own driver costs on a device that answers at once: an inference, new weights, a session through TFLite in their
 * place, opening the device. 1024 x 1024 weights are the payload of about 1 MB, whose time on the wire at 400 MB/s is
 * 2642 us.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class UsbDriverBenchmark {
    @Param({"256", "1024", "2048"})
    int n;

    private UsbDevice device;
    private Session session;
    private PayloadWriter writer;
    private DenseLayout layout;
    private byte[] weights;
    private byte[] input;
    private ByteBuffer payload;
    private ByteBuffer direct;

    @Setup
    public void open() {
        DenseSpec spec = DenseSpec.of(DenseShape.square(n, ParameterFormat.PER_TENSOR))
                .quantization(new Quantization(1, 128, 1, 128, 1, 128))
                .weights(new byte[n * n])
                .build();
        TfliteModel model = TfliteModel.parse("dense", CompiledModelWriter.write(spec));
        DenseTemplate template = DenseTemplate.of(model);
        device = device();
        session = device.open(model);
        writer = PayloadWriter.open(template.target());
        layout = template.layout();
        weights = new byte[n * n];
        new Random(1).nextBytes(weights);
        input = new byte[n];
        int length = template.target().payload().length();
        payload = ByteBuffer.wrap(writer.bytes(), writer.payloadStart(), length);
        direct = ByteBuffer.allocateDirect(length);
    }

    private UsbDevice device() {
        return UsbDevice.open(new ImmediateBus(n), "immediate", UsbSelector.index(0), UsbSettings.DEFAULT);
    }

    @TearDown
    public void close() {
        session.close();
        device.close();
    }

    @Benchmark
    public byte[] inference() {
        return session.run(input);
    }

    /** The driver's part of sending a payload that is in direct memory. */
    @Benchmark
    public byte[] swapAndInference() {
        WeightSwap swap = session.weightSwap().orElseThrow();
        swap.swap(direct);
        return session.run(input);
    }

    @Benchmark
    public void pack() {
        layout.pack(weights, writer.bytes(), writer.payloadStart());
    }

    @Benchmark
    public byte[] packSwapAndInference() {
        layout.pack(weights, writer.bytes(), writer.payloadStart());
        session.weightSwap().orElseThrow().swap(payload);
        return session.run(input);
    }

    /** The same weights the way they go through libedgetpu: another model, another interpreter. */
    @Benchmark
    public byte[] packAndInferenceInANewSessionOfTflite() {
        layout.pack(weights, writer.bytes(), writer.payloadStart());
        writer.refreshToken();
        TfliteModel model = TfliteModel.parse("dense", writer.bytes());
        try (Session fresh = new UsbSession.Kernel(model, device::use).session(model, "immediate")) {
            return fresh.run(input);
        }
    }

    /** From a bus to a chip that is awake, and back. */
    @Benchmark
    public void openAndCloseTheDevice() {
        device().close();
    }
}
