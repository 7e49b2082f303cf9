package org.tensorizer.device.usb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingDeque;
import org.junit.jupiter.api.Test;

/** What a request takes in, against a chip that sends a chunk only after the host took the one before. */
class ChipPipesTest {
    private static final int CHUNK = 4;
    private static final int CHUNKS = 12; // more than there are reads

    @Test
    void outputsOneAfterAnotherHaveReadsOfTheirOwn() throws InterruptedException {
        SlowChip chip = new SlowChip();
        Thread answers = new Thread(() -> chip.send(3 * CHUNKS));
        answers.setDaemon(true);
        try (ChipPipes pipes = new ChipPipes(chip, "slow", CHUNK, 1000, () -> {})) {
            answers.start();
            for (int output = 0; output < 3; output++) {
                ByteBuffer into = ByteBuffer.allocate(CHUNK * CHUNKS);
                pipes.receive(into);
                for (int chunk = 0; chunk < CHUNKS; chunk++) {
                    assertThat(into.getInt(CHUNK * chunk)).isEqualTo(output * CHUNKS + chunk);
                }
            }
        }
        answers.join();
    }

    private record Armed(ByteBuffer buffer, UsbTransport.Transfer.Completion completion) {}

    private static final class SlowChip implements UsbTransport {
        private final LinkedBlockingDeque<Armed> armed = new LinkedBlockingDeque<>();

        void send(int chunks) {
            try {
                for (int chunk = 0; chunk < chunks; chunk++) {
                    Thread.sleep(2); // the host comes to wait
                    Armed read = armed.takeFirst();
                    read.buffer.putInt(
                            0, Integer.reverseBytes(chunk)); // its buffers are little-endian, the outputs are not
                    read.completion.completed(UsbStatus.COMPLETED, CHUNK);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public UsbTransport.Transfer transfer(int endpoint) {
            return new UsbTransport.Transfer() {
                @Override
                public void submit(ByteBuffer data, Completion completion) {
                    if (endpoint == Wire.OUTPUT_IN) {
                        armed.addLast(new Armed(data, completion));
                    }
                }

                @Override
                public void cancel() {}
            };
        }

        @Override
        public UsbPort port() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void claim(int number) {}

        @Override
        public void release(int number) {}

        @Override
        public int control(ControlRequest request, ByteBuffer data, int timeoutMillis) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void reset() {}

        @Override
        public void close() {}
    }
}
