package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.harness.Inputs;
import org.tensorizer.layout.DenseHeader;
import org.tensorizer.template.DenseTemplate;
import org.tensorizer.template.SourceModelWriter;

/*
 * The same network, before and after compilation: TFLite's own kernels run the source model, the device runs the compiled
 * one, on the same random inputs. They round differently in rare halves, so a few outputs may be off by one, and no
 * output by more: one in a thousand, or in small layers as many as an accumulator has few steps.
 *
 * The control is the number of distinct output values: a network that answers the same to everything would agree for the
 * wrong reason.
 *
 * The source model is taken from beside the template: NAME.tflite for NAME_edgetpu.tflite. Where there is none, Tensorizer
 * writes the source model that the template's weights and scales stand for; then the agreement is about the arithmetic
 * only, and not about what edgetpu_compiler made of a model.
 *
 * Alone: mvn test -Dexperiment=CpuAgreement
 */
@Hypothesis(
        value = "The device agrees with TFLite's CPU kernels on the source model: 0.1 % of outputs may differ, by one",
        refutedBy = "More outputs that differ, or one that differs by two",
        source =
                "Derived from the arithmetic; on compiled 256, 512 and 1024 templates 15 of 89,600 bytes differed, by one",
        theme = Hypothesis.Theme.ARITHMETIC,
        onSilicon = "not published")
class CpuAgreement {
    static List<Counterexample> counterexamples() {
        return List.of(
                Counterexample.flickers(7), Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)));
    }

    private static final int FEWEST_RUNS = 50;
    private static final int MOST_RUNS = 500;

    /** Outputs to compare, so that one of them by chance does not decide: layers with few outputs run more often. */
    private static final int OUTPUTS = 2000;

    /** Of all outputs; in layers of few inputs more, if a step of the accumulator is a larger part of an output. */
    private static final double SHARE = 0.001;

    @EveryTemplate
    void sameInputsGiveTheSameOutputs(DenseTemplate template, Bench bench, Evidence evidence) throws IOException {
        Path beside = Path.of(template.name().replaceFirst("_edgetpu\\.tflite$", ".tflite"));
        boolean given = !beside.toString().equals(template.name()) && Files.exists(beside);
        byte[] source = given ? Files.readAllBytes(beside) : SourceModelWriter.write(template.spec());
        int runs = Math.min(
                MOST_RUNS, Math.max(FEWEST_RUNS, OUTPUTS / template.shape().outputs()));
        List<byte[]> inputs = new ArrayList<>();
        for (int seed = 0; seed < runs; seed++) {
            inputs.add(Inputs.of(template).random(seed));
        }

        List<byte[]> cpu = onCpu(source, inputs);
        List<byte[]> device = bench.run(template, inputs);

        boolean[] seen = new boolean[256];
        int differing = 0;
        int largest = 0;
        for (int run = 0; run < runs; run++) {
            evidence.observe("CPU", "input " + run, template, cpu.get(run), device.get(run));
            for (int out = 0; out < cpu.get(run).length; out++) {
                int difference = Math.abs((cpu.get(run)[out] & 0xff) - (device.get(run)[out] & 0xff));
                differing += difference == 0 ? 0 : 1;
                largest = Math.max(largest, difference);
                seen[cpu.get(run)[out] & 0xff] = true;
            }
        }
        int distinct = 0;
        for (boolean value : seen) {
            distinct += value ? 1 : 0;
        }
        int outputs = runs * template.shape().outputs();
        evidence.fact("source model", given ? beside.getFileName() : "written by Tensorizer from the template");
        evidence.fact("outputs compared", outputs);
        evidence.fact("outputs that differ", differing);
        evidence.fact("largest difference", largest);
        evidence.fact("distinct output values", distinct);
        boolean few = template.shape().inputs() < 64;
        evidence.judgeObserved(few ? (int) Math.ceil(outputs * Math.max(SHARE, step(template))) : outputs / 1000, 1);
        assumeTrue(distinct >= 5, "only " + distinct + " distinct outputs: agreement on those means nothing");
    }

    /**
     * What part of an output one step of the accumulator is, at most. TFLite rounds to about such a step first and to whole
     * outputs then, so that about as many outputs can come out one off.
     */
    private static double step(DenseTemplate template) {
        DenseHeader header = template.layout().header();
        if (!header.hasScales()) {
            return template.quantization().multiplier();
        }
        byte[] payload = template.model().copy(template.payload());
        double largest = 0;
        for (int out = 0; out < template.shape().outputs(); out++) {
            largest = Math.max(largest, header.scale(payload, 0, out));
        }
        return largest;
    }

    private static List<byte[]> onCpu(byte[] source, List<byte[]> inputs) {
        try (Device cpu = Devices.open(DeviceChoice.CPU);
                Session session = cpu.open("source", source)) {
            return inputs.stream().map(session::run).toList();
        }
    }
}
