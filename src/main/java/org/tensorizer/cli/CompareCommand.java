package org.tensorizer.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.device.Device;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.CompiledCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Runs a compiled model on a device, and on the same inputs its source on the CPU or itself on"
                + " another device: what differs, by how much, and where first.",
        footer = {
            "",
            "A step is 1 of a whole number, and 1/256 of the range of a float output. Inputs and indices count from 0.",
            "Exit status: 0 nothing differs by more than --within, 1 something does or a device failed, 2 bad input.",
            "Examples:",
            "  tensorizer compare mobilenet_edgetpu.tflite --with mobilenet.tflite --device emulator",
            "  tensorizer compare mobilenet_edgetpu.tflite --lift --device emulator",
            "  tensorizer compare mobilenet_edgetpu.tflite --device coral --against emulator --input cat.png"
        })
final class CompareCommand extends FactsCommand {
    private static final String COMPILED = "_edgetpu.tflite";

    @Parameters(paramLabel = "MODEL", description = "A compiled .tflite.")
    private Path file;

    @Option(
            names = "--with",
            paramLabel = "SOURCE",
            description = "What it was compiled from, run on the CPU. Default: NAME.tflite beside NAME_edgetpu.tflite.")
    private Path source;

    @Option(
            names = "--against",
            paramLabel = "DEVICE",
            description = "A second device for the same model, in place of a source.")
    private String against;

    @Mixin
    private Options.OnDevice device;

    @Mixin
    private Options.Lift lift;

    @Option(names = "--inputs", paramLabel = "N", description = "Random inputs. Default: 5.")
    private int count = 5;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the random inputs. Default: 1.")
    private long seed = 1;

    @Option(names = "--input", paramLabel = "INPUT", description = "As for run, in place of random inputs.")
    private List<String> patterns = new ArrayList<>();

    @Option(
            names = "--within",
            paramLabel = "K",
            description = "Steps that a value may differ by. Default: 1 with a source, 0 between devices.")
    private Integer within;

    @Override
    public Integer call() {
        if ((source != null ? 1 : 0) + (against != null ? 1 : 0) + (lift.isGiven() ? 1 : 0) > 1) {
            throw new BadInputException("--with, --against and --lift: expected one of them, found several");
        }
        atLeast(1, "--inputs", count);
        int allowed = within != null ? within : against == null ? 1 : 0;
        atLeast(0, "--within", allowed);
        TfliteModel model = TfliteModel.read(file);
        if (!model.isCompiled()) {
            throw new BadInputException(file + ": expected a model compiled for the Edge TPU, found one that is not");
        }
        DeviceChoice other = against == null ? DeviceChoice.CPU : DeviceChoice.parse(against);
        TfliteModel second = against != null ? model : lift.isGiven() ? lift.of(model) : TfliteModel.read(source());
        Facts facts = new Facts().put("model", file).put("model_sha256", Sha256.of(model.copy()));
        CompiledCheck check;
        try (Device ours = device.open();
                Device theirs = Devices.open(other)) {
            facts.device(ours)
                    .put("source", against == null ? second.name() : null)
                    .put("against", theirs.name())
                    .put("against_evidence", theirs.provenance().toString());
            check = CompiledCheck.run(ours, model, theirs, second, inputs());
        }
        boolean agrees = check.largest() <= allowed;
        print(facts.put("inputs", check.inputs())
                .put("seed", patterns.isEmpty() ? seed : null)
                .put("within_steps", allowed)
                .put("agrees", agrees)
                .list("outputs", check.outputs(), CompareCommand::output));
        return agrees ? OK : REFUTED;
    }

    private Path source() {
        String name = file.getFileName().toString();
        Path beside = source != null || !name.endsWith(COMPILED)
                ? source
                : file.resolveSibling(name.substring(0, name.length() - COMPILED.length()) + ".tflite");
        if (beside == null || source == null && !Files.exists(beside)) {
            throw new BadInputException(file + ": expected --with SOURCE, --lift or --against DEVICE, found none"
                    + (beside == null ? "" : ", and no source " + beside));
        }
        return beside;
    }

    private Function<List<TensorSpec>, Stream<List<byte[]>>> inputs() {
        return patterns.isEmpty()
                ? CompiledCheck.random(count, seed)
                : tensors -> patterns.stream().flatMap(each -> InputPattern.rows(each, tensors).stream());
    }

    private static Facts output(CompiledCheck.Output output) {
        return new Facts()
                .put("tensor", output.tensor().name())
                .put("type", output.tensor().type())
                .put("values_compared", output.numbers())
                .put("values_differing", output.differing())
                .put("largest_difference_steps", output.largest())
                .put(
                        "first_difference",
                        output.first()
                                .map(first -> new Facts()
                                        .put("input", first.input())
                                        .put("index", first.index())
                                        .put("value", first.ours())
                                        .put("against_value", first.theirs()))
                                .orElse(null));
    }
}
