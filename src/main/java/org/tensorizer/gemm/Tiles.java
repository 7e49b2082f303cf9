package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.tensorizer.device.Device;
import org.tensorizer.template.DenseTemplate;

/**
 * Payloads that are run one after another, each for a whole batch. While the device works on one, the next is made ready
 * in another thread. A few sessions stay open for the next batch; a matrix of more tiles opens them again.
 */
final class Tiles implements AutoCloseable {
    /** Open sessions cost native memory, a copy of the model each. */
    private static final int KEPT_OPEN = 8;

    private final List<Tile> tiles;
    private final Background background = new Background();

    Tiles(String name, DenseTemplate template, Device device, int count) {
        List<Tile> list = new ArrayList<>();
        for (int tile = 0; tile < count; tile++) {
            list.add(new Tile(count == 1 ? name : name + ", tile " + tile, template, device));
        }
        tiles = List.copyOf(list);
    }

    int count() {
        return tiles.size();
    }

    Tile get(int tile) {
        return tiles.get(tile);
    }

    /** Opens what the next batch starts with. */
    void prepare() {
        for (int tile = 0; tile < Math.min(count(), KEPT_OPEN); tile++) {
            tiles.get(tile).prepare();
        }
    }

    /** Hands over tile after tile, ready to run. */
    void forEach(ObjIntConsumer<Tile> run) {
        for (int tile = 0; tile < count(); tile++) {
            Background.Work next = prepareAside(tile + 1);
            try {
                run.accept(tiles.get(tile), tile);
            } finally {
                if (next != null) {
                    next.await();
                }
            }
            if (count() > KEPT_OPEN) {
                tiles.get(tile).release();
            }
        }
    }

    /** Null if there is nothing to do. */
    private Background.Work prepareAside(int tile) {
        return tile >= count() || tiles.get(tile).isReady() ? null : background.start(tiles.get(tile)::prepare);
    }

    @Override
    public void close() {
        background.close();
        CloseAll.of(tiles.stream().map(tile -> tile::close));
    }
}
