package org.tensorizer.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.compare.CompareDevice;
import org.tensorizer.device.compare.CompareDevice.ComparisonReport;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceStack;

/**
 * The devices of a run, as its settings say: which ones, whether their answers are recorded, and whether every inference is
 * compared with a second device. Opened when the first experiment asks for one, leased to one experiment at a time each,
 * closed by JUnit after the last. An experiment waits while all are taken, so one device serializes what runs in parallel.
 */
final class DevicePool implements AutoCloseable {
    static final Setting SOURCE = new Setting("tensorizer.device.source");

    private static final Setting RECORDS = new Setting("tensorizer.records");
    private static final String DEFAULT_RECORDS = "target/records";
    private static final String NO_RECORDS = "none";
    private static final Path DISAGREEMENTS = Path.of("target", "disagreements");
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(DevicePool.class);

    private final List<Device> devices;
    private final BlockingQueue<Device> free = new LinkedBlockingQueue<>();
    private final RuntimeException failure;
    private final RunFacts facts;

    private DevicePool(ExtensionContext context) {
        facts = RunFacts.of(context);
        List<Device> opened = List.of();
        RuntimeException failed = null;
        try {
            opened = new Opening(context).open();
        } catch (DeviceFault | BadInputException e) {
            failed = e;
        }
        devices = opened;
        failure = failed;
        free.addAll(devices);
        devices.forEach(facts::device);
    }

    static DevicePool of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(DevicePool.class, key -> new DevicePool(context), DevicePool.class);
    }

    /**
     * A device for one experiment.
     *
     * @throws DeviceFault or BadInputException if the devices could not be opened: each experiment gets the same one,
     *     without another attempt
     */
    Lease lease() {
        if (failure != null) {
            throw failure;
        }
        try {
            return new Lease(free.take());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a device", e);
        }
    }

    @Override
    public void close() {
        for (Device device : devices) {
            if (device instanceof CompareDevice compared) {
                summarize(compared.report());
            }
            close(device);
        }
    }

    /** A device that does not end in order leaves its answers in doubt: that is said, and the others are closed too. */
    private void close(Device device) {
        try {
            device.close();
        } catch (DeviceFault fault) {
            facts.put("Not closed in order: " + device.name(), fault.getMessage());
            System.out.println("Not closed in order: " + fault.getMessage());
        }
    }

    /** How two devices compared over the run: a fact of the report, a line on the terminal, the first difference kept. */
    private void summarize(ComparisonReport report) {
        facts.put("Compared: " + report.first() + " with " + report.second(), report.sentence());
        System.out.println("Comparison: " + report.sentence());
        report.firstDisagreement().ifPresent(first -> {
            Path folder = DISAGREEMENTS.resolve(report.first().replaceAll("[^A-Za-z0-9._-]", "-") + "-"
                    + ProcessHandle.current().pid());
            first.writeTo(folder);
            System.out.println("First difference kept in " + folder);
        });
    }

    /** A device while one experiment has it. JUnit closes it with the experiment, which gives the device back. */
    final class Lease implements AutoCloseable {
        private final Device device;
        private final ComparisonReport before;

        private Lease(Device device) {
            this.device = device;
            this.before = device instanceof CompareDevice compared ? compared.report() : null;
        }

        Device device() {
            return device;
        }

        /** What the comparison with a second device found during this experiment, as a fact for its report. */
        void addComparison(Evidence evidence) {
            if (device instanceof CompareDevice compared) {
                ComparisonReport now = compared.report();
                long inferences = now.inferences() - before.inferences();
                evidence.fact(
                        "compared with " + now.second(),
                        inferences + " inferences, "
                                + (now.differingInferences() - before.differingInferences()) + " differ in "
                                + (now.total().differing() - before.total().differing()) + " values; not compared: "
                                + (now.notCompared() - before.notCompared()));
            }
        }

        @Override
        public void close() {
            free.add(device);
        }
    }

    /** Opens all devices, those named first first; where one cannot be opened, none stays open. */
    private record Opening(ExtensionContext context) {
        List<Device> open() {
            List<Device> opened = new ArrayList<>();
            try {
                if (value(SOURCE).isPresent()) {
                    for (String type : value(SOURCE).get().strip().split("\\s*,\\s*", -1)) {
                        opened.add(stacked(DeviceStack.on(source(type)), NO_RECORDS));
                    }
                } else {
                    for (DeviceChoice choice : choices()) {
                        opened.add(stacked(DeviceStack.of(choice), DEFAULT_RECORDS));
                    }
                }
                return opened;
            } catch (RuntimeException e) {
                opened.forEach(Device::close);
                throw e;
            }
        }

        private static Device source(String type) {
            Class<?> found = ReflectionSupport.tryToLoadClass(type)
                    .getOrThrow(e -> new IllegalArgumentException(SOURCE + ": no class " + type, e));
            return ((DeviceSource) ReflectionSupport.newInstance(found)).open();
        }

        private List<DeviceChoice> choices() {
            return DeviceChoice.parseAll(value(Setting.DEVICE).orElse("auto"));
        }

        private Device stacked(DeviceStack stack, String defaultRecords) {
            stack.checked();
            String folder = value(RECORDS).orElse(defaultRecords);
            if (!folder.equals(NO_RECORDS)) {
                stack.recorded(InputFile.path(folder), Map.of("revision", RunFacts.revision()));
            }
            value(Setting.COMPARE).map(DeviceChoice::parse).ifPresent(stack::compared);
            return stack.device();
        }

        /** JUnit's parameter of that name, which a system property is too, or the environment's. */
        private Optional<String> value(Setting setting) {
            return context.getConfigurationParameter(setting.name())
                    .filter(text -> !text.isBlank())
                    .or(setting::value);
        }
    }
}
