package org.tensorizer.gemm;

import java.util.List;
import java.util.Locale;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;

/**
 * What a product would take on one or several Corals. Calculated from {@linkplain Rate published rates}, never measured
 * by this project, and its text says so.
 *
 * <p>Blocks are dealt out to the Corals, each with its own process and all of them opened at once. Where that leaves some
 * idle, the batch of every block is divided as well, which costs uploads.
 *
 * @param what the product, for the text
 * @param template that runs every block
 * @param blocks payloads
 * @param runs inferences of each block
 */
public record CoralPlan(String what, DenseShape template, int blocks, long runs) {
    /** A product in output steps. */
    public static CoralPlan of(GemmPlan plan, int vectors) {
        return new CoralPlan(
                "W " + plan.outputs() + " x " + plan.inputs() + ", " + vectors + " vectors",
                plan.template(),
                plan.blocks(),
                vectors);
    }

    /** An exact product. */
    public static CoralPlan of(ExactPlan plan, int vectors) {
        return new CoralPlan(
                "exact W " + plan.outputs() + " x " + plan.inputs() + ", " + vectors + " vectors",
                plan.template(),
                plan.blocks(),
                (long) ExactPlan.BITS * vectors);
    }

    /**
     * What the busiest of several Corals does.
     *
     * @param corals how many share the work
     * @param uploads payloads
     * @param inferences all of its blocks together
     * @param uploadSeconds at {@link Rate#UPLOAD}
     * @param runSeconds of the inferences
     * @param busSeconds all Corals together on one USB 3.0 controller
     * @param hostSeconds all Corals together on one core
     */
    public record Cost(
            int corals,
            long uploads,
            long inferences,
            double uploadSeconds,
            double runSeconds,
            double busSeconds,
            double hostSeconds) {
        /** Uploads and inferences, or what the bus or the host takes if that is more; without opening. */
        public double seconds() {
            return Math.max(uploadSeconds + runSeconds, Math.max(busSeconds, hostSeconds));
        }

        /** What it waits for. */
        public String limit() {
            double device = uploadSeconds + runSeconds;
            if (hostSeconds > device && hostSeconds >= busSeconds) {
                return "host";
            }
            return busSeconds > device ? "bus" : uploadSeconds > runSeconds ? "upload" : "inference";
        }
    }

    /** @throws BadInputException not at least one */
    public Cost on(int corals) {
        if (corals < 1) {
            throw new BadInputException(corals + " Corals, expected at least 1");
        }
        Cost best = null;
        for (int parts = 1; parts <= corals; parts++) {
            Cost cost = divided(corals, parts);
            best = best == null || cost.seconds() < best.seconds() ? cost : best;
        }
        return best;
    }

    /** @param parts that the batch of every block is divided into */
    private Cost divided(int corals, int parts) {
        long each = (blocks * (long) parts - 1) / corals + 1;
        long inferences = each * ((runs - 1) / parts + 1);
        long allUploads = (long) blocks * parts;
        double bytes = (double) allUploads * template.payloadBytes() + (double) blocks * runs * bytesPerInference();
        return new Cost(
                corals,
                each,
                inferences,
                each * template.payloadBytes() / Rate.UPLOAD.value(),
                inferences * Rate.INFERENCE.value(),
                bytes / Rate.BUS.value(),
                blocks * runs * Rate.HOST.value());
    }

    /** Instructions, input and output: what crosses the bus for an inference once the payload is on the chip. */
    public int bytesPerInference() {
        int instructions = DenseProgram.executionOnly(template, new Quantization(1, 128, 1, 128, 1, 128))
                .bytes()
                .length;
        return instructions + template.inputs() + template.outputs();
    }

    /** Corals that one core can keep busy, at most. */
    public int mostCoralsByHost() {
        return (int) (Rate.INFERENCE.value() / Rate.HOST.value() + 1e-9);
    }

    /** Corals that one USB 3.0 controller can keep busy, at most. */
    public int mostCoralsByBus() {
        return (int) (Rate.BUS.value() * Rate.INFERENCE.value() / bytesPerInference());
    }

