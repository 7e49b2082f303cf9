package org.tensorizer.tools;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.GraphExcerpt;

/**
 * A compiled model with operators of its source behind the chip, in two halves: what leaves the chip against the same
 * tensors of the source, and the operators behind it, which must make of it what the source's make of it, byte for byte.
 *
 * <p>The outputs alone do not tell: an ARG_MAX or a decoder of boxes makes another answer of a difference of one step, and
 * TFLite may have no kernel for it.
 */
public final class CutCheck {
    private final TfliteModel compiled;
    private final TfliteModel source;
    private final List<Integer> leaving;
    private final List<Integer> given;

    /** @param leaving tensors of the source that leave the chip, in the order of the custom op's outputs */
    public CutCheck(TfliteModel compiled, TfliteModel source, List<Integer> leaving) {
        this.compiled = compiled;
        this.source = source;
        this.leaving = List.copyOf(leaving);
        this.given = compiled.operators().stream()
                .filter(Operator::isEdgeTpu)
                .findFirst()
                .orElseThrow()
                .outputs();
    }

    /** Whether operators stand behind the chip. */
    public boolean isCut() {
        return !given.containsAll(compiled.outputs());
    }

    /** What leaves the chip, on random or other inputs of the model. */
    public CompiledCheck border(Device chip, Device cpu, Function<List<TensorSpec>, Stream<List<byte[]>>> inputs) {
        return CompiledCheck.run(chip, front(), cpu, excerpt(source, source.inputs(), leaving), inputs);
    }

    /** How much the source makes of small changes, at what leaves the chip. */
    public CompiledCheck sensitivity(Device cpu, Function<List<TensorSpec>, Stream<List<byte[]>>> inputs) {
        return CompiledCheck.sensitivity(cpu, excerpt(source, source.inputs(), leaving), inputs);
    }

    private TfliteModel front() {
        return excerpt(compiled, compiled.inputs(), given);
    }

    private static TfliteModel excerpt(TfliteModel model, List<Integer> from, List<Integer> to) {
        return TfliteModel.parse("part of " + model.name(), GraphExcerpt.of(model, from, to));
    }

    /** Whether the outputs of the compiled model are what the source's operators make of the tensors that leave the chip. */
    public boolean isRestTheSame(Device chip, Device cpu, Function<List<TensorSpec>, Stream<List<byte[]>>> inputs) {
        List<Integer> from = new ArrayList<>(leaving);
        from.addAll(source.inputs());
        List<List<byte[]>> outputs;
        try (Session whole = chip.open(compiled)) {
            outputs = inputs.apply(whole.inputs()).map(whole::run).toList();
        }
        try (Session half = chip.open(front());
                Session rest = cpu.open(excerpt(source, from, source.outputs()))) {
            Iterator<List<byte[]>> expected = outputs.iterator();
            for (Iterator<List<byte[]>> all = inputs.apply(half.inputs()).iterator(); all.hasNext(); ) {
                List<byte[]> input = all.next();
                List<byte[]> entering = new ArrayList<>(half.run(input));
                entering.addAll(input);
                if (!same(rest.run(entering), expected.next())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean same(List<byte[]> a, List<byte[]> b) {
        for (int i = 0; i < a.size(); i++) {
            if (!Arrays.equals(a.get(i), b.get(i))) {
                return false;
            }
        }
        return a.size() == b.size();
    }
}
