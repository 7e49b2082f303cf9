package org.tensorizer.template;

import java.util.List;
import org.tensorizer.dense.ChainProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.model.TfliteModel;

/**
 * Dense layers one behind the other, to be compiled into one program. Token, input name and input type are those of the first
 * layer, output name and type those of the last one. One layer is a chain, too.
 *
 * @param layers first layer first; outputs of one are inputs of the next, with the same scale and zero point
 */
public record ChainSpec(List<DenseSpec> layers) {
    /** @throws org.tensorizer.base.BadInputException if there is no program for these layers in this order */
    public ChainSpec {
        layers = List.copyOf(layers);
        program(layers);
    }

    /**
     * The layers of a compiled Dense layer or chain, to be written anew: as a source model for TFLite, or compiled as they
     * were. Of a single layer that edgetpu_compiler made, too; of chains those whose programs are assembled here.
     *
     * @throws NotDenseException if it is something else, with the reason
     */
    public static ChainSpec read(TfliteModel compiled) {
        return ChainReader.read(compiled);
    }

    ChainProgram program() {
        return program(layers);
    }

    private static ChainProgram program(List<DenseSpec> layers) {
        return ChainProgram.of(
                layers.stream().map(DenseSpec::shape).toList(),
                layers.stream().map(DenseSpec::quantization).toList());
    }

    /** What the program of this chain rests on. */
    public ShapeStatus status() {
        return ChainProgram.status(shapes());
    }

    public List<DenseShape> shapes() {
        return layers.stream().map(DenseSpec::shape).toList();
    }

    DenseSpec first() {
        return layers.get(0);
    }

    DenseSpec last() {
        return layers.get(layers.size() - 1);
    }

    /**
     * What the chain must answer: each layer by {@link DenseArithmetic}.
     *
     * @param input one inference's bytes in the tensor's own domain (int8 or uint8)
     * @return the output's bytes in the same domain
     */
    byte[] expected(byte[] input) {
        byte[] activations = first().inputDomain().toChip(input);
        for (DenseSpec layer : layers) {
            activations = DenseArithmetic.of(layer).predict(activations).output();
        }
        return last().outputDomain().toTensor(activations);
    }
}