    /** The page: a line for each number of Corals, where the limits are, how runners share, and every source. */
    public String text(int... corals) {
        StringBuilder page = new StringBuilder();
        line(page, """
                CALCULATED from published rates, not measured: %s
                blocks: %d of %s, %d bytes each; %d inferences of each block

                corals  uploads      upload    (at best)  inferences     running         all   with open  limit\
                """, what, blocks, template, template.payloadBytes(), runs);
        for (int count : corals) {
            Cost cost = on(count);
            line(
                    page,
                    "%6d %8d %11s %12s %11d %11s %11s %11s  %s",
                    count,
                    cost.uploads,
                    time(cost.uploadSeconds),
                    time(cost.uploadSeconds * Rate.UPLOAD.value() / Rate.FASTEST_UPLOAD.value()),
                    cost.inferences,
                    time(cost.runSeconds),
                    time(cost.seconds()),
                    time(cost.seconds() + Rate.OPEN.value()),
                    cost.limit());
        }
        line(
                page,
                """

                Limits: an inference moves %d bytes, so one USB 3.0 controller keeps about %d Corals busy, and one core of \
                the host about %d.
                Runners: a Coral belongs to one process at a time. Give each runner one Coral by its path (usb:N is in no \
                stable order) and keep it open:
                opening costs as much as %d inferences. Jobs with the same weights should follow one another: a change of \
                payload costs as much as %d inferences.
                """,
                bytesPerInference(),
                mostCoralsByBus(),
                mostCoralsByHost(),
                Math.round(Rate.OPEN.value() / Rate.INFERENCE.value()),
                Math.round(template.payloadBytes() / Rate.UPLOAD.value() / Rate.INFERENCE.value()));
        for (Rate rate : Rate.all()) {
            line(page, "%-15s %-9s %s", rate.name(), rate.text(), rate.source());
        }
        return page.toString();
    }

    private static void line(StringBuilder page, String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    private static String time(double seconds) {
        return seconds >= 1
                ? String.format(Locale.ROOT, "%.2f s", seconds)
                : seconds >= 1e-3
                        ? String.format(Locale.ROOT, "%.1f ms", 1e3 * seconds)
                        : String.format(Locale.ROOT, "%.1f us", 1e6 * seconds);
    }

    /**
     * A published figure that plans are calculated with.
     *
     * @param name what it is the rate of
     * @param value in SI units: seconds, or bytes a second
     * @param text the value as people write it
     * @param source who measured what, and what the figure does not cover
     */
    public record Rate(String name, double value, String text, String source) {
        private static final String REPLAY = "github RingCanary/coral-usb-oxidized, docs/";

        /** One inference of a large Dense layer whose weights are on the chip. */
        public static final Rate INFERENCE = new Rate(
                "inference",
                0.3e-3,
                "0.3 ms",
                "measured, " + REPLAY
                        + "dense_gemm_replay_benchmark_2026-03-06.md: 0.293, 0.312, 0.301 ms at 2048, 2304 and"
                        + " 2688 squared, raw USB from a Raspberry Pi 5; longer runs 0.324; through libedgetpu 0.34 to 0.47."
                        + " Other shapes: assumed the same");

        /** Payload to the chip. */
        public static final Rate UPLOAD = new Rate(
                "upload",
                70e6,
                "70 MB/s",
                "measured, " + REPLAY
                        + "dense_replay_vs_pi_cpu_2026-03-07.md: 67 to 72 MB/s, instructions, input and output of"
                        + " running inferences together. Nobody has published the time of a payload alone, so this is a careful"
                        + " assumption for it");

        /** Payload to the chip, at best. */
        public static final Rate FASTEST_UPLOAD = new Rate(
                "upload at best",
                437e6,
                "437 MB/s",
                "derived, " + REPLAY
                        + "tensorizer_dense_template.md: layers too large for the chip stream 7.22 MiB of weights"
                        + " with each inference, in 17.3 ms");

        /** From nothing to a device that runs. */
        public static final Rate OPEN = new Rate(
                "open",
                2,
                "2 s",
                "observed, libedgetpu e35aed1 with an emulated USB device: two fixed sleeps; about 3 s with the firmware download"
                        + " of a Coral that was just plugged in");

        /** What all Corals at one USB controller share. */
        public static final Rate BUS = new Rate(
                "bus",
                500e6,
                "500 MB/s",
                "USB 3.0 specification: 5 Gbit/s in 8b/10b code, before packet overhead. USB 2.0 has 60 MB/s");

        /** Host work of one inference: cutting the vector, the call into TFLite, adding up the output. */
        public static final Rate HOST = new Rate(
                "host",
                20e-6,
                "0.02 ms",
                "estimated from this project's own benchmarks on two x86-64 cores with an emulated chip; the part of libedgetpu"
                        + " and of a child process is not in it");

        /** All of them, in the order a job meets them. */
        public static List<Rate> all() {
            return List.of(OPEN, UPLOAD, FASTEST_UPLOAD, INFERENCE, BUS, HOST);
        }
    }
}
