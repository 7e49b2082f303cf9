package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.TemplateReader;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.KernelWindow;
import org.tensorizer.template.LayerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "probe",
        description =
                "Sets the single weight W[out][in], of a convolution W[out][ky][kx][in], on a device and shows which"
                        + " outputs move, with that input driven and without.",
        footer = {
            "",
            "Ends with status 1 unless the predicted output alone moves, and only when input IN is driven.",
            "Examples:",
            "  tensorizer probe fixtures/dense_256_int8_identity_edgetpu.tflite --out 5 --in 9",
            "  tensorizer probe conv_edgetpu.tflite --out 5 --in 9 --kernel 0,2 --at 3,4"
        })
final class ProbeCommand extends FactsCommand {
    @Parameters(paramLabel = "TEMPLATE", description = "A compiled .tflite of one layer.")
    private Path file;

    @Option(names = "--out", required = true, paramLabel = "O", description = "Output channel.")
    private int out;

    @Option(names = "--in", required = true, paramLabel = "I", description = "Input channel.")
    private int in;

    @Option(names = "--kernel", paramLabel = "Y,X", description = "Tap of the kernel. Default: the middle.")
    private String kernel;

    @Option(
            names = "--at",
            paramLabel = "Y,X",
            description = "Pixel of the input that is driven. Default: one that the middle of the output reads.")
    private String at;

    @Option(names = "--value", paramLabel = "W", description = "The weight, -128..127. Default: 127.")
    private int value = 127;

    @Mixin
    private Options.OnDevice device;

    @Override
    public Integer call() {
        LayerTemplate template = TemplateReader.of(TfliteModel.read(file));
        KernelWindow window = template.window();
        int tap = tap(window);
        int ky = tap / window.kernelWidth();
        int kx = tap % window.kernelWidth();
        Patch background = Patch.of(Region.weights(), Pattern.constant(0));
        LayerTemplate zero = patched(template, background);
        LayerTemplate hot = patched(template, background.then(Region.cell(out, ky, kx, in), Pattern.constant(value)));
        int offset = template.layer().at() + template.layer().layout().offset(out, ky, kx, in);
        int pixel = pixel(window, tap);
        byte[] drive = input(template, pixel, true);
        byte[] predictedBefore = zero.expected(drive);
        byte[] predicted = hot.expected(drive);
        List<Integer> moving = moved(predictedBefore, predicted);
        if (moving.isEmpty()) {
            throw new BadInputException("--value " + value + ": too small to be seen, output " + out
                    + " would answer the same as with weight 0: expected a larger one, such as 127");
        }
        Facts facts = new Facts()
                .put("template", file)
                .put("layer", template.layer().name())
                .put("out", out)
                .put("ky", window.taps() > 1 ? ky : null)
                .put("kx", window.taps() > 1 ? kx : null)
                .put("in", in)
                .put("value", value)
                .put("driven_y", isImage(window) ? pixel / window.width() : null)
                .put("driven_x", isImage(window) ? pixel % window.width() : null)
                .put("payload_offset", offset)
                .put("file_offset", template.target().payload().start() + offset);
        List<Integer> driven;
        List<Integer> silent;
        try (Device opened = device.open()) {
            facts.device(opened);
            byte[] quiet = input(template, pixel, false);
            List<byte[]> before = answers(opened, zero, quiet, drive);
            List<byte[]> after = answers(opened, hot, quiet, drive);
            silent = moved(before.get(0), after.get(0));
            driven = moved(before.get(1), after.get(1));
            int shown = moving.get(0);
            TensorDomain domain = template.outputDomain();
            facts.put("outputs_moved_with_input_driven", places(window, driven))
                    .put("outputs_moved_without", places(window, silent))
                    .put("outputs_moved_by_prediction", places(window, moving))
                    .put("output_before", domain.value(before.get(1)[shown]))
                    .put("output_after", domain.value(after.get(1)[shown]))
                    .put("output_predicted", domain.value(predicted[shown]));
        }
        boolean alone = driven.equals(moving) && silent.isEmpty();
        print(facts.put("verdict", alone ? "supported: this output alone, and only when driven" : "refuted"));
        return alone ? OK : REFUTED;
    }

    private static boolean isImage(KernelWindow window) {
        return window.height() * window.width() > 1;
    }

    /** Channels, of an image with their pixel in front. */
    private static List<?> places(KernelWindow window, List<Integer> outputs) {
        return isImage(window)
                ? outputs.stream()
                        .map(n -> new Facts()
                                .put("y", n / window.outputs() / window.columns())
                                .put("x", n / window.outputs() % window.columns())
                                .put("channel", n % window.outputs()))
                        .toList()
                : outputs;
    }

    private int tap(KernelWindow window) {
        int[] tap = kernel == null
                ? new int[] {(window.kernelHeight() - 1) / 2, (window.kernelWidth() - 1) / 2}
                : Options.numbers("--kernel", kernel, ",");
        if (tap[0] >= window.kernelHeight() || tap[1] >= window.kernelWidth()) {
            throw new BadInputException(
                    "--kernel " + kernel + ": the kernel is " + window.kernelHeight() + "x" + window.kernelWidth());
        }
        return tap[0] * window.kernelWidth() + tap[1];
    }

    private int pixel(KernelWindow window, int tap) {
        if (at == null) {
            return Math.max(0, window.pixel(window.rows() / 2, window.columns() / 2, tap));
        }
        int[] place = Options.numbers("--at", at, ",");
        if (place[0] >= window.height() || place[1] >= window.width()) {
            throw new BadInputException(
                    "--at " + at + ": the input is " + window.height() + "x" + window.width() + " pixels");
        }
        int pixel = place[0] * window.width() + place[1];
        for (int n = 0; n < window.rows() * window.columns(); n++) {
            if (window.pixel(n / window.columns(), n % window.columns(), tap) == pixel) {
                return pixel;
            }
        }
        throw new BadInputException("--at " + at + ": no output reads this pixel under this tap of the kernel");
    }

    private static LayerTemplate patched(LayerTemplate template, Patch patch) {
        PatchedModel patched = PatchedModel.of(template.target(), patch);
        return TemplateReader.of(patched.model(template.name()));
    }

    private static List<byte[]> answers(Device device, LayerTemplate template, byte[]... inputs) {
        try (Session session = device.open(template.target().model())) {
            return Stream.of(inputs).map(session::run).toList();
        }
    }

    /** All inputs at their zero point; the probed one at the other end of the range if driven. */
    private byte[] input(LayerTemplate template, int pixel, boolean drive) {
        TensorDomain domain = template.inputDomain();
        byte[] input = new byte[template.window().inputBytes()];
        Arrays.fill(input, domain.zero());
        if (drive) {
            input[pixel * template.window().channels() + in] =
                    (byte) (domain.least() + (domain.chipZeroPoint() < 128 ? 255 : 0));
        }
        return input;
    }

    private static List<Integer> moved(byte[] before, byte[] after) {
        return IntStream.range(0, before.length)
                .filter(i -> before[i] != after[i])
                .boxed()
                .toList();
    }
}
