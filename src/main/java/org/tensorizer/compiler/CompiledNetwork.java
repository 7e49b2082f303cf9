package org.tensorizer.compiler;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;

/**
 * A network that was compiled.
 *
 * @param file a whole .tflite
 * @param program its programs and plans; a model of nothing but fully connected layers is a {@link
 *     org.tensorizer.dense.ChainProgram}, which has none of these
 * @param operators all operators of the source, in order, and what became of them
 */
public record CompiledNetwork(byte[] file, Optional<NetworkProgram> program, List<Placed> operators) {
    public CompiledNetwork {
        operators = List.copyOf(operators);
    }

    /**
     * An operator of the source.
     *
     * @param mapped whether the chip executes it, else it stays on the host
     * @param reason why it stays on the host, empty if it does not
     */
    public record Placed(Operator operator, boolean mapped, String reason) {}

    /** Operators that the chip executes. */
    public long mapped() {
        return operators.stream().filter(Placed::mapped).count();
    }

    /** Tensors of the source that leave the chip: outputs of the model, and what operators on the host take. */
    public List<Integer> leaving(TfliteModel source) {
        Set<Integer> wanted = new HashSet<>(source.outputs());
        operators.stream()
                .filter(placed -> !placed.mapped())
                .forEach(placed -> wanted.addAll(placed.operator().inputs()));
        return operators.stream()
                .filter(Placed::mapped)
                .flatMap(placed -> placed.operator().outputs().stream())
                .filter(wanted::contains)
                .toList();
    }
}
