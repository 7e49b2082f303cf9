package org.tensorizer.harness;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.model.TfliteModel;

/** A device that echoes, or does not, by the number at the end of the model's name. */
final class FailingDevice implements Device {
    private static final TensorSpec TENSOR = new TensorSpec("t", "INT8", List.of(1, 16), 1, 0, 16);
    private final AtomicInteger open = new AtomicInteger();

    /** What happens, how often in a hundred, and which verdict that is worth. */
    enum Trouble {
        NONE(50, Verdict.SUPPORTED),
        WRONG(8, Verdict.REFUTED),
        CRASHES(8, Verdict.DEVICE_FAULT),
        HANGS(6, Verdict.DEVICE_FAULT),
        SHORT(6, Verdict.DEVICE_FAULT),
        LONG(4, Verdict.DEVICE_FAULT),
        NOTHING(4, Verdict.DEVICE_FAULT),
        REFUSES_THE_MODEL(6, Verdict.DEVICE_FAULT),
        FAILS_TO_CLOSE(4, Verdict.DEVICE_FAULT),
        FAILS_AFTER_A_WRONG_ANSWER(4, Verdict.DEVICE_FAULT);

        private final int share;
        final Verdict verdict;

        Trouble(int share, Verdict verdict) {
            this.share = share;
            this.verdict = verdict;
        }

        static Trouble of(int number) {
            return Draw.of(number, values(), trouble -> trouble.share);
        }
    }

    /** For the settings of a run. */
    public static final class Source implements DeviceSource {
        @Override
        public Device open() {
            return new FailingDevice();
        }
    }

    @Override
    public String name() {
        return "failing";
    }

    @Override
    public Provenance provenance() {
        return Provenance.DOUBLE;
    }

    @Override
    public Session open(TfliteModel model) {
        Trouble trouble = Trouble.of(Integer.parseInt(model.name().replaceAll("\\D", "")));
        if (trouble == Trouble.REFUSES_THE_MODEL) {
            throw fault(DeviceFault.Kind.REFUSED);
        }
        open.incrementAndGet();
        return new Session() {
            private int runs;

            @Override
            public List<TensorSpec> inputs() {
                return List.of(TENSOR);
            }

            @Override
            public List<TensorSpec> outputs() {
                return List.of(TENSOR);
            }

            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                runs++;
                byte[] echo = inputs.get(0).clone();
                return switch (trouble) {
                    case WRONG -> List.of(flipped(echo));
                    case CRASHES -> throw fault(DeviceFault.Kind.CRASHED);
                    case HANGS -> throw fault(DeviceFault.Kind.HUNG);
                    case SHORT -> List.of(Arrays.copyOf(echo, 7));
                    case LONG -> List.of(Arrays.copyOf(echo, 17));
                    case NOTHING -> List.of();
                    case FAILS_AFTER_A_WRONG_ANSWER -> {
                        if (runs > 1) {
                            throw fault(DeviceFault.Kind.CRASHED);
                        }
                        yield List.of(flipped(echo));
                    }
                    default -> List.of(echo);
                };
            }

            @Override
            public void close() {
                open.decrementAndGet();
                if (trouble == Trouble.FAILS_TO_CLOSE) {
                    throw fault(DeviceFault.Kind.CRASHED);
                }
            }
        };
    }

    private static byte[] flipped(byte[] bytes) {
        bytes[9] ^= 1;
        return bytes;
    }

    private DeviceFault fault(DeviceFault.Kind kind) {
        return new DeviceFault(kind, name(), "on purpose", List.of("last words"), null);
    }

    /** Says how many sessions were left open. */
    @Override
    public void close() {
        System.out.println("sessions left open: " + open.get());
    }
}
