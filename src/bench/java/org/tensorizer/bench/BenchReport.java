package org.tensorizer.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;

/**
 * Prints what a run of the benchmarks came to, beside the committed baselines and the goals, and writes the page with the
 * plots. {@code BenchReport RESULTS BASELINES PAGE [keep]}; with {@code keep} this run becomes the baseline.
 *
 * <p>A ratio to a baseline of another machine says little; ratios within a run, which the goals are, say more.
 */
public final class BenchReport implements Callable<Integer> {
    private final Path results;
    private final Path baselines;
    private final Path page;
    private final boolean keep;

    private BenchReport(Path results, Path baselines, Path page, boolean keep) {
        this.results = results;
        this.baselines = baselines;
        this.page = page;
        this.keep = keep;
    }

    public static void main(String... args) throws Exception {
        if (args.length < 3) {
            throw new IllegalArgumentException("expected RESULTS BASELINES PAGE [keep]");
        }
        boolean keep = args.length > 3 && args[3].equals("keep");
        System.exit(new BenchReport(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), keep).call());
    }

    @Override
    public Integer call() throws IOException {
        List<Result> run = Result.read(results);
        if (keep || !Files.exists(baselines)) {
            Baselines.write(baselines, machine(), run);
            System.out.println("kept as baselines: " + baselines);
        }
        Baselines base = Baselines.read(baselines);
        System.out.println("baselines: " + base.machine());
        System.out.println("this run:  " + machine());
        System.out.printf(Locale.ROOT, "%n%-72s %12s %12s %9s%n", "benchmark", "us", "bytes/op", "x base");
        for (Result result : run) {
            OptionalDouble ratio = base.ratio(result);
            System.out.printf(
                    Locale.ROOT,
                    "%-72s %12.3f %12s %9s%n",
                    result.key(),
                    result.micros(),
                    Double.isNaN(result.bytes()) ? "" : String.format(Locale.ROOT, "%.0f", result.bytes()),
                    ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "new");
        }
        System.out.println();
        for (Goal goal : Goal.all()) {
            goal.reached(run).ifPresent(reached -> System.out.println(goal.line(reached)));
        }
        Growth.of(run).ifPresent(growth -> System.out.println("growth: " + growth));
        System.out.println("\n" + SiliconEstimate.TITLE + "\n" + String.join(" | ", SiliconEstimate.COLUMNS));
        SiliconEstimate.all().forEach(each -> System.out.println(String.join(" | ", each.line())));
        Files.createDirectories(page.toAbsolutePath().getParent());
        byte[] html = new BenchPage(run, base, machine()).html().getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(page, html, Existing.REPLACE);
        System.out.println("\npage: " + page);
        return 0;
    }

    private static String machine() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + System.getProperty("java.version") + ", " + LocalDate.now();
    }
}
