package org.tensorizer.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.GraphExcerpt;
import org.tensorizer.tools.CompiledCheck;

/**
 * What {@code compile} executes before it writes. Where the chip has the end of the network its outputs tell. Where
 * operators stay behind it, two halves do: what leaves the chip, against the same tensors of the source; then the outputs,
 * and if these differ because the operators behind make more of a small difference, that those operators are the source's,
 * byte for byte. The outputs alone do not tell: an ARG_MAX or a decoder of boxes makes another answer of a difference of one
 * step, and TFLite may have no kernel for it.
 *
 * @param leaving tensors of the source that leave the chip, in the order of the custom op's outputs
 * @param inputs random or other ones of the model
 */
record CompileCheck(
        TfliteModel compiled,
        TfliteModel source,
        List<Integer> leaving,
        Device chip,
        Device cpu,
        Function<List<TensorSpec>, Stream<List<byte[]>>> inputs) {
    /**
     * What came of it.
     *
     * @param agrees whether the compiled model answers as its source
     */
    record Verdict(Facts facts, boolean agrees) {}

    /** @throws BadInputException TFLite refuses the source */
    static Verdict run(CompiledNetwork network, TfliteModel source, int inputs, FactsCommand.ProgressBar bar) {
        TfliteModel compiled = TfliteModel.parse("compiled", network.file());
        try (Device chip = Devices.open(DeviceChoice.VIRTUAL);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            CompileCheck check = new CompileCheck(compiled, source, network.leaving(source), chip, cpu, tensors -> {
                AtomicInteger begun = new AtomicInteger();
                return CompiledCheck.random(inputs, 1)
                        .apply(tensors)
                        .peek(input -> bar.update(begun.getAndIncrement(), inputs));
            });
            return check.isCut() ? check.halves() : check.whole();
        } finally {
            bar.finish();
        }
    }

    private Verdict whole() {
        String missing = missing();
        if (!missing.isEmpty()) {
            throw new BadInputException(missing);
        }
        return judge(outputs(), () -> CompiledCheck.sensitivity(cpu, source, inputs));
    }

    private CompiledCheck outputs() {
        return CompiledCheck.run(chip, compiled, cpu, source, inputs);
    }

    /** Networks that make much of small differences are held to what they make of those in their inputs. */
    private static Verdict judge(CompiledCheck check, Supplier<CompiledCheck> sensitivity) {
        Facts facts = facts(check);
        if (check.agrees()) {
            return new Verdict(facts, true);
        }
        CompiledCheck own = sensitivity.get();
        boolean agrees = check.agreesWithin(own);
        facts.put("agrees", agrees).put("mean_difference_of_a_step_in_the_inputs", own.mean());
        return new Verdict(facts, agrees);
    }

    private static Facts facts(CompiledCheck check) {
        return new Facts()
                .put("inputs", check.inputs())
                .put("outputs_compared", check.numbers())
                .put("outputs_differing", check.differing())
                .put("largest_difference_steps", check.largest())
                .put("mean_difference_steps", check.mean())
                .put("agrees", check.agrees())
                .put(
                        "devices",
                        "emulated Edge TPU behind our own driver against TFLite CPU on the source; emulated, not silicon");
    }

    private Verdict halves() {
        Verdict border = judge(border(), this::sensitivity);
        Facts facts = border.facts().put("compared", "what leaves the chip");
        if (!border.agrees()) {
            return border;
        }
        String missing = missing();
        if (!missing.isEmpty()) {
            return new Verdict(facts.put("outputs_of_the_model", "not executed: " + missing), true);
        }
        CompiledCheck outputs = outputs();
        facts.put("outputs_of_the_model", facts(outputs));
        if (outputs.agrees()) {
            return new Verdict(facts, true);
        }
        boolean same = isRestTheSame();
        facts.put(
                "operators_behind_the_chip",
                same
                        ? "make of these small differences what the source's make of them, byte for byte"
                        : "answer otherwise than the source's");
        return new Verdict(facts, same);
    }

    /**
     * Which kernel TFLite lacks for an operator of the source, empty if it has all.
     *
     * @throws BadInputException TFLite refuses the source for another reason
     */
    private String missing() {
        try {
            cpu.open(source).close();
            return "";
        } catch (BadInputException missing) {
            return missing.getMessage();
        } catch (DeviceFault refused) {
            if (refused.kind() != DeviceFault.Kind.REFUSED) {
                throw refused;
            }
            throw new BadInputException(source.name() + ": TFLite itself refuses the source: " + refused.getMessage());
        }
    }

    /** Whether operators stand behind the chip. */
    boolean isCut() {
        return !given().containsAll(compiled.outputs());
    }

    private List<Integer> given() {
        return compiled.operators().stream()
                .filter(Operator::isEdgeTpu)
                .findFirst()
                .orElseThrow()
                .outputs();
    }

    /** What leaves the chip. */
    CompiledCheck border() {
        return CompiledCheck.run(chip, front(), cpu, excerpt(source, source.inputs(), leaving), inputs);
    }

    /** How much the source makes of small changes, at what leaves the chip. */
    CompiledCheck sensitivity() {
        return CompiledCheck.sensitivity(cpu, excerpt(source, source.inputs(), leaving), inputs);
    }

    private TfliteModel front() {
        return excerpt(compiled, compiled.inputs(), given());
    }

    private static TfliteModel excerpt(TfliteModel model, List<Integer> from, List<Integer> to) {
        return TfliteModel.parse("part of " + model.name(), GraphExcerpt.of(model, from, to));
    }

    /** Whether the outputs of the compiled model are what the source's operators make of the tensors that leave the chip. */
    boolean isRestTheSame() {
        List<Integer> from = new ArrayList<>(leaving);
        from.addAll(source.inputs());
        List<List<byte[]>> outputs;
        try (Session whole = chip.open(compiled)) {
            outputs = inputs.apply(whole.inputs()).map(whole::run).toList();
        }
        try (Session half = chip.open(front());
                Session rest = cpu.open(excerpt(source, from, source.outputs()))) {
            Iterator<List<byte[]>> expected = outputs.iterator();
            return inputs.apply(half.inputs()).allMatch(input -> {
                List<byte[]> entering = new ArrayList<>(half.run(input));
                entering.addAll(input);
                return Arrays.deepEquals(
                        rest.run(entering).toArray(), expected.next().toArray());
            });
        }
    }
}
