package org.tensorizer.cli;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.tools.CompiledCheck;
import org.tensorizer.tools.CutCheck;

/**
 * What {@code compile} executes before it writes. Where the chip has the end of the network its outputs tell. Where
 * operators stay behind it, what leaves the chip tells first; then the outputs, and if these differ because the operators
 * behind make more of a small difference, that those operators are the source's.
 */
final class CompileCheck {
    private final TfliteModel compiled;
    private final TfliteModel source;
    private final Function<List<TensorSpec>, Stream<List<byte[]>>> inputs;

    /**
     * What came of it.
     *
     * @param agrees whether the compiled model answers as its source
     */
    record Verdict(Facts facts, boolean agrees) {}

    private CompileCheck(TfliteModel compiled, TfliteModel source, int inputs, ProgressBar bar) {
        this.compiled = compiled;
        this.source = source;
        this.inputs = tensors -> {
            AtomicInteger begun = new AtomicInteger();
            return CompiledCheck.random(inputs, 1)
                    .apply(tensors)
                    .peek(input -> bar.update(begun.getAndIncrement(), inputs));
        };
    }

    /** @throws BadInputException TFLite refuses the source */
    static Verdict run(CompiledNetwork network, TfliteModel source, int inputs, ProgressBar bar) {
        TfliteModel compiled = TfliteModel.parse("compiled", network.file());
        CutCheck cut = new CutCheck(compiled, source, network.leaving(source));
        try (Device chip = Devices.open(DeviceChoice.VIRTUAL);
                Device cpu = Devices.open(DeviceChoice.CPU)) {
            CompileCheck check = new CompileCheck(compiled, source, inputs, bar);
            return cut.isCut() ? check.cut(cut, chip, cpu) : check.whole(chip, cpu);
        } finally {
            bar.finish();
        }
    }

    private Verdict whole(Device chip, Device cpu) {
        String missing = missing(cpu);
        if (!missing.isEmpty()) {
            throw new BadInputException(missing);
        }
        CompiledCheck check = CompiledCheck.run(chip, compiled, cpu, source, inputs);
        return judge(check, () -> CompiledCheck.sensitivity(cpu, source, inputs));
    }

    /** Networks that make much of small differences are held to what they make of those in their inputs. */
    private static Verdict judge(CompiledCheck check, Supplier<CompiledCheck> sensitivity) {
        Facts facts = CompileFacts.check(check);
        if (check.agrees()) {
            return new Verdict(facts, true);
        }
        CompiledCheck own = sensitivity.get();
        boolean agrees = check.agreesWithin(own);
        facts.put("agrees", agrees).put("mean_difference_of_a_step_in_the_inputs", own.mean());
        return new Verdict(facts, agrees);
    }

    private Verdict cut(CutCheck cut, Device chip, Device cpu) {
        Verdict border = judge(cut.border(chip, cpu, inputs), () -> cut.sensitivity(cpu, inputs));
        Facts facts = border.facts().put("compared", "what leaves the chip");
        if (!border.agrees()) {
            return border;
        }
        String missing = missing(cpu);
        if (!missing.isEmpty()) {
            return new Verdict(facts.put("outputs_of_the_model", "not executed: " + missing), true);
        }
        CompiledCheck outputs = CompiledCheck.run(chip, compiled, cpu, source, inputs);
        facts.put("outputs_of_the_model", CompileFacts.check(outputs));
        if (outputs.agrees()) {
            return new Verdict(facts, true);
        }
        boolean same = cut.isRestTheSame(chip, cpu, inputs);
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
    private String missing(Device cpu) {
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
}
