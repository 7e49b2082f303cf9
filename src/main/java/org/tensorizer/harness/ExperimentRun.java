package org.tensorizer.harness;

import io.qameta.allure.model.TestResult;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.tensorizer.base.Printable;
import org.tensorizer.base.Setting;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;

/**
 * A run of experiments as JUnit's launcher sees it: as many at a time as there are devices; a line on the terminal for each
 * that is through; and for each that has not begun a result on the disk, so that those which a crash of the test JVM keeps
 * from running are in the report, as faults. Tests that are no experiments it leaves alone. Public for the service loader
 * only.
 */
public final class ExperimentRun implements LauncherSessionListener, TestExecutionListener {
    private static final String PARALLEL = "junit.jupiter.execution.parallel.";
    private static final int LONGEST_REASON = 200;

    /** What has ended of each experiment of the plan, by class. */
    private static final Map<Class<?>, Progress> RUNNING = new ConcurrentHashMap<>();

    private final ExperimentResults.Folder folder = ExperimentResults.Folder.ofThisRun();
    private final Map<String, String> waiting = new ConcurrentHashMap<>();
    private final Map<String, Integer> sums = new LinkedHashMap<>();
    private int width;
    private int total;
    private int through;

    private static final class Progress {
        private final List<Verdict> verdicts = new ArrayList<>();
        private final Map<String, Integer> devices = new TreeMap<>();
        private String reason = "";

        synchronized void add(Device device, Verdict verdict, boolean control, Throwable thrown) {
            verdicts.add(control && verdict == Verdict.SUPPORTED ? Verdict.NOT_APPLICABLE : verdict);
            if (device != null) {
                devices.merge(device.name() + " (" + device.provenance() + ")", 1, Integer::sum);
            }
            if (thrown != null && reason.isEmpty() && verdict != Verdict.NOT_APPLICABLE) {
                reason = Printable.of(String.valueOf(thrown.getMessage()), LONGEST_REASON);
            }
        }
    }

    /** An experiment method has ended; known only while a plan runs that has its class. */
    static void ended(Class<?> experiment, Device device, Evidence evidence, Throwable thrown) {
        Progress progress = RUNNING.get(experiment);
        if (progress != null) {
            progress.add(device, Verdict.of(thrown), evidence.control().isPresent(), thrown);
        }
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (!"experiments".equals(System.getProperty("tensorizer.run"))) {
            return;
        }
        int devices =
                DeviceChoice.parseAll(Setting.DEVICE.value().orElse("auto")).size();
        if (devices > 1) {
            Map.of(
                            "enabled", "true",
                            "mode.default", "concurrent",
                            "mode.classes.default", "concurrent",
                            "config.executor-service", "WORKER_THREAD_POOL",
                            "config.strategy", "fixed",
                            "config.fixed.parallelism", String.valueOf(devices),
                            "config.fixed.max-pool-size", String.valueOf(devices))
                    .forEach((key, value) -> System.getProperties().putIfAbsent(PARALLEL + key, value));
        }
    }

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        for (TestIdentifier root : plan.getRoots()) {
            for (TestIdentifier test : plan.getDescendants(root)) {
                method(test).ifPresent(method -> wait(test, method));
                type(test).ifPresent(type -> RUNNING.put(type, new Progress()));
            }
        }
        total = RUNNING.size();
        width = RUNNING.keySet().stream()
                .mapToInt(type -> type.getSimpleName().length())
                .max()
                .orElse(0);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            through(test.getUniqueId()); // from here on ExperimentResults keeps one
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        through(test.getUniqueId());
        type(test).ifPresent(type -> {
            Progress progress = RUNNING.getOrDefault(type, new Progress());
            result.getThrowable().ifPresent(thrown -> progress.add(null, Verdict.of(thrown), false, thrown));
            print(type, progress);
        });
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        through(test.getUniqueId());
        type(test).ifPresent(type -> print(type, RUNNING.getOrDefault(type, new Progress())));
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        List.copyOf(waiting.keySet()).forEach(this::through); // methods of a class that was skipped as a whole
        if (total > 0) {
            System.out.println(sums.entrySet().stream()
                    .map(sum -> sum.getValue() + " " + sum.getKey())
                    .collect(Collectors.joining(
                            ", ", through + (through == 1 ? " experiment: " : " experiments: "), "")));
        }
        RUNNING.clear();
        sums.clear();
        total = 0;
        through = 0;
    }

    /** {@code  3 of 27  WeightLayout  emulator (emulated)  supported}. */
    private synchronized void print(Class<?> type, Progress progress) {
        Verdict verdict = Verdict.ofAll(progress.verdicts);
        sums.merge(verdict.toString(), 1, Integer::sum);
        through++;
        System.out.printf(
                "%3d of %d  %-" + Math.max(1, width) + "s  %-20s  %s%s%n",
                through,
                total,
                type.getSimpleName(),
                progress.devices.isEmpty() ? "no device" : String.join(", ", progress.devices.keySet()),
                verdict,
                progress.reason.isEmpty() ? "" : ": " + progress.reason);
    }

    private void wait(TestIdentifier test, Method method) {
        String uuid = UUID.randomUUID().toString();
        String name = method.getDeclaringClass().getName() + "." + method.getName();
        TestResult planned = new TestResult()
                .setUuid(uuid)
                .setFullName(name)
                .setHistoryId(name)
                .setTestCaseName(test.getDisplayName())
                .setName(test.getDisplayName())
                .setStart(System.currentTimeMillis());
        ReportLabel.setAll(planned, method.getDeclaringClass());
        waiting.put(test.getUniqueId(), uuid);
        folder.write(ExperimentResults.waiting(planned));
    }

    private void through(String id) {
        String uuid = waiting.remove(id);
        if (uuid != null) {
            folder.remove(uuid);
        }
    }

    private static Optional<Method> method(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getJavaMethod())
                .filter(method -> method.getDeclaringClass().isAnnotationPresent(Hypothesis.class));
    }

    private static Optional<Class<?>> type(TestIdentifier test) {
        return test.getSource()
                .filter(ClassSource.class::isInstance)
                .<Class<?>>map(source -> ((ClassSource) source).getJavaClass())
                .filter(type -> type.isAnnotationPresent(Hypothesis.class));
    }
}
