package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tensorizer.gemm.Blocks.Background;

class BackgroundTest {
    @Test
    void workRunsInAThreadThatKeepsNoProcessAlive() {
        AtomicBoolean daemon = new AtomicBoolean();
        try (Background background = new Background()) {
            Background.await(
                    background.start(() -> daemon.set(Thread.currentThread().isDaemon())));
        }
        assertThat(daemon).isTrue();
    }

    @Test
    void whatTheWorkThrewIsThrown() {
        RuntimeException failure = new IllegalStateException("made to fail");
        Error error = new AssertionError("made to fail");
        try (Background background = new Background()) {
            assertThatThrownBy(() -> Background.await(background.start(() -> {
                        throw failure;
                    })))
                    .isSameAs(failure);
            assertThatThrownBy(() -> Background.await(background.start(() -> {
                        throw error;
                    })))
                    .isSameAs(error);
        }
    }

    /** Nothing may touch a payload after its time, so an interrupt does not end the waiting; it is not lost either. */
    @Test
    void anInterruptIsKeptUntilTheWorkIsDone() {
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicBoolean done = new AtomicBoolean();
        Thread caller = Thread.currentThread();
        try (Background background = new Background()) {
            caller.interrupt();
            CompletableFuture<Void> work = background.start(() -> {
                while (caller.isInterrupted()) {
                    Thread.onSpinWait();
                }
                done.set(true);
                waiting.countDown();
            });
            Background.await(work);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(done).isTrue();
            Background.await(background.start(() -> {}));
            assertThat(Thread.interrupted()).isFalse();
        }
        assertThat(waiting.getCount()).isZero();
    }

    @Test
    void afterCloseNothingIsStarted() {
        Background background = new Background();
        Background.await(background.start(() -> {}));
        background.close();
        assertThatThrownBy(() -> background.start(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatCode(new Background()::close).doesNotThrowAnyException();
    }

    @Test
    void everythingIsClosedAndTheFirstFailureThrown() {
        List<String> closed = new ArrayList<>();
        RuntimeException first = new IllegalStateException("first");
        RuntimeException second = new IllegalStateException("second");
        assertThatThrownBy(() -> Blocks.closeAll(Stream.of(
                        () -> {
                            throw first;
                        },
                        () -> closed.add("a"),
                        () -> {
                            throw second;
                        },
                        () -> closed.add("b"))))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(closed).containsExactly("a", "b");
    }
}
