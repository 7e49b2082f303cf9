package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "probe",
        description =
                "Sets the single weight W[out][in] on a device and shows which outputs move, with that input driven"
                        + " and without.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Ends with status 1 unless output OUT alone moves, and only when input IN is driven.",
            "Example: tensorizer probe fixtures/dense_256_int8_identity_edgetpu.tflite --out 5 --in 9"
        })
final class ProbeCommand extends FactsCommand {
    @Parameters(paramLabel = "TEMPLATE", description = "A compiled Dense .tflite.")
    private Path file;

    @Option(names = "--out", required = true, paramLabel = "O", description = "Output channel.")
    private int out;

    @Option(names = "--in", required = true, paramLabel = "I", description = "Input channel.")
    private int in;

    @Option(names = "--value", paramLabel = "W", description = "The weight, -128..127. Default: 127.")
    private int value = 127;

    @Mixin
    private Options.OnDevice device;

    @Override
    public Integer call() {
        DenseTemplate template = DenseTemplate.read(file);
        PatchTarget target = PatchTarget.of(template.model()).withLayout(template.layout());
        Patch background = Patch.of(Region.weights(), Pattern.constant(0));
        PatchedModel zero = PatchedModel.of(target, background);
        PatchedModel hot =
                PatchedModel.of(target, background.then(Region.cell(out, in), Pattern.singleHot(out, in, value)));
        int offset = template.layout().offset(out, in);
        Facts facts = new Facts()
                .put("template", file.toString())
                .put("out", out)
                .put("in", in)
                .put("value", value)
                .put("payload_offset", offset)
                .put("file_offset", template.payload().start() + offset);
        byte[] drive = input(template, true);
        if (predicted(zero, drive)[out] == predicted(hot, drive)[out]) {
            throw new BadInputException("--value " + value + ": too small to be seen, output " + out
                    + " would answer the same as with weight 0: expected a larger one, such as 127");
        }
        List<Integer> driven;
        List<Integer> silent;
        try (Device opened = device.open()) {
            facts.device(opened);
            byte[] quiet = input(template, false);
            List<byte[]> before = answers(opened, zero, quiet, drive);
            List<byte[]> after = answers(opened, hot, quiet, drive);
            silent = moved(before.get(0), after.get(0));
            driven = moved(before.get(1), after.get(1));
            facts.put("outputs_moved_with_input_driven", driven)
                    .put("outputs_moved_without", silent)
                    .put("output_before", number(template, before.get(1)[out]))
                    .put("output_after", number(template, after.get(1)[out]))
                    .put("output_predicted", number(template, predicted(hot, drive)[out]));
        }
        boolean alone = driven.equals(List.of(out)) && silent.isEmpty();
        print(facts.put("verdict", alone ? "supported: this output alone, and only when driven" : "refuted"));
        return alone ? OK : REFUTED;
    }

    private static byte[] predicted(PatchedModel model, byte[] input) {
        return DenseTemplate.of(model.model("probe")).expected(input);
    }

    private static List<byte[]> answers(Device device, PatchedModel model, byte[]... inputs) {
        try (Session session = device.open(model.model("probe"))) {
            List<byte[]> answers = new ArrayList<>();
            for (byte[] input : inputs) {
                answers.add(session.run(input));
            }
            return answers;
        }
    }

    /** All inputs at their zero point; the probed one at the other end of the range if driven. */
    private byte[] input(DenseTemplate template, boolean drive) {
        TensorDomain domain = template.inputDomain();
        byte[] input = new byte[template.shape().inputs()];
        Arrays.fill(input, domain.zero());
        if (drive) {
            input[in] = (byte) (domain.least() + (domain.chipZeroPoint() < 128 ? 255 : 0));
        }
        return input;
    }

    private static List<Integer> moved(byte[] before, byte[] after) {
        List<Integer> moved = new ArrayList<>();
        for (int i = 0; i < before.length; i++) {
            if (before[i] != after[i]) {
                moved.add(i);
            }
        }
        return moved;
    }

    private static int number(DenseTemplate template, byte value) {
        return template.outputDomain().value(value);
    }
}
