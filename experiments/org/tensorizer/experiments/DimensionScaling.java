package org.tensorizer.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.harness.LinePlot;
import org.tensorizer.patch.Pattern;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/*
 * How far does one template scale? Square Dense layers are assembled at the sizes of the published measurements, 256 to
 * 2688, the largest that still fits the chip. Claim: each is one program with its weights on the chip: two executables, a
 * payload of exactly N * N bytes, and outputs that are the exact product.
 *
 * A layer that fits is fast, one that does not is streamed with every inference, some fifty times slower. So the latency
 * is measured and drawn beside the published one. It is information and never judged: an emulator's time says nothing
 * about a chip, and a chip's depends on bus, clock and host.
 *
 * The control is a permutation matrix: a program that read its weights or inputs in another order would answer otherwise.
 *
 * Alone: mvn test -Dexperiment=DimensionScaling; all sizes with -DexcludedGroups=none
 */
@Hypothesis(
        value = "Square Dense layers up to 2688 keep their weights on the chip: N * N payload bytes, exact outputs",
        refutedBy =
                "A size that the device refuses to run as one program, another payload size, or an output that is not"
                        + " the exact product",
        source = "https://github.com/RingCanary/coral-usb-oxidized, docs/tensorizer_dense_template.md (executables and"
                + " latencies measured on a Coral)",
        theme = Hypothesis.Theme.LAYOUT,
        onSilicon = "sizes and latencies seen")
class DimensionScaling {
    static List<Counterexample> wrongChips() {
        return List.of(Counterexample.chip(chip -> chip.withLaneFastest(true)));
    }

    private static final int WARM_UP = 3;
    private static final int RUNS = 15;

    /** Average milliseconds on another's Coral over USB. Source: that of the hypothesis. */
    private static final Map<Integer, Double> PUBLISHED =
            Map.of(256, 0.225, 512, 0.264, 1024, 0.277, 2048, 0.474, 2304, 0.339, 2688, 0.449);

    private record Measured(int size, int payload, double median, double fastest) {}

    @Test
    void publishedSizesAreOneProgram(Bench bench, Evidence evidence) {
        scale(PUBLISHED.keySet().stream().sorted().toList(), bench, evidence);
    }

    @Test
    @Tag("large")
    void everyVerifiedSizeIsOneProgram(Bench bench, Evidence evidence) {
        scale(List.of(256, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2304, 2688), bench, evidence);
    }

    private static void scale(List<Integer> sizes, Bench bench, Evidence evidence) {
        List<Measured> measured = new ArrayList<>();
        for (int size : sizes) {
            measured.add(measure(size, bench, evidence));
        }
        boolean silicon = bench.device().provenance() == Provenance.SILICON;
        String here = "latency here (" + bench.device().provenance() + ")";
        evidence.fact(
                "latency",
                "median of " + RUNS + " runs after " + WARM_UP + ", not judged"
                        + (silicon ? "" : "; " + bench.device().provenance() + ", it says nothing about a chip"));
        evidence.table("latency and payload over size", table(measured, here));
        plot(here, measured).draw().ifPresent(image -> evidence.picture("latency over size", image));
        payloads(measured).draw().ifPresent(image -> evidence.picture("payload over size", image));
    }

    private static Measured measure(int size, Bench bench, Evidence evidence) {
        DenseTemplate template = DenseTemplate.assemble(
                        DenseSpec.of(DenseShape.square(size, ParameterFormat.PER_TENSOR))
                                .weights(new byte[size * size])
                                .build())
                .patched(Pattern.permutation(size));
        int executables = template.model().onlyPackage().executables().size();
        byte[] input = Inputs.of(template).random(size);

        try (Session session = bench.open(template)) {
            byte[] answer = session.run(input);
            evidence.expect("permutation of " + size, template, input, answer);
            for (int i = 1; i < WARM_UP; i++) {
                session.run(input);
            }
            double[] millis = new double[RUNS];
            for (int i = 0; i < RUNS; i++) {
                long start = System.nanoTime();
                session.run(input);
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(millis);
            require(size, "executables", 2, executables);
            require(size, "payload bytes", size * size, template.payload().length());
            return new Measured(size, template.payload().length(), millis[RUNS / 2], millis[0]);
        }
    }

    private static void require(int size, String what, int expected, int found) {
        if (expected != found) {
            throw new AssertionError("size " + size + ": " + found + " " + what + ", expected " + expected);
        }
    }

    private static String table(List<Measured> measured, String here) {
        StringBuilder table =
                new StringBuilder("size,payload bytes,program," + here + " median ms,fastest ms,published ms\n");
        for (Measured m : measured) {
            DenseShape shape = DenseShape.square(m.size, ParameterFormat.PER_TENSOR);
            table.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%s,%.3f,%.3f,%s%n",
                    m.size,
                    m.payload,
                    ShapeStatus.of(shape).level().word(),
                    m.median,
                    m.fastest,
                    PUBLISHED.containsKey(m.size) ? PUBLISHED.get(m.size) : ""));
        }
        return table.toString();
    }

    private static LinePlot plot(String here, List<Measured> measured) {
        List<Integer> known = measured.stream()
                .map(Measured::size)
                .filter(PUBLISHED::containsKey)
                .toList();
        return new LinePlot(
                "One inference of a square Dense layer",
                "input and output channels",
                "milliseconds",
                List.of(
                        new LinePlot.Line(
                                here,
                                measured.stream().map(Measured::size).toList(),
                                measured.stream().map(Measured::median).toList()),
                        new LinePlot.Line(
                                "published (another's Coral, USB)",
                                known,
                                known.stream().map(PUBLISHED::get).toList())));
    }

    private static LinePlot payloads(List<Measured> measured) {
        return new LinePlot(
                "Payload of a square Dense layer",
                "input and output channels",
                "KiB",
                List.of(new LinePlot.Line(
                        "payload",
                        measured.stream().map(Measured::size).toList(),
                        measured.stream().map(m -> m.payload / 1024.0).toList())));
    }
}
