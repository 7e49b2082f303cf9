package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.model.TfliteModel;

class CustomKernelTest {
    private static final String NAME = "dense_256_edgetpu.tflite";
    private byte[] model;

    @BeforeEach
    void read() {
        model = Fixture.compiledBytes();
    }

    @Test
    void isGivenThePackageAndTheTensors() {
        AtomicReference<ByteBuffer> options = new AtomicReference<>();
        CustomKernel kernel = customOptions -> {
            options.set(customOptions);
            return CustomKernelTest::invert;
        };
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            byte[] input = new byte[256];
            for (int i = 0; i < input.length; i++) {
                input[i] = (byte) (i * 7);
            }
            for (int run = 0; run < 3; run++) {
                byte[] output = session.run(input);
                for (int i = 0; i < input.length; i++) {
                    assertThat(output[i]).isEqualTo((byte) ~input[i]);
                }
                input[run]++;
            }
        }
        assertThat(options.get().remaining()).isEqualTo(102_484);
        assertThat(options.get().isReadOnly()).isTrue();
        assertThat(options.get().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(options.get().getInt(12))
                .as("DWN1, still readable after close")
                .isEqualTo(0x314e5744);
    }

    @Test
    void instanceIsClosedOnceWithItsSession() {
        AtomicInteger closed = new AtomicInteger();
        CustomKernel kernel = options -> new CustomKernel.Instance() {
            @Override
            public void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
                invert(inputs, outputs);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel);
        assertThat(closed).hasValue(0);
        session.close();
        session.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void whatInvokeThrowsComesOutAsTheCauseOfAFaultAndTheSessionLivesOn() {
        AtomicInteger calls = new AtomicInteger();
        CustomKernel kernel = options -> (inputs, outputs) -> {
            if (calls.getAndIncrement() == 0) {
                throw new ArithmeticException("lane 64");
            }
            invert(inputs, outputs);
        };
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            DeviceFault fault = catchThrowableOfType(DeviceFault.class, () -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.REFUSED);
            assertThat(fault).hasMessageContaining(NAME).hasMessageContaining("lane 64");
            assertThat(fault.getCause()).isInstanceOf(ArithmeticException.class);
            assertThat(session.run(new byte[256])).containsOnly(0xff);
        }
    }

    @Test
    void errorsToo() {
        CustomKernel kernel = options -> (inputs, outputs) -> {
            throw new AssertionError("not an exception");
        };
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            assertThatThrownBy(() -> session.run(new byte[256]))
                    .isInstanceOf(DeviceFault.class)
                    .hasCauseInstanceOf(AssertionError.class);
        }
    }

    @Test
    void badInputAndFaultsComeOutAsTheyAre() {
        BadInputException bad = new BadInputException("bundle 3 cannot be decoded");
        assertThatThrownBy(() -> TfliteSession.open(TfliteModel.parse(NAME, model), options -> {
                    throw bad;
                }))
                .isSameAs(bad);
        DeviceFault fault = new DeviceFault(DeviceFault.Kind.HUNG, "here", "no answer");
        CustomKernel kernel = options -> (inputs, outputs) -> {
            throw fault;
        };
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            assertThatThrownBy(() -> session.run(new byte[256])).isSameAs(fault);
        }
    }

    @Test
    void initMayFail() {
        assertThatThrownBy(() -> TfliteSession.open(TfliteModel.parse(NAME, model), options -> {
                    throw new IllegalStateException("no memory for tiles");
                }))
                .isInstanceOf(DeviceFault.class)
                .hasMessageContaining("no memory for tiles");
        assertThatThrownBy(() -> TfliteSession.open(TfliteModel.parse(NAME, model), options -> null))
                .isInstanceOf(DeviceFault.class)
                .hasMessageContaining("no instance");
    }

    @Test
    void closeMayFail() {
        CustomKernel kernel = options -> new CustomKernel.Instance() {
            @Override
            public void invoke(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
                invert(inputs, outputs);
            }

            @Override
            public void close() {
                throw new IllegalStateException("tiles are stuck");
            }
        };
        TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel);
        assertThatThrownBy(session::close).isInstanceOf(DeviceFault.class).hasMessageContaining("tiles are stuck");
        session.close();
    }

    @Test
    void everyOutputByteMustBeWritten() {
        CustomKernel kernel = options -> (inputs, outputs) -> outputs.get(0).put(new byte[255]);
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            DeviceFault fault = catchThrowableOfType(DeviceFault.class, () -> session.run(new byte[256]));
            assertThat(fault.kind()).isEqualTo(DeviceFault.Kind.WRONG_SIZE);
            assertThat(fault).hasMessageContaining("expected 256 bytes, the kernel wrote 255");
        }
    }

    @Test
    void inputsCannotBeWritten() {
        CustomKernel kernel = options -> (inputs, outputs) -> inputs.get(0).put((byte) 1);
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            assertThatThrownBy(() -> session.run(new byte[256]))
                    .isInstanceOf(DeviceFault.class)
                    .hasCauseInstanceOf(java.nio.ReadOnlyBufferException.class);
        }
    }

    @Test
    void aKernelCannotCallItsOwnSession() {
        AtomicReference<TfliteSession> self = new AtomicReference<>();
        List<Throwable> thrown = new ArrayList<>();
        CustomKernel kernel = options -> (inputs, outputs) -> {
            thrown.add(org.assertj.core.api.Assertions.catchThrowable(
                    () -> self.get().run(new byte[256])));
            thrown.add(org.assertj.core.api.Assertions.catchThrowable(
                    () -> self.get().close()));
            invert(inputs, outputs);
        };
        try (TfliteSession session = TfliteSession.open(TfliteModel.parse(NAME, model), kernel)) {
            self.set(session);
            session.run(new byte[256]);
        }
        assertThat(thrown)
                .hasSize(2)
                .allSatisfy(t -> assertThat(t)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("from inside its own kernel"));
    }

    @Test
    void callbacksSurviveTheGarbageCollector() {
        for (int i = 0; i < 20; i++) {
            try (TfliteSession session =
                    TfliteSession.open(TfliteModel.parse(NAME, model), options -> CustomKernelTest::invert)) {
                System.gc();
                assertThat(session.run(new byte[256])).containsOnly(0xff);
            }
        }
    }

    /** Other operators around the custom one, several outputs; of real models several inputs, too. */
    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#compiled")
    void worksOnAModelWhoseOpHasOtherOpsAround(Sample sample) {
        try (TfliteSession session = TfliteSession.open(sample.model(), options -> CustomKernelTest::zero)) {
            List<byte[]> inputs = session.inputs().stream()
                    .map(spec -> new byte[spec.byteSize()])
                    .toList();
            assertThat(session.run(inputs)).hasSameSizeAs(session.outputs());
        }
    }

    static void zero(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
        for (ByteBuffer output : outputs) {
            output.put(new byte[output.remaining()]);
        }
    }

    static void invert(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
        ByteBuffer input = inputs.get(0);
        ByteBuffer output = outputs.get(0);
        while (input.hasRemaining()) {
            output.put((byte) ~input.get());
        }
    }
}
