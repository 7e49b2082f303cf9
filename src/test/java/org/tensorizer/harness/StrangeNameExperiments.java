package org.tensorizer.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.Tensor;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.HeatMap;
import org.tensorizer.picture.Scale;
import org.tensorizer.template.DenseTemplate;

/** An experiment that hands every name of a template, just as it is, to every part of the report that takes text. */
@Hypothesis(value = "A name is text", refutedBy = "A name that does something", source = "made up")
final class StrangeNameExperiments {
    private static String names(DenseTemplate template) {
        return Stream.concat(
                        template.model().tensors().stream().map(Tensor::name),
                        Stream.of(template.model().description(), template.name()))
                .collect(Collectors.joining("\n"));
    }

    @EveryTemplate
    void supports(DenseTemplate template, Bench bench, Evidence evidence) {
        byte[] ramp = Inputs.of(template).ramp();
        evidence.expect(names(template), template, ramp, bench.run(template, ramp));
        for (Tensor tensor : template.model().tensors()) {
            evidence.fact(tensor.name(), tensor.name());
        }
        evidence.fact("description", template.model().description());
        evidence.fact("file", template.name());
        evidence.fact(
                "relocations", template.model().onlyPackage().executables().toString());
        evidence.table(names(template), "name,number\n" + names(template) + ",1\n");
        evidence.picture(
                names(template),
                new HeatMap("a ramp", Grid.row(ramp, true), Scale.around0(Grid.row(ramp, true))).draw(256, 16));
    }

    @EveryTemplate
    void refutes(DenseTemplate template, Bench bench, Evidence evidence) {
        byte[] ramp = Inputs.of(template).ramp();
        byte[] wrong = bench.run(template, ramp);
        wrong[3] ^= 1;
        evidence.expect(names(template), template, ramp, wrong);
    }

    @EveryTemplate
    void asserts(DenseTemplate template) {
        throw new AssertionError(names(template));
    }

    @EveryTemplate
    void faults(DenseTemplate template, Bench bench) {
        String names = names(template);
        throw new DeviceFault(DeviceFault.Kind.CRASHED, names, names, List.of(names), null);
    }

    @EveryTemplate
    void refusesTheInput(DenseTemplate template) {
        throw new BadInputException(names(template));
    }

    @EveryTemplate
    void breaks(DenseTemplate template) {
        throw new IllegalStateException(names(template));
    }

    @EveryTemplate
    void isNotApplicable(DenseTemplate template) {
        assumeTrue(false, names(template));
    }
}
