package org.tensorizer.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.device.Device;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.device.usb.TracedBus;
import org.tensorizer.device.usb.UsbDevice;
import org.tensorizer.device.usb.UsbDevice.UsbSelector;
import org.tensorizer.device.usb.UsbSettings;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;

/** Products through our own driver and a virtual Coral: weights go over the wire, sessions stay. */
class SwapTest {
    private static final Quantization ONE = new Quantization(1, 128, 1, 128, 1, 128);

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private UsbDevice usb() {
        return UsbDevice.open(
                new TracedBus(new VirtualBus(VirtualSettings.DEFAULT), lines::add),
                "virtual",
                UsbSelector.index(0),
                UsbSettings.DEFAULT);
    }

    private static ByteMatrix random(int rows, int columns, int seed) {
        ByteMatrix matrix = ByteMatrix.zero(rows, columns);
        Random random = new Random(seed);
        for (int i = 0; i < matrix.values().length; i++) {
            matrix.values()[i] = (byte) (random.nextInt(5) - 2);
        }
        return matrix;
    }

    private static List<IntMatrix> products(Device device, int size) {
        GemmPlan plan = GemmPlan.on(DenseShape.square(64, ParameterFormat.PER_TENSOR), size, size);
        List<ByteMatrix> weights = List.of(random(size, size, 1), random(size, size, 2), random(size, size, 3));
        List<IntMatrix> results = new ArrayList<>();
        try (Gemm gemm = Gemm.assemble(device, plan, ONE)) {
            for (ByteMatrix each : weights) {
                gemm.weights().set(each);
                results.add(gemm.apply(random(2, size, 4)));
            }
            gemm.stream(weights.iterator(), random(3, size, 5), results::add);
        }
        return results;
    }

    private long parameterTransfers() {
        return lines.stream()
                .filter(line -> line.startsWith("header") && line.endsWith("tag 2"))
                .count();
    }

    @Test
    void answersAsFreshlyLoadedModelsDo() {
        try (UsbDevice usb = usb()) {
            assertThat(products(usb, 64)).usingRecursiveComparison().isEqualTo(products(new EmulatorDevice(), 64));
        }
    }

    @Test
    void sessionsStayAndOnlyPayloadsAreSent() {
        try (UsbDevice usb = usb()) {
            products(usb, 64);
            assertThat(parameterTransfers())
                    .as("one for each set of weights: three one by one, three streamed")
                    .isEqualTo(6);
        }
    }

    /** Four tiles: the chip holds one at a time, so each is sent when its turn comes. */
    @Test
    void tilesTakeTurns() {
        try (UsbDevice usb = usb()) {
            assertThat(products(usb, 100)).usingRecursiveComparison().isEqualTo(products(new EmulatorDevice(), 100));
            assertThat(parameterTransfers()).isEqualTo(6 * 4);
        }
    }
}
