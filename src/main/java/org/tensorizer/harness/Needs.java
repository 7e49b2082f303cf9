package org.tensorizer.harness;

import org.opentest4j.TestAbortedException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.template.DenseTemplate;

/**
 * What an experiment needs of a template, whose shape is the user's choice. Where the template lacks it the experiment is
 * not applicable, with the reason; it says nothing about the hypothesis.
 */
public final class Needs {
    private Needs() {}

    /** The weight W[out][in]. */
    public static void weight(DenseTemplate template, int out, int in) {
        output(template, out);
        input(template, in);
    }

    /** An output channel. */
    public static void output(DenseTemplate template, int out) {
        DenseShape shape = template.shape();
        require(out < shape.outputs(), "asks for output channel " + out + ", which " + shape + " does not have");
    }

    /** An input channel. */
    public static void input(DenseTemplate template, int in) {
        DenseShape shape = template.shape();
        require(in < shape.inputs(), "asks for input channel " + in + ", which " + shape + " does not have");
    }

    /** Channels that divide into blocks of all sizes up to 64. */
    public static void wholeBlocks(DenseTemplate template) {
        DenseShape shape = template.shape();
        require(
                shape.inputs() % DenseShape.GROUP == 0 && shape.outputs() % DenseShape.GROUP == 0,
                "rival layouts need channel counts that are multiples of 64, this template is " + shape);
    }

    /** Outputs that stand at their zero point when no input is driven, so that any weight can move them. */
    public static void unclamped(DenseTemplate template) {
        DenseShape shape = template.shape();
        require(
                !shape.format().hasBias() && shape.activation() == Activation.NONE,
                "watches which outputs move, and a bias or an activation may hold them at the end of their range; this"
                        + " template is " + shape);
    }

    private static void require(boolean there, String missing) {
        if (!there) {
            throw new TestAbortedException(missing);
        }
    }
}
