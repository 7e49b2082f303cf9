package org.tensorizer.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
 * in another thread. A few sessions stay open for the next batch; a matrix of more blocks opens them again.
 */
final class Blocks implements AutoCloseable {
    /** Open sessions cost native memory, a copy of the model each. */
    private static final int KEPT_OPEN = 8;

    private final List<LoadedBlock> blocks;
    private final Background background = new Background();

    Blocks(String name, DenseTemplate template, Device device, int count) {
        List<LoadedBlock> list = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            list.add(new LoadedBlock(count == 1 ? name : name + ", block " + number, template, device));
        }
        blocks = List.copyOf(list);
    }

    int count() {
        return blocks.size();
    }

    LoadedBlock get(int number) {
        return blocks.get(number);
    }

    /** Opens what the next batch starts with. */
    void prepare() {
        for (int number = 0; number < Math.min(count(), KEPT_OPEN); number++) {
            blocks.get(number).prepare();
        }
    }

    /** Hands over block after block, ready to run. */
    void forEach(ObjIntConsumer<LoadedBlock> run) {
        for (int number = 0; number < count(); number++) {
            CompletableFuture<Void> next = prepareAside(number + 1);
            try {
                run.accept(blocks.get(number), number);
            } finally {
                if (next != null) {
                    Background.await(next);
                }
            }
            if (count() > KEPT_OPEN) {
                blocks.get(number).release();
            }
        }
    }

    /** Null if there is nothing to do. */
    private CompletableFuture<Void> prepareAside(int number) {
        return number >= count() || blocks.get(number).isReady() ? null : background.start(blocks.get(number)::prepare);
    }

    @Override
    public void close() {
        background.close();
        closeAll(blocks.stream().map(block -> block::close));
    }

    /** One payload in memory and its session. */
    static final class LoadedBlock implements AutoCloseable {
        private final String name;
        private final Device device;
        private final PayloadWriter writer;
        private final ChangingSession session;
        private final int outputs;
        private DenseTemplate seen;

        LoadedBlock(String name, DenseTemplate template, Device device) {
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

        /** The block as a template of its own, for predictions. */
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
    static void closeAll(Stream<Runnable> all) {
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

    /** A thread that makes the next payload ready while the device works on another. Started when it is first needed. */
    static final class Background implements AutoCloseable {
        private ExecutorService thread;

        CompletableFuture<Void> start(Runnable work) {
            if (thread == null) {
                thread = Executors.newSingleThreadExecutor(task -> {
                    Thread made = new Thread(task, "gemm-prepare");
                    made.setDaemon(true);
                    return made;
                });
            }
            return CompletableFuture.runAsync(work, thread);
        }

        /** Waits to the end even if interrupted: nothing may touch a payload after its time. Throws what the work threw. */
        static void await(CompletableFuture<Void> work) {
            try {
                work.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw (Error) e.getCause();
            }
        }

        @Override
        public void close() {
            if (thread != null) {
                thread.shutdown();
            }
        }
    }
}
