package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.TensorSpec;

class MessageTest {
    static Stream<Message> messages() {
        TensorSpec spec = new TensorSpec("größe \u0000 <b>", "UINT8", List.of(1, 256), 0.5f, 127, 256);
        return Stream.of(
                new Message.Hello("usb:0", "SILICON"),
                new Message.Opened(List.of(spec, spec), List.of(spec), "/tmp/tensors-1"),
                new Message.Run(7),
                new Message.Done(),
                new Message.Close(-1),
                new Message.Failed(
                        Message.Reason.DEVICE_FAULT, DeviceFault.Kind.WRONG_SIZE, "no", List.of("a", "", "b")));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void comesBackAsItWas(Message message) throws IOException {
        assertThat(Message.decode(Message.encode(message))).isEqualTo(message);
    }

    @Test
    void modelsToo() throws IOException {
        byte[] model = new byte[100_000];
        new Random(1).nextBytes(model);
        Message.Open open =
                (Message.Open) Message.decode(Message.encode(new Message.Open(3, "m", ByteBuffer.wrap(model))));
        assertThat(open.session()).isEqualTo(3);
        assertThat(open.name()).isEqualTo("m");
        assertThat(open.model().array()).isEqualTo(model);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aPieceIsNoMessage(Message message) {
        byte[] whole = Message.encode(message);
        for (int length = 0; length < whole.length; length++) {
            byte[] piece = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Message.decode(piece)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void neitherIsNoise() {
        Random random = new Random(2);
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            try {
                assertThat(Message.decode(noise)).isNotNull();
            } catch (IOException e) {
                assertThat(e).isNotNull(); // refused, and nothing else happened
            }
        }
    }
}
