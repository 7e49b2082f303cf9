package org.tensorizer.network.transplant;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.source.SourceGraph;

/** Where two sources of one architecture differ in tensors that a transplant does not write. */
final class SourceDifference {
    private SourceDifference() {}

    /**
     * The first difference.
     *
     * @param written tensors whose data a transplant writes
     */
    static Optional<String> outside(SourceGraph old, SourceGraph source, Set<Integer> written) {
        TfliteModel a = old.model();
        TfliteModel b = source.model();
        if (a.tensors().size() != b.tensors().size()
                || a.operators().size() != b.operators().size()) {
            return Optional.of("they have other numbers of tensors or operators");
        }
        for (int i = 0; i < a.operators().size(); i++) {
            Operator x = a.operators().get(i);
            Operator y = b.operators().get(i);
            if (!x.name().equals(y.name())
                    || !x.inputs().equals(y.inputs())
                    || !x.outputs().equals(y.outputs())
                    || !x.options().equals(y.options())) {
                return Optional.of("operator " + i + " (" + x.name() + " and " + y.name() + ")");
            }
        }
        for (int i = 0; i < a.tensors().size(); i++) {
            Tensor x = a.tensors().get(i);
            Tensor y = b.tensors().get(i);
            boolean quantization =
                    x.scales().equals(y.scales()) && x.zeroPoints().equals(y.zeroPoints());
            boolean data = Arrays.equals(data(a, x), data(b, y));
            if (!quantization && !written.contains(i)
                    || !data && !written.contains(i)
                    || !x.shape().equals(y.shape())
                    || x.type() != y.type()) {
                return Optional.of("tensor " + i + " (" + org.tensorizer.base.Printable.name(x.name()) + ")");
            }
        }
        return Optional.empty();
    }

    private static byte[] data(TfliteModel model, Tensor tensor) {
        byte[] data = new byte[tensor.data().length()];
        model.bytes(tensor.data()).get(data);
        return data;
    }
}
