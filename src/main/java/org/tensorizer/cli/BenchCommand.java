package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tensorizer.base.InputFile;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.Latency;
import org.tensorizer.tools.Timings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bench",
        description =
                "Measures a model's latency on a device: min, median, 95 %%, average, max of the steady state, the"
                        + " first inference (with the weight upload) apart; with --against interleaved with a second model.",
        footer = {
            "",
            "The last line, RESULT ..., is for programs. The latency of the emulator says nothing about silicon.",
            "Example: tensorizer bench original_edgetpu.tflite 100 10 --against patched_edgetpu.tflite"
        })
final class BenchCommand extends FactsCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A .tflite, compiled or not.")
    private Path file;

    @Parameters(index = "1", arity = "0..1", paramLabel = "RUNS", description = "Inferences that count. Default: 30.")
    private int runs = Latency.Plan.DEFAULT.runs();

    @Parameters(index = "2", arity = "0..1", paramLabel = "WARMUP", description = "Inferences before. Default: 5.")
    private int warmup = Latency.Plan.DEFAULT.warmup();

    @Option(names = "--against", paramLabel = "MODEL", description = "A patched model to interleave with.")
    private Path other;

    @Option(names = "--input", paramLabel = "INPUT", description = "As for run. Default: mod251, as published.")
    private String input = "mod251";

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the bootstrap. Default: 1.")
    private long seed = 1;

    @Mixin
    private Options.OnDevice device;

    @Mixin
    private Options.Lift lift;

    @Override
    public Integer call() {
        Latency.Plan plan = new Latency.Plan(runs, warmup);
        TfliteModel model = lift.of(named(file));
        TfliteModel second = other == null ? null : lift.of(named(other));
        String result;
        Facts facts = new Facts().put("model", file);
        try (Device opened = device.open(model.isCompiled())) {
            List<byte[]> inputs = inputs(opened, model);
            facts.device(opened);
            if (opened.provenance() == Provenance.EMULATED) {
                facts.put("note", "timed on the emulator: this says nothing about the latency of silicon");
            }
            if (other == null) {
                Latency latency = Latency.measure(opened, model, inputs, plan);
                one(facts, latency);
                result = latency.resultLine();
            } else {
                Latency.Comparison comparison = Latency.Comparison.measure(opened, model, second, inputs, plan, seed);
                two(facts, comparison);
                result = comparison.resultLine();
            }
        }
        print(facts.put("result", json ? result : null));
        if (!json) {
            out().println(result);
        }
        return OK;
    }

    /** Called by its name alone: that stands in the line for programs, wherever the file is. */
    private static TfliteModel named(Path file) {
        return TfliteModel.parse(file.getFileName().toString(), InputFile.read(file));
    }

    private List<byte[]> inputs(Device opened, TfliteModel model) {
        try (Session session = opened.open(model)) {
            return InputPattern.one(input, session.inputs());
        }
    }

    private static void one(Facts facts, Latency latency) {
        facts.put("runs", latency.plan().runs())
                .put("warmup", latency.plan().warmup())
                .put("open_us", rounded(latency.openMicros()))
                .put("first_inference_us", rounded(latency.firstMicros()))
                .put("steady_state_us", timings(latency.steady()))
                .put("argmax", latency.argmax().index())
                .put("score", latency.argmax().value());
    }

    private void two(Facts facts, Latency.Comparison comparison) {
        facts.put("against", other)
                .put("runs_of_each", comparison.plan().runs())
                .put("original_us", timings(comparison.originalTimings()))
                .put("patched_us", timings(comparison.patchedTimings()))
                .put(
                        "switch_between_models_p50_us",
                        rounded(comparison.switches().p50()))
                .put("ratio_of_medians", rounded(comparison.ratio()))
                .put("ratio_95_percent_interval", List.of(rounded(comparison.low()), rounded(comparison.high())))
                .put("differs", comparison.differs());
    }

    private static Facts timings(Timings timings) {
        return new Facts()
                .put("min", rounded(timings.min()))
                .put("p50", rounded(timings.p50()))
                .put("p95", rounded(timings.p95()))
                .put("avg", rounded(timings.avg()))
                .put("max", rounded(timings.max()));
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3f", value));
    }
}
