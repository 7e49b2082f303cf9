package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Quantization;
import org.tensorizer.harness.CompiledModels;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.StreamDiff;
import org.tensorizer.model.Executable;
import org.tensorizer.template.DenseTemplate;

/*
 * Where in the instructions does the quantization stand? Claim: in a few named fields of the tensor op and nowhere else.
 * Two templates of one shape with other scales and zero points differ in exactly those fields, and the program that loads
 * the payload does not differ at all. If that holds, a template can be re-scaled by writing a handful of numbers.
 *
 * Each template's program, as it stands in the file, is compared with one assembled for scales and zero points that are
 * all different; every field that can change must change, and no other. Then every two templates of one shape in the
 * folder are compared with each other; there some scales may agree, so nothing outside the fields may change.
 *
 * The control is the same comparison with the same quantization: no field may change there.
 *
 * No device takes part: this is about instructions.
 *
 * Alone: mvn test -Dexperiment=OnlyQuantizationFieldsDiffer
 */
@Hypothesis(
        value = "Templates of one size and different scales differ in the named quantization fields only",
        refutedBy = "Another field or bit that differs, a named field that does not follow the quantization, or a"
                + " PARAMETER_CACHING program that differs",
        source = "Derived from 84 tensor ops of three compiled networks, bit for bit",
        theme = Hypothesis.Theme.ENCODING,
        onSilicon = "says nothing about a chip")
class OnlyQuantizationFieldsDiffer {
    static List<Counterexample> counterexamples() {
        return List.of(Counterexample.shownBy(
                "WrongTemplateTest#anInstructionFieldOfAnotherValueRefutesBoth",
                "a compiled model with one instruction field of another value"));
    }

    private static final Set<String> PER_CHANNEL = Set.of(
            "MULTIPLY_ACCUMULATE input.zeroPoint",
            "MULTIPLY_ACCUMULATE output.zeroPoint",
            "MULTIPLY_ACCUMULATE clamp.max",
            "MULTIPLY_ACCUMULATE clamp.min");

    private static final Set<String> PER_TENSOR = Set.of(
            "MULTIPLY_ACCUMULATE input.zeroPoint",
            "MULTIPLY_ACCUMULATE output.zeroPoint",
            "MULTIPLY_ACCUMULATE clamp.max",
            "MULTIPLY_ACCUMULATE clamp.min",
            "MULTIPLY_ACCUMULATE multiplier",
            "MULTIPLY_ACCUMULATE weights.zeroPoint");

    private static Set<String> fields(DenseShape shape) {
        return shape.format().isPerChannel() ? PER_CHANNEL : PER_TENSOR;
    }

    @EveryTemplate
    void allOfThemFollowTheQuantizationAndNothingElseDoes(DenseTemplate template, Evidence evidence) {
        DenseShape shape = template.shape();
        StreamDiff execution = diff(
                stream(template, executionOnly(template)),
                stream(DenseProgram.executionOnly(shape, different(template.quantization()))));

        evidence.fact("fields that differ", String.join(", ", execution.changedFields()));
        evidence.table("every difference", table(execution));
        requireSame("fields that differ", fields(shape), Set.copyOf(execution.changedFields()));
        requireNoOtherInstructions(execution);
        requireIdentical(
                diff(stream(template, parameterCaching(template)), stream(DenseProgram.parameterCaching(shape))));
    }

    @EveryTemplate
    void withTheSameQuantizationNothingDiffers(DenseTemplate template, Evidence evidence) {
        StreamDiff execution = diff(
                stream(template, executionOnly(template)),
                stream(DenseProgram.executionOnly(template.shape(), template.quantization())));

        evidence.fact("fields that differ", execution.changedFields().size());
        requireIdentical(execution);
    }

    @Test
    void anyTwoTemplatesOfOneShapeDifferNowhereElse(CompiledModels models, Evidence evidence) {
        int pairs = 0;
        List<DenseTemplate> templates = models.templates();
        for (int a = 0; a < templates.size(); a++) {
            for (int b = a + 1; b < templates.size(); b++) {
                if (templates.get(a).shape().equals(templates.get(b).shape())) {
                    pairs++;
                    compare(templates.get(a), templates.get(b), evidence);
                }
            }
        }
        evidence.fact("pairs of one shape", pairs);
        assumeTrue(pairs > 0, "no two templates of one shape in " + models.lookedIn());
    }

    private static void compare(DenseTemplate one, DenseTemplate other, Evidence evidence) {
        StreamDiff execution = diff(stream(one, executionOnly(one)), stream(other, executionOnly(other)));

        evidence.fact(one.name() + " and " + other.name(), String.join(", ", execution.changedFields()));
        Set<String> others = new LinkedHashSet<>(execution.changedFields());
        others.removeAll(fields(one.shape()));
        requireSame("other fields that differ", Set.of(), others);
        requireNoOtherInstructions(execution);
        requireIdentical(diff(stream(one, parameterCaching(one)), stream(other, parameterCaching(other))));
    }

    /** Scales and zero points that are all different, the weight's zero point too. */
    private static Quantization different(Quantization q) {
        return new Quantization(
                q.inputScale() * 3,
                q.inputZeroPoint() ^ 5,
                q.weightScale() * 1.7f,
                q.weightZeroPoint() ^ 3,
                q.outputScale() * 0.37f,
                q.outputZeroPoint() ^ 9);
    }

    private static Executable executionOnly(DenseTemplate template) {
        return template.model().onlyPackage().executionOnly();
    }

    private static Executable parameterCaching(DenseTemplate template) {
        return template.model().onlyPackage().parameterCaching();
    }

    private static InstructionStream stream(DenseTemplate template, Executable executable) {
        return InstructionStream.frame(
                template.name() + " " + executable.type(),
                template.model().bytes(),
                executable.chunks().get(0).range());
    }

    private static InstructionStream stream(Program program) {
        return InstructionStream.frame("assembled", program.bytes());
    }

    private static StreamDiff diff(InstructionStream one, InstructionStream other) {
        return StreamDiff.of(one, other);
    }

    private static String table(StreamDiff diff) {
        StringBuilder lines = new StringBuilder("instruction,field,in the template,in the other\n");
        for (StreamDiff.Entry entry : diff.entries()) {
            if (entry instanceof StreamDiff.Changed changed) {
                changed.changes()
                        .forEach(c -> lines.append(String.format(
                                "%d %s,%s,%d,%d%n", changed.left(), changed.opcode(), c.name(), c.left(), c.right())));
            }
        }
        return lines.toString();
    }

    private static void requireNoOtherInstructions(StreamDiff diff) {
        if (!diff.entries().stream().allMatch(StreamDiff.Changed.class::isInstance)) {
            throw new AssertionError("the programs do not have the same instructions:\n" + diff);
        }
    }

    private static void requireIdentical(StreamDiff diff) {
        if (!diff.isIdentical()) {
            throw new AssertionError(diff.toString());
        }
    }

    private static void requireSame(String what, Set<String> expected, Set<String> found) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }
}
