package org.tensorizer.harness;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs experiment classes in a JVM of their own, as Maven does, so that tests can look at the results it leaves. */
public final class ExperimentJvm {
    private ExperimentJvm() {}

    /** The child's side: class names to run. */
    public static void main(String[] classes) {
        LauncherFactory.create()
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .selectors(Arrays.stream(classes)
                                .map(name -> selectClass(name))
                                .toList())
                        .build());
    }

    /**
     * @param results folder for Allure's results, removed first
     * @return the child's exit status
     */
    static int run(Path results, List<String> options, Class<?>... classes) throws IOException, InterruptedException {
        if (Files.isDirectory(results)) {
            try (Stream<Path> old = Files.list(results)) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.deleteIfExists(results); // the child makes it, as it must after mvn clean
        Files.createDirectories(results.getParent());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Djava.awt.headless=true",
                "-Dtensorizer.run=test", // the report is the test's to make
                "-Dallure.results.directory=" + results));
        command.addAll(options);
        command.add(ExperimentJvm.class.getName());
        Arrays.stream(classes).map(Class::getName).forEach(command::add);
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        results.resolveSibling(results.getFileName() + ".log").toFile())
                .start();
        return child.waitFor();
    }

    /** Verdict of each run of a method with a parameter {@code number}, by that number. */
    static Map<Integer, String> verdicts(Path folder) throws Exception {
        Map<Integer, String> verdicts = new TreeMap<>();
        for (JsonObject result : results(folder)) {
            int number = Integer.parseInt(values(result.getArray("parameters"), "number"));
            verdicts.put(number, values(result.getArray("labels"), "verdict"));
        }
        return verdicts;
    }

    private static String values(JsonArray named, String name) {
        return named.stream()
                .map(JsonObject.class::cast)
                .filter(each -> name.equals(each.getString("name")))
                .map(each -> each.getString("value"))
                .collect(Collectors.joining(", "));
    }

    static List<JsonObject> results(Path folder) throws Exception {
        List<JsonObject> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("-result.json")).toList()) {
                results.add(JsonParser.object().from(Files.readString(file)));
            }
        }
        return results;
    }
}
