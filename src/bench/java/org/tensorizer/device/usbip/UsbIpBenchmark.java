package org.tensorizer.device.usbip;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
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
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;

/**
 * A virtual Coral over USB/IP on the loopback, used as libedgetpu does: an inference of Dense(N) with one transfer to the
 * chip in flight at a time, and its payload (4 MB for 2048) in transfers of 1 MiB, three in flight, until its event comes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class UsbIpBenchmark {
    private static final int TRANSFER = 1 << 20;
    private static final int IN_FLIGHT = 3;
    private static final int CHUNK = 1024;

    @Param({"256", "2048"})
    int n;

    private VirtualBus bus;
    private UsbIpServer server;
    private UsbIpClient client;
    private byte[] execution;
    private byte[] caching;
    private byte[] parameters;
    private byte[] input;

    @Setup
    public void attach() throws IOException {
        Random random = new Random(1);
        byte[] weights = new byte[n * n];
        random.nextBytes(weights);
        DenseSpec spec = DenseSpec.of(DenseShape.square(n, ParameterFormat.PER_TENSOR))
                .weights(weights)
                .build();
        TfliteModel model = TfliteModel.parse("dense", CompiledModelWriter.write(spec));
        EdgeTpuPackage compiled = model.onlyPackage();
        execution = chunk(model, compiled.executionOnly());
        caching = chunk(model, compiled.parameterCaching());
        Executable loads = compiled.parameterCaching();
        parameters = bytes(model, loads.parameters().start(), loads.parameters().length());
        input = new byte[n];
        random.nextBytes(input);
        bus = new VirtualBus(VirtualSettings.DEFAULT.withLog(System.err::println));
        server = UsbIpServer.start(bus, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), line -> {});
        client = UsbIpClient.attached(server.address(), "1-1");
        client.control(0x40, 0, 0x4018, 4, 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}); // run control of the scalar core
        load();
    }

    @TearDown
    public void detach() throws IOException {
        client.close();
        server.close();
        bus.close();
    }

    private static byte[] chunk(TfliteModel model, Executable of) {
        return bytes(
                model,
                of.chunks().get(0).range().start(),
                of.chunks().get(0).range().length());
    }

    private static byte[] bytes(TfliteModel model, int start, int length) {
        byte[] bytes = new byte[length];
        model.bytes().get(start, bytes);
        return bytes;
    }

    private void header(int length, int tag) throws IOException {
        byte[] header = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .putInt(tag)
                .array();
        client.await(client.write(header));
    }

    private void send(byte[] bytes, int tag) throws IOException {
        header(bytes.length, tag);
        Deque<Integer> inFlight = new ArrayDeque<>();
        for (int at = 0; at < bytes.length; at += TRANSFER) {
            if (inFlight.size() == IN_FLIGHT) {
                client.await(inFlight.remove());
            }
            int length = Math.min(TRANSFER, bytes.length - at);
            inFlight.add(client.submit(false, 1, length, 0, bytes, at, length));
        }
        for (int number : inFlight) {
            client.await(number);
        }
    }

    /** Instructions, payload, event. */
    @Benchmark
    public UsbIpClient.Reply load() throws IOException {
        int event = client.read(2, 16);
        send(caching, 0);
        send(parameters, 2);
        return client.await(event);
    }

    /** Instructions, input, output, event. */
    @Benchmark
    public byte[] infer() throws IOException {
        int event = client.read(2, 16);
        int[] reads = new int[(n + CHUNK - 1) / CHUNK];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = client.read(1, CHUNK);
        }
        send(execution, 0);
        send(input, 1);
        byte[] last = null;
        for (int read : reads) {
            last = client.await(read).data();
        }
        client.await(event);
        return last;
    }
}
