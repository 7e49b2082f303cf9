package org.tensorizer.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A speed that was set out to be reached, as a time or as the ratio of two times of the same run.
 *
 * @param text what it says
 * @param of key of the result
 * @param by key of the result it is divided by; null for a time in microseconds
 * @param most what the time or the ratio may be
 */
record Goal(String text, String of, String by, double most) {
    static List<Goal> all() {
        return List.of(
                new Goal(
                        "packing 2048 x 2048, times arraycopy",
                        "PackingBenchmark.pack{size=2048}",
                        "PackingBenchmark.arraycopy{size=2048}",
                        3),
                new Goal(
                        "product of 1024 rows, 512 x 512, from nothing, us",
                        "CompileBenchmark.product1024x512x512",
                        null,
                        10_000),
                new Goal(
                        "27 convolutions of mobilenet compiled, us",
                        "CompileBenchmark.convolutionsOfMobilenet",
                        null,
                        150_000),
                new Goal(
                        "64 layers compiled, times 16 layers",
                        "CompileGrowthBenchmark.layers{layers=64}",
                        "CompileGrowthBenchmark.layers{layers=16}",
                        5),
                new Goal(
                        "layers of 512 channels compiled, times 256 channels",
                        "CompileGrowthBenchmark.parameters{channels=512}",
                        "CompileGrowthBenchmark.parameters{channels=256}",
                        5),
                new Goal("a block of 64 x 64 rewritten, us", "WeightSwapBenchmark.blockOf64", null, 5),
                rows(256),
                rows(512),
                emulator(256),
                emulator(1024),
                emulator(2048),
                new Goal(
                        "product of 1024 x 1024 x 256, times its inferences",
                        "GemmBenchmark.product",
                        "GemmBenchmark.inferencesAlone",
                        1.1),
                new Goal("driver's part of an inference of 256, us", "UsbDriverBenchmark.inference{n=256}", null, 60),
                new Goal(
                        "driver's part of sending 1 MB, us (3 % of the wire's)",
                        "UsbDriverBenchmark.swapAndInference{n=1024}", null, 0.03 * 1_056_768 / 400),
                new Goal(
                        "2048 x 2048 packed and swapped, times a new session",
                        "UsbDriverBenchmark.packSwapAndInference{n=2048}",
                        "UsbDriverBenchmark.packAndInferenceInANewSessionOfTflite{n=2048}",
                        0.2),
                new Goal(
                        "device opened and closed, us",
                        "UsbDriverBenchmark.openAndCloseTheDevice{n=256}",
                        null,
                        150_000),
                new Goal("virtual Coral over USB/IP: inference of 256, us", "UsbIpBenchmark.infer{n=256}", null, 1000),
                new Goal(
                        "virtual Coral over USB/IP: 4 MB of parameters, us (500 MB/s)",
                        "UsbIpBenchmark.load{n=2048}",
                        null,
                        (2048 * 2048) / 500.0),
                new Goal(
                        "emulated mobilenet 1.0 of 224 pixels, times TFLite's default kernels",
                        "NetworkBenchmark.emulated{network=224:1.0:569}",
                        "NetworkBenchmark.tfliteOnTheSource{network=224:1.0:569}",
                        3),
                new Goal(
                        "an inference in each of two threads, times one alone (two free cores)",
                        "NetworkBenchmark.emulatedByTwoThreads{network=128:0.25:14}",
                        "NetworkBenchmark.emulated{network=128:0.25:14}",
                        1.2),
                new Goal(
                        "virtual Coral in process: a network, times the emulator",
                        "VirtualCoralBenchmark.virtual",
                        "VirtualCoralBenchmark.emulator",
                        1.1),
                new Goal(
                        "Dense 1024 -> 521 from source to compiled, us",
                        "SourceCompilingBenchmark.compile{layers=1024-521}",
                        null,
                        10_000),
                new Goal(
                        "MLP 784-512-512-10 from source to compiled, us",
                        "SourceCompilingBenchmark.compile{layers=784-512-512-10}",
                        null,
                        20_000));
    }

    private static Goal rows(int n) {
        return new Goal(
                "1024 rows of " + n + " x " + n + " emulated at once, times one emulated Dense (1024 / 5)",
                "RowsBenchmark.rowsInOneInference{n=" + n + "}",
                "RowsBenchmark.oneRowOfDense{n=" + n + "}",
                1024 / 5.0);
    }

    private static Goal emulator(int n) {
        return new Goal(
                "emulated inference of " + n + ", times TFLite's default kernel",
                "EmulatorBenchmark.emulated{n=" + n + "}",
                "EmulatorBenchmark.tfliteOnTheSource{n=" + n + "}",
                3);
    }

    /** What this run has; empty if it did not measure it. */
    Optional<Double> reached(List<Result> results) {
        Optional<Double> time = time(results, of);
        return by == null ? time : time.flatMap(t -> time(results, by).map(base -> t / base));
    }

    private static Optional<Double> time(List<Result> results, String key) {
        return results.stream()
                .filter(r -> r.key().equals(key))
                .map(Result::micros)
                .findFirst();
    }

    String line(double reached) {
        return String.format(
                Locale.ROOT,
                "%-60s %8.2f   goal %.2f   %s",
                text,
                reached,
                most,
                reached <= most ? "reached" : "MISSED");
    }
}
