package org.tensorizer.experiments;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.tensorizer.device.Device;
import org.tensorizer.harness.DeviceSource;
import org.tensorizer.harness.Verdict;

/** One experiment class run on a device of the test's choice, within the test, and the verdict of each of its runs. */
final class Trial {
    private static final ThreadLocal<Device> DEVICE = new ThreadLocal<>();

    /** Jupiter without the listeners that write results: a trial is no experiment that somebody ran. */
    private static final Launcher JUPITER = LauncherFactory.create(LauncherConfig.builder()
            .enableTestEngineAutoRegistration(false)
            .addTestEngines(new JupiterTestEngine())
            .enableTestExecutionListenerAutoRegistration(false)
            .enableLauncherSessionListenerAutoRegistration(false)
            .enablePostDiscoveryFilterAutoRegistration(false)
            .build());

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
        return of(experiment, device, templates, run -> false);
    }

    /** As {@link #of(Class, Device, Path)}, and no more of its runs after the first that ends as {@code last} says. */
    static Trial of(Class<?> experiment, Device device, Path templates, Predicate<Run> last) {
        CancellationToken enough = CancellationToken.create();
        List<Run> runs = new ArrayList<>();
        TestExecutionListener collect = new TestExecutionListener() {
            private TestPlan plan;

            @Override
            public void testPlanExecutionStarted(TestPlan started) {
                plan = started;
            }

            /** A test, or a container that failed before it had tests. */
            @Override
            public void executionFinished(TestIdentifier ended, TestExecutionResult result) {
                if (ended.isTest() || result.getThrowable().isPresent()) {
                    String parent = plan.getParent(ended)
                            .map(above -> above.getDisplayName() + " ")
                            .orElse("");
                    Throwable failure = result.getThrowable().orElse(null);
                    Run run = new Run(parent + ended.getDisplayName(), Verdict.of(failure), failure);
                    runs.add(run);
                    if (last.test(run)) {
                        enough.cancel();
                    }
                }
            }
        };
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(experiment))
                .filters(TagFilter.excludeTags("large"))
                .configurationParameter("tensorizer.device.source", Source.class.getName())
                .configurationParameter("tensorizer.templates", templates == null ? "" : templates.toString())
                .build();
        DEVICE.set(device);
        try {
            JUPITER.execute(LauncherExecutionRequestBuilder.request(request)
                    .listeners(collect)
                    .cancellationToken(enough)
                    .build());
        } finally {
            DEVICE.remove();
        }
        return new Trial(experiment, runs);
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
