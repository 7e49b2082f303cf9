package org.tensorizer.conv;

import java.util.List;
import org.tensorizer.dense.Elementwise;

/**
 * The channels of several images one behind the other. The image that the step stands on is the one that is newest among
 * them.
 *
 * @param operands in the order of the channels
 */
public record Concatenation(List<Operand> operands) implements Step {
    /**
     * An image.
     *
     * @param image number of it
     * @param channels a multiple of 4, of the last operand any number
     * @param element what its bytes become
     */
    public record Operand(int image, int channels, Elementwise element) {}

    public Concatenation {
        operands = List.copyOf(operands);
        for (Operand operand : operands.subList(0, operands.size() - 1)) {
            DoesNotFitException.require(
                    operand.channels() % 4 == 0,
                    "an operand of %d channels with others behind it, expected a multiple of 4",
                    operand.channels());
        }
    }

    @Override
    public int outputs() {
        return operands.stream().mapToInt(Operand::channels).sum();
    }

    @Override
    public Reach reach() {
        return Window.POINT;
    }

    @Override
    public List<Integer> others() {
        return operands.stream().map(Operand::image).toList();
    }

    @Override
    public int inputZeroPoint() {
        return 0;
    }

    @Override
    public String describe() {
        return "concatenation of images " + others();
    }
}
