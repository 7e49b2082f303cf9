package org.tensorizer.gemm;

import java.util.List;

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
