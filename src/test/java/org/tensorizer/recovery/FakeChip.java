package org.tensorizer.recovery;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.recovery.PayloadTarget.Activations;

/**
 * A chip in exact arithmetic whose layout is whatever a test says. Answers can be damaged, and the chip can die. It shares
 * nothing with the code under test but the interfaces.
 */
final class FakeChip implements PayloadTarget {
    interface Place {
        int of(int out, int in);
    }

    final int outputs;
    final int inputs;
    Place weights;
    int size;
    IntUnaryOperator value = b -> b;
    int zeroPoint = 128;
    float gain = 1f / 127;
    int biasRange = 20_000;
    /** First byte of an output's header word, or null. */
    IntUnaryOperator scaleWord;

    IntUnaryOperator biasWord;
    IntUnaryOperator zeroWord;
    Activations input;
    Activations output;
    boolean relu;
    byte[] original;

    /** Damages answers: called with the answer's number and the answer. */
    Damage damage = (number, answer) -> {};

    int answers;
    int opened;
    int openSessions;

    interface Damage {
        void apply(int number, byte[] answer);
    }

    FakeChip(int outputs, int inputs, int size, Place weights) {
        this.outputs = outputs;
        this.inputs = inputs;
        this.size = size;
        this.weights = weights;
        this.input = new Activations(inputs, true, 0);
        this.output = new Activations(outputs, true, 0);
    }

    /** The real chip's layout, with its lanes and tiles as arguments. */
    static FakeChip tiled(int outputs, int inputs, int tile, int lane, int header) {
        int group = header + tile * inputs;
        return new FakeChip(
                outputs,
                inputs,
                (outputs + tile - 1) / tile * group,
                (o, i) -> o / tile * group + header + i / lane * tile * lane + o % tile * lane + i % lane);
    }

    /** Per-channel header rows of scale and zero point, or scale, bias and zero point, before each group of 64. */
    static FakeChip perChannel(int outputs, int inputs, boolean bias) {
        int header = bias ? 768 : 512;
        FakeChip chip = tiled(outputs, inputs, 64, 4, header);
        int group = header + 64 * inputs;
        chip.scaleWord = o -> o / 64 * group + o % 64 * 4;
        chip.biasWord = bias ? o -> o / 64 * group + 256 + o % 64 * 4 : null;
        chip.zeroWord = o -> o / 64 * group + header - 256 + o % 64 * 4;
        return chip;
    }

    /** Original weights: random ones. */
    FakeChip randomWeights(long seed) {
        Random random = new Random(seed);
        byte[] payload = new byte[size];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                payload[weights.of(o, i)] = (byte) random.nextInt(256);
            }
        }
        return header(payload, random);
    }

    /** Original weights: 127 where out == in, else 0. */
    FakeChip identity() {
        byte[] payload = new byte[size];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                payload[weights.of(o, i)] = byteOf(o == i ? 127 : 0);
            }
        }
        return header(payload, new Random(5));
    }

    private byte byteOf(int weight) {
        for (int b = 0; b < 256; b++) {
            if (value.applyAsInt(b) - zeroPoint == weight) {
                return (byte) b;
            }
        }
        throw new IllegalArgumentException("no byte for " + weight);
    }

    private FakeChip header(byte[] payload, Random random) {
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        for (int o = 0; o < outputs; o++) {
            if (scaleWord != null) {
                bytes.putFloat(scaleWord.applyAsInt(o), gain * (0.9f + 0.1f * random.nextFloat()));
            }
            if (biasWord != null) {
                bytes.putInt(biasWord.applyAsInt(o), random.nextInt(biasRange) - biasRange / 2);
            }
            if (zeroWord != null) {
                bytes.putInt(zeroWord.applyAsInt(o), zeroPoint);
            }
        }
        original = payload;
        return this;
    }

    @Override
    public String name() {
        return "fake.tflite";
    }

    @Override
    public Activations input() {
        return input;
    }

    @Override
    public Activations output() {
        return output;
    }

    @Override
    public byte[] payload() {
        return original.clone();
    }

    @Override
    public String device() {
        return "fake chip";
    }

    @Override
    public Provenance provenance() {
        return Provenance.DOUBLE;
    }

    @Override
    public Session open(byte[] payload) {
        if (payload.length != size) {
            throw new IllegalArgumentException("payload of " + payload.length);
        }
        opened++;
        openSessions++;
        return new Loaded(payload.clone());
    }

    private final class Loaded implements Session {
        private final int[] weight = new int[outputs * inputs];
        private final float[] scale = new float[outputs];
        private final int[] bias = new int[outputs];
        private boolean closed;

        Loaded(byte[] payload) {
            ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            for (int o = 0; o < outputs; o++) {
                scale[o] = scaleWord == null ? gain : bytes.getFloat(scaleWord.applyAsInt(o));
                bias[o] = biasWord == null ? 0 : bytes.getInt(biasWord.applyAsInt(o));
                int zero = zeroWord == null ? zeroPoint : bytes.getInt(zeroWord.applyAsInt(o));
                for (int i = 0; i < inputs; i++) {
                    weight[o * inputs + i] = value.applyAsInt(payload[weights.of(o, i)] & 0xff) - zero;
                }
            }
        }

        @Override
        public List<TensorSpec> inputs() {
            return List.of(new TensorSpec("x", "INT8", List.of(1, inputs), 1, 0, inputs));
        }

        @Override
        public List<TensorSpec> outputs() {
            return List.of(new TensorSpec("y", "INT8", List.of(1, outputs), 1, 0, outputs));
        }

        @Override
        public List<byte[]> run(List<byte[]> in) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            long[] acc = new long[outputs];
            for (int i = 0; i < inputs; i++) {
                int x = input.deflection(in.get(0)[i]);
                for (int o = 0; x != 0 && o < outputs; o++) {
                    acc[o] += (long) weight[o * inputs + i] * x;
                }
            }
            byte[] answer = new byte[outputs];
            for (int o = 0; o < outputs; o++) {
                double y = Math.rint((float) (acc[o] + bias[o]) * scale[o]);
                if (Double.isNaN(y)) {
                    y = 0;
                }
                int low = relu ? 0 : output.lowest();
                answer[o] = (byte) (output.domain().zeroPoint() + (int) Math.max(low, Math.min(output.highest(), y)));
            }
            damage.apply(answers++, answer);
            return List.of(answer);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openSessions--;
            }
        }
    }

    /** A chip that crashes at one answer. */
    void dieAt(int number) {
        damage = (n, answer) -> {
            if (n == number) {
                throw new DeviceFault(DeviceFault.Kind.CRASHED, "fake chip", "died at answer " + number);
            }
        };
    }
}
