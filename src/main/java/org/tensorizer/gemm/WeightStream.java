package org.tensorizer.gemm;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.tensorizer.gemm.Blocks.Background;

/** Two sets of weights that take turns: one is filled in another thread while the device runs the other. */
final class WeightStream implements AutoCloseable {
    private final Background background = new Background();
    private final Iterator<ByteMatrix> weights;
    private WeightSet front;
    private WeightSet back;
    private CompletableFuture<Void> filling;

    WeightStream(Iterator<ByteMatrix> weights, WeightSet front, WeightSet back) {
        this.weights = weights;
        this.front = front;
        this.back = back;
        fill();
    }

    private void fill() {
        filling = null;
        if (weights.hasNext()) {
            ByteMatrix next = weights.next();
            WeightSet target = back;
            filling = background.start(() -> {
                target.set(next);
                target.prepare();
            });
        }
    }

    /** The set that the last filled one takes turns with. */
    WeightSet back() {
        return back;
    }

    /** The next weights, filled; starts to fill the ones after them. Null at the end. */
    WeightSet next() {
        if (filling == null) {
            return null;
        }
        CompletableFuture<Void> last = filling;
        filling = null;
        Background.await(last);
        WeightSet filled = back;
        back = front;
        front = filled;
        fill();
        return filled;
    }

    /** Waits for what is being filled. */
    @Override
    public void close() {
        try {
            if (filling != null) {
                Background.await(filling);
            }
        } finally {
            background.close();
        }
    }
}
