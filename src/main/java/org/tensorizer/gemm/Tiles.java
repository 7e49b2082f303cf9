package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;
import org.tensorizer.device.ChangingSession;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.PayloadWriter;
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

    /** One payload in memory and its session. */
    static final class Tile implements AutoCloseable {
        private final String name;
        private final Device device;
        private final PayloadWriter writer;
        private final ChangingSession session;
        private final int outputs;
        private DenseTemplate seen;

        Tile(String name, DenseTemplate template, Device device) {
            this.name = name;
            this.device = device;
            writer = PayloadWriter.open(template.target());
            int payloadBytes = template.target().payload().length();
            session = new ChangingSession(
                    new ChangingSession.Model(
                            name, writer.bytes(), writer.payloadStart(), payloadBytes, writer::refreshToken),
                    device);
            outputs = template.shape().outputs();
        }

        /** Changes the payload. */
        void write(Consumer<PayloadWriter> change) {
            seen = null;
            session.change(() -> change.accept(writer));
        }

        /** Opens the session, if there is none. The device may do so while it runs another. */
        void prepare() {
            session.prepare();
        }

        boolean isReady() {
            return session.isReady();
        }

        /**
         * One inference.
         *
         * @throws DeviceFault it failed, or answered with the wrong size
         */
        byte[] run(byte[] input) {
            byte[] answer = session.run(List.of(input)).get(0);
            if (answer.length != outputs) {
                throw new DeviceFault(
                        DeviceFault.Kind.WRONG_SIZE,
                        device.name(),
                        name + ": answered with " + answer.length + " bytes, expected " + outputs);
            }
            return answer;
        }

        /** The tile as a template of its own, for predictions. */
        DenseTemplate template() {
            if (seen == null) {
                seen = DenseTemplate.of(TfliteModel.parse(name, writer.bytes()));
            }
            return seen;
        }

        /** Ends the session, if there is one; the payload stays. */
        void release() {
            session.release();
        }

        @Override
        public void close() {
            release();
        }
    }

    /** Closes everything, then throws the first failure with the others suppressed. */
    static final class CloseAll {
        private CloseAll() {}

        static void of(Stream<Runnable> all) {
            RuntimeException failure = null;
            for (Runnable close : all.toList()) {
                try {
                    close.run();
                } catch (RuntimeException e) {
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        }
    }
}
