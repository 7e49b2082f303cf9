package org.tensorizer.network;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.device.InnerResults;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.graph.Graph.TensorSlice;
import org.tensorizer.network.graph.GraphOperator;
import org.tensorizer.network.graph.GraphTensor;

/**
 * What a network computed in one inference, tensor by tensor, put together from the results of its ops on all tiles. Bytes
 * are in the chip's unsigned domain, in the order y, x, channel. Immutable but for the arrays, which are its own.
 *
 * @param outputs in the order of the executable
 * @param tensors those of which ops compute at least one element
 * @param disagreeing elements that were computed several times, as the rims of tiles are, and not always the same
 */
public record InnerTensors(List<byte[]> outputs, Map<GraphTensor, Tensor> tensors, long disagreeing) {
    /**
     * A tensor as far as its elements were found.
     *
     * @param bytes 0 where no op computes the element
     * @param computed which elements ops compute
     */
    public record Tensor(byte[] bytes, BitSet computed) {
        /** Whether ops compute every element; those that are moved only, as in a concatenation, have no op. */
        public boolean isWhole() {
            return computed.cardinality() == bytes.length;
        }
    }

    /**
     * Runs an inference and keeps what is computed on the way.
     *
     * @param network tells where tensors are
     * @param model with the same instructions as the network's own; its payload may be another
     * @param inputs in the order of the executable, in the chip's unsigned domain
     */
    public static InnerTensors of(Network network, TfliteModel model, InnerResults device, List<byte[]> inputs) {
        Collector collector = new Collector(network);
        List<byte[]> outputs = device.run(model, inputs, collector);
        Map<GraphTensor, Tensor> tensors = new HashMap<>();
        for (GraphOperator operator : network.graph().operators()) {
            Tensor tensor = collector.tensors.get(operator.output().index());
            if (!tensor.computed().isEmpty()) {
                tensors.put(operator.output(), tensor);
            }
        }
        return new InnerTensors(outputs, Map.copyOf(tensors), collector.disagreeing);
    }

    /**
     * Bytes of a tensor, 0 where no op computes an element.
     *
     * @throws IllegalArgumentException ops compute none of its elements
     */
    public byte[] bytes(GraphTensor tensor) {
        if (!tensors.containsKey(tensor)) {
            throw new IllegalArgumentException(tensor + ": its elements are moved, not computed");
        }
        return tensors.get(tensor).bytes();
    }

    private static final class Collector implements InnerResults.Listener {
        private final Map<Long, TensorSlice> slices = new HashMap<>();
        private final Map<Integer, Tensor> tensors = new HashMap<>();
        private long disagreeing;

        Collector(Network network) {
            for (TensorSlice slice : network.graph().slices()) {
                slices.put(key(slice.run(), slice.tile()), slice);
            }
            for (GraphOperator operator : network.graph().operators()) {
                int elements = operator.output().shape().elements();
                tensors.put(operator.output().index(), new Tensor(new byte[elements], new BitSet(elements)));
            }
        }

        private static long key(int run, int tile) {
            return (long) run << 8 | tile;
        }

        @Override
        public void result(int run, int tile, int result, byte[] memory, int[] words) {
            TensorSlice slice = slices.get(key(run, tile));
            Tensor tensor = slice == null ? null : tensors.get(slice.tensors()[result]);
            if (tensor == null) {
                return;
            }
            for (int lane = 0; lane < slice.lanes()[result]; lane++) {
                int element = slice.elements()[result] + lane;
                byte value = memory[words[lane / 4] + lane % 4];
                if (tensor.computed().get(element) && tensor.bytes()[element] != value) {
                    disagreeing++;
                }
                tensor.bytes()[element] = value;
                tensor.computed().set(element);
            }
        }
    }
}
