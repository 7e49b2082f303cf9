package org.tensorizer.network.transplant;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.Operator;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;
import org.tensorizer.network.trace.OpFields;
import org.tensorizer.network.trace.OpInstruction;
import org.tensorizer.network.trace.OpRecord;
import org.tensorizer.network.trace.Place;

/** Checks that a network holds the numbers of the source it is said to be compiled from. */
record OldSource(Network network, SourceGraph source, Matching matching) {
    /**
     * Compares everything that is understood.
     *
     * @return copies with other clamps than those of the tensor they hand on, which are left from folded arithmetic
     * @throws BadInputException naming the first layer or instruction that differs
     */
    Set<Place> requireSame() {
        Set<Place> folded = new HashSet<>();
        for (LayerOperator layer : network.layers()) {
            Optional<Operator> operator = matching.operator(layer);
            if (operator.isPresent()) {
                requireSame(layer, source.layer(operator.get()));
            }
        }
        NewFields numbers = new NewFields(network, source, matching);
        for (OpRecord record : network.trace().records()) {
            OpInstruction op = record.instruction();
            Graph.Role role = network.graph().roles().get(op.place());
            Optional<OpFields> expected = numbers.of(op.place(), role);
            boolean same = expected.isEmpty() || expected.get().equals(op.fields());
            if (!same && role instanceof Graph.Copies) {
                folded.add(op.place());
            } else if (!same) {
                throw new BadInputException(network.model().name() + ": " + op + " has "
                        + op.fields().difference(expected.get()) + " by "
                        + source.model().name()
                        + "; it was compiled from another source");
            }
        }
        numbers.fills().forEach((fill, word) -> {
            int found = network.trace().fills().get(fill).word();
            if (found != word) {
                throw new BadInputException(network.model().name() + ": constant at "
                        + network.trace().fills().get(fill).place() + " is " + Integer.toHexString(found)
                        + ", expected " + Integer.toHexString(word) + " by "
                        + source.model().name()
                        + "; it was compiled from another source");
            }
        });
        return folded;
    }

    private void requireSame(LayerOperator layer, SourceLayer numbers) {
        byte[] expected = new byte[layer.layout().size()];
        layer.layout()
                .write(numbers.weights(), numbers.weightZero(), numbers.biases(), numbers.multipliers(), expected, 0);
        int difference = Arrays.mismatch(
                expected,
                0,
                expected.length,
                network.trace().payload(),
                layer.offset(),
                layer.offset() + expected.length);
        if (difference >= 0) {
            throw new BadInputException(network.model().name() + ": byte "
                    + (network.range(layer).start() + difference) + " of layer " + layer
                    + " differs from what " + source.model().name() + " gives (operator "
                    + numbers.operator().index() + "); it was compiled from another source");
        }
    }
}
