package org.tensorizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Program;
import org.tensorizer.model.Layer.OutputLayout;
import org.tensorizer.model.TensorDomain;

/**
 * All that stands around the weights in a compiled model of one input and one or several outputs.
 *
 * @param description the model's description field
 * @param executionOnly the program of an inference, its chunks in order
 * @param parameterCaching the program that brings the payload to the chip
 * @param outputs in the order of the custom op; where there are several, relocations of the program name them
 * @param narrowBytesPerTile narrow memory the program uses in each tile
 * @param parameterBytes size of the payload
 * @param hostParameters what EXECUTION_ONLY has of its own and the host sends in every inference; not copied
 * @param token parameter-caching token, not 0, the same in both executables and in no other model
 */
public record Assembly(
        String description,
        List<Program> executionOnly,
        Program parameterCaching,
        Edge input,
        List<Edge> outputs,
        int narrowBytesPerTile,
        int parameterBytes,
        byte[] hostParameters,
        long token) {
    public Assembly {
        outputs = List.copyOf(outputs);
    }

    /**
     * A tensor where the chip's part of the model begins or ends.
     *
     * @param shape dimensions in the TFLite graph, batch first; the executable has the same
     * @param y rows of pixels
     * @param x pixels of a row
     * @param z channels
     * @param transferBytes bytes that cross the wire
     * @param layout how the bytes of an output map to pixels, empty for an input
     */
    public record Edge(
            String name,
            List<Integer> shape,
            int y,
            int x,
            int z,
            int transferBytes,
            float scale,
            TensorDomain domain,
            Optional<OutputLayout> layout) {
        public Edge {
            shape = List.copyOf(shape);
        }

        /** A vector that enters. */
        static Edge input(String name, int channels, float scale, TensorDomain domain) {
            return vector(name, channels, scale, domain, Optional.empty());
        }

        /** A vector that leaves, {@code perTile} channels from each tile. */
        static Edge output(String name, int channels, int perTile, float scale, TensorDomain domain) {
            int lanes = (channels + 3) / 4 * 4;
            List<Integer> tileOffsets = new ArrayList<>(); // sixteen entries, however many tiles there are
            for (int tile = 0; tile < Chip.TILES; tile++) {
                tileOffsets.add(Math.min(perTile * tile, lanes));
            }
            List<Integer> zero = List.of(0);
            OutputLayout layout =
                    new OutputLayout(zero, zero, tileOffsets, zero, zero, List.of(Math.min(perTile, lanes)));
            return vector(name, channels, scale, domain, Optional.of(layout));
        }

        private static Edge vector(
                String name, int channels, float scale, TensorDomain domain, Optional<OutputLayout> layout) {
            return new Edge(name, List.of(1, channels), 1, 1, channels, units(channels), scale, domain, layout);
        }

        /** Transfers are in units of 8 bytes. */
        private static int units(int bytes) {
            return (bytes + Chip.INPUT_UNIT_BYTES - 1) / Chip.INPUT_UNIT_BYTES * Chip.INPUT_UNIT_BYTES;
        }
    }
}
