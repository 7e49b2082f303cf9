package org.tensorizer.conv;

import static org.tensorizer.conv.Arithmetic.ceilDiv;

import java.util.List;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.Chip;

/** One step of a chain: takes an image, mostly the one the step before gave, and gives another. */
public sealed interface ChainStep
        permits Convolution,
                Sum,
                ChainStep.MaxPool,
                ChainStep.Product,
                ChainStep.Mapping,
                ChainStep.Concatenation,
                ChainStep.Enlargement {
    /** Channels of the result. */
    int outputs();

    /** Which pixels of its image the results need: those at the same place, unless a step says otherwise. */
    default Reach reach() {
        return Window.POINT;
    }

    /** Stored byte of 0 in the image that the step reads: what lies beyond the edge of the image; 0 where none is read. */
    default int inputZeroPoint() {
        return 0;
    }

    /** Images that it reads besides the one it stands on: 0 is the input of the chain, j the result of step j - 1. */
    default List<Integer> others() {
        return List.of();
    }

    /** What it is, for logs and messages. */
    String describe();

    /**
     * The largest byte of each window, channel by channel; no padding. Scale and zero point stay.
     *
     * @param outputs channels
     * @param inputZeroPoint stored byte of 0
     */
    record MaxPool(int outputs, Window window, int inputZeroPoint) implements ChainStep {
        /** Groups of 64 channels. */
        int groups() {
            return ceilDiv(outputs, Chip.LANES);
        }

        @Override
        public Reach reach() {
            return window;
        }

        @Override
        public String describe() {
            return "maximum " + window;
        }
    }

    /**
     * The image a step stands on times an older one, byte by byte.
     *
     * @param outputs channels
     * @param older number of the other image
     * @param quantization the other image is the input, the image itself the weights
     */
    record Product(int outputs, int older, Quantization quantization, Activation activation) implements ChainStep {
        @Override
        public List<Integer> others() {
            return List.of(older);
        }

        @Override
        public int inputZeroPoint() {
            return quantization.weightZeroPoint();
        }

        @Override
        public String describe() {
            return "product with image " + older;
        }
    }

    /**
     * The same made of every byte of an image: a function, or another scale.
     *
     * @param outputs channels
     * @param inputZeroPoint stored byte of 0
     * @param name for logs
     */
    record Mapping(int outputs, Elementwise element, int inputZeroPoint, String name) implements ChainStep {
        @Override
        public String describe() {
            return name;
        }
    }

    /**
     * The channels of several images one behind the other. The image that the step stands on is the one that is newest among
     * them.
     *
     * @param operands in the order of the channels
     */
    record Concatenation(List<Operand> operands) implements ChainStep {
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
        public List<Integer> others() {
            return operands.stream().map(Operand::image).toList();
        }

        @Override
        public String describe() {
            return "concatenation of images " + others();
        }
    }

    /**
     * An image of twice the rows and columns; scale and zero point stay.
     *
     * @param outputs channels
     * @param bilinear between the four nearest pixels, else each pixel four times
     * @param inputZeroPoint stored byte of 0
     */
    record Enlargement(int outputs, boolean bilinear, int inputZeroPoint) implements ChainStep {
        @Override
        public Reach reach() {
            return new Reach.Doubling();
        }

        @Override
        public String describe() {
            return (bilinear ? "bilinear" : "nearest") + " resize to twice the size";
        }
    }
}
