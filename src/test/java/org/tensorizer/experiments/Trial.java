package org.tensorizer.experiments;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.tensorizer.device.Device;
import org.tensorizer.harness.DeviceSource;
import org.tensorizer.harness.Verdict;

/** One experiment class run on a device of the test's choice, within the test, and the verdict of each of its runs. */
final class Trial {
    private static final ThreadLocal<Device> DEVICE = new ThreadLocal<>();

    /** Named to the harness by class name; JUnit runs the experiment in the test's own thread. */
    public static final class Source implements DeviceSource {
        @Override
        public Device open() {
            return DEVICE.get();
        }
    }

    /**
     * How one run of a test method ended.
     *
     * @param name method, template and further arguments
     * @param failure what was thrown, null if nothing
     */
    record Run(String name, Verdict verdict, Throwable failure) {}

    private final Class<?> experiment;
    private final List<Run> runs;

    private Trial(Class<?> experiment, List<Run> runs) {
        this.experiment = experiment;
        this.runs = runs;
    }

    static Trial of(Class<?> experiment, Device device) {
        return of(experiment, device, null);
    }

    /** @param templates a folder of models beside the fixtures, null for none */
    static Trial of(Class<?> experiment, Device device, Path templates) {
        DEVICE.set(device);
        try {
            return new Trial(
                    experiment,
                    EngineTestKit.engine("junit-jupiter")
                            .selectors(selectClass(experiment))
                            .filters(TagFilter.excludeTags("large"))
                            .configurationParameter("tensorizer.device.source", Source.class.getName())
                            .configurationParameter(
                                    "tensorizer.templates", templates == null ? "" : templates.toString())
                            .execute()
                            .allEvents()
                            .finished()
                            .stream()
                            .filter(Trial::isRun)
                            .map(Trial::run)
                            .toList());
        } finally {
            DEVICE.remove();
        }
    }

    /** A test, or a container that failed before it had tests. */
    private static boolean isRun(Event event) {
        return event.getTestDescriptor().isTest()
                || result(event).getThrowable().isPresent();
    }

    private static Run run(Event event) {
        Throwable failure = result(event).getThrowable().orElse(null);
        String name = event.getTestDescriptor()
                        .getParent()
                        .map(parent -> parent.getDisplayName() + " ")
                        .orElse("")
                + event.getTestDescriptor().getDisplayName();
        return new Run(name, Verdict.of(failure), failure);
    }

    private static TestExecutionResult result(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class);
    }

    Class<?> experiment() {
        return experiment;
    }

    List<Run> with(Predicate<Verdict> verdict) {
        return runs.stream().filter(run -> verdict.test(run.verdict())).toList();
    }

    Map<Verdict, Long> counts() {
        return runs.stream().collect(Collectors.groupingBy(Run::verdict, Collectors.counting()));
    }

    /** Runs whose name has this in it. */
    Trial named(String part) {
        return new Trial(
                experiment,
                runs.stream().filter(run -> run.name().contains(part)).toList());
    }

    Stream<Run> runs() {
        return runs.stream();
    }
}
