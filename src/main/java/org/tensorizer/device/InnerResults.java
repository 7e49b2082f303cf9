package org.tensorizer.device;

import java.util.List;
import org.tensorizer.model.TfliteModel;

/**
 * What a program computes on its way from inputs to outputs. An emulated chip can show it, silicon cannot.
 *
 * <p>Thread safety: as the device.
 */
public interface InnerResults {
    /** Hears of every result of every op in the order in which they are computed. */
    @FunctionalInterface
    interface Listener {
        /**
         * A result is complete: all lanes of one output of an op.
         *
         * @param execution number of the run of the instruction in the linked program
         * @param tile that computed it
         * @param result number of the result within that run on that tile
         * @param memory narrow memory of the tile; not to be changed or kept
         * @param words byte address of each word of the result there
         */
        void result(int execution, int tile, int result, byte[] memory, int[] words);
    }

    /**
     * One inference of a model with one compiled part.
     *
     * @param inputs of that part in the order of its program, in the chip's unsigned domain
     * @return its outputs in the order of its program, in that domain
     * @throws org.tensorizer.base.BadInputException the model has not one compiled part, or its program is refused
     */
    List<byte[]> run(TfliteModel model, List<byte[]> inputs, Listener listener);
}
