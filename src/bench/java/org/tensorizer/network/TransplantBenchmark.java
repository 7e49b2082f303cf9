package org.tensorizer.network;

import java.nio.file.Path;
import java.util.Optional;
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
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.lift.Lifted;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;
import org.tensorizer.network.transplant.Transplanted;

/**
 * A whole mobilenet_v1_1.0_224 transplanted and lifted, and one layer of 512 x 512 written beside a plain copy of its bytes.
 * {@code -Dtensorizer.networks=DIR} names the folder, default {@code ../shared/networks}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TransplantBenchmark {
    private TfliteModel compiled;
    private Network network;
    private SourceGraph source;
    private NetworkWriter writer;
    private LayerOperator layer;
    private byte[] weights;
    private byte[] target;

    @Setup
    public void prepare() {
        Path folder = Path.of(System.getProperty("tensorizer.networks", "../shared/networks"));
        compiled = TfliteModel.read(folder.resolve("mobilenet_v1_1.0_224_extractor_edgetpu.tflite"));
        source = SourceGraph.of(TfliteModel.read(folder.resolve("mobilenet_v1_1.0_224_extractor.tflite")));
        network = Network.of(compiled);
        writer = NetworkWriter.open(network);
        layer = network.layers().stream()
                .filter(each -> each.layout().inputs() == 512 && each.layout().outputs() == 512)
                .findFirst()
                .orElseThrow();
        weights = new byte[512 * 512];
        target = new byte[weights.length];
        new Random(1).nextBytes(weights);
    }

    @Benchmark
    public Transplanted wholeNetworkMapKnown() {
        return Transplant.of(network, source, Optional.empty()).write(1);
    }

    @Benchmark
    public Network mapFound() {
        return Network.of(compiled);
    }

    @Benchmark
    public Lifted lifted() {
        return Lifted.of(network, false);
    }

    @Benchmark
    public byte[] oneLayer() {
        writer.weights(layer, weights);
        return writer.bytes();
    }

    @Benchmark
    public byte[] plainCopy() {
        System.arraycopy(weights, 0, target, 0, weights.length);
        return target;
    }
}
