package org.tensorizer.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.coral.CoralDevice.CoralSettings;
import org.tensorizer.device.coral.RuntimeLog;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Words;
import org.tensorizer.patch.Region;
import org.tensorizer.template.CompilerLog;

/** What people write after options and in settings, and what other programs print, with words exchanged. */
class OptionFuzzTest {
    private final InputStream standardInput = System.in;

    private static final DenseShape SHAPE = new DenseShape(8, 4, ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU);
    private static final TensorSpec TENSOR = new TensorSpec("x", "INT8", List.of(1, 8), 1, 0, 8);
    private static final String CORAL_OPTIONS = "tensorizer.coral.options";
    private static final Words WORDS = new Words(
            "[a-z]+|[0-9]+",
            List.of(
                    "",
                    "0",
                    "7",
                    "-1",
                    "0x10",
                    "08",
                    "2147483648",
                    "99999999999999999999",
                    "1e9",
                    ".",
                    ",",
                    ":",
                    "=",
                    "/",
                    "-",
                    "+",
                    " ",
                    "\0",
                    "\n",
                    "\u0663",
                    "\ud800",
                    "auto",
                    "coral",
                    "pci",
                    "replay",
                    "emulator",
                    "row",
                    "cell",
                    "range",
                    "payload",
                    "zero",
                    "byte",
                    "xor",
                    "random",
                    "file",
                    "matrix",
                    "permutation",
                    "constant",
                    "impulse",
                    "ramp",
                    "identity",
                    ".npy",
                    "nothing.npy",
                    "KiB",
                    "GiB"));

    /** A damaged name may be "-", which is standard input; a test's own never ends. */
    @BeforeEach
    void nothingOnStandardInput() {
        System.setIn(new ByteArrayInputStream(new byte[0]));
    }

    @AfterEach
    void restore() {
        System.setIn(standardInput);
    }

    @Test
    void damagedTextsAreUnderstoodOrRefused(TestReporter reporter) {
        List<Target> targets = new ArrayList<>();
        for (String device : List.of("coral:1", "pci:0,coral:2", "emulator,replay:records/a,b.jsonl", "/dev/apex_0")) {
            targets.add(target(device, DeviceChoice::parseAll));
        }
        targets.add(target("Performance=Max,Usb.AlwaysDfu=False", OptionFuzzTest::coralOptions));
        for (String region : List.of("row:3", "cell:3,5", "range:0-64")) {
            targets.add(target(region, Region::parse));
        }
        for (String mode : List.of("byte:7", "random:3", "single-hot:1,2,3", "file:nothing", "matrix:nothing.npy")) {
            targets.add(target(mode, WeightsOption::pattern));
        }
        targets.add(target("impulse:3", text -> InputPattern.rows(text, List.of(TENSOR))));
        targets.add(target("random:8", text -> WeightsOption.weights(text, SHAPE)));
        targets.add(target("random:8", text -> WeightsOption.bias(text, 4)));
        targets.add(target("nothing.npy", text -> WeightsOption.scales(text, 4)));
        targets.add(target(
                "Edge TPU Compiler version 16.0.384591198\nOn-chip memory used for caching model parameters: 64.50KiB\n"
                        + "Number of Edge TPU subgraphs: 1\nFULLY_CONNECTED 1 Mapped to Edge TPU\n",
                CompilerLog::parse));
        targets.add(target(
                "F driver/usb/usb_driver.cc:857] transfer on tag 2 failed. Abort. Deadline exceeded: USB transfer error 2"
                        + " [LibUsbDataOutCallback]\n",
                text -> RuntimeLog.diagnose(text.lines().toList())));
        Fuzz.ofReader(1, BadInputException.class).run(targets, reporter);
    }

    private static void coralOptions(String text) {
        System.setProperty(CORAL_OPTIONS, text);
        try {
            CoralSettings.ofUser();
        } finally {
            System.clearProperty(CORAL_OPTIONS);
        }
    }

    private static Target target(String sound, Consumer<String> parse) {
        return new Target(
                sound.substring(0, Math.min(20, sound.length())),
                sound.getBytes(StandardCharsets.UTF_8),
                WORDS,
                (name, bytes) -> parse.accept(new String(bytes, StandardCharsets.UTF_8)));
    }
}
