package org.tensorizer.harness;

import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.tflite.TfliteLibrary;

/**
 * Facts about the run as a whole, the report's metadata: device, TFLite, templates, revision. Written out whenever one is
 * added, so that a run that dies leaves those it knew.
 */
final class RunFacts {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(RunFacts.class);

    private static final List<String> FIRST =
            List.of("Device", "Evidence", "Revision", "TFLite", "TFLite library", "TFLite library SHA-256", "Java");

    private static final int LONGEST = 500;

    private final Map<String, String> facts = new ConcurrentSkipListMap<>();
    private final ExperimentResults.Folder folder = ExperimentResults.Folder.ofThisRun();

    private RunFacts() {
        Revision revision = Revision.ofWorkingFolder();
        facts.put("Revision", revision.text());
        facts.put("Command", command());
        facts.put(
                "Java",
                System.getProperty("java.version") + " on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch"));
        folder.write("executor.json", revision.executor());
    }

    static RunFacts of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(RunFacts.class, key -> new RunFacts(), RunFacts.class);
    }

    /** The sources that this process runs from: commit, and whether files differ from it. */
    static String revision() {
        return Revision.ofWorkingFolder().text();
    }

    /** What to type for this run once more. */
    static String command() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("tensorizer.") && !name.equals("tensorizer.run"))
                .filter(name -> !System.getProperty(name).isBlank())
                .sorted()
                .map(name -> " -D" + name + "=" + System.getProperty(name))
                .collect(Collectors.joining("", "mvn test", ""));
    }

    void put(String name, String value) {
        String shown = Printable.of(value, LONGEST);
        if (!shown.equals(facts.put(Printable.name(name), shown))) {
            write();
        }
    }

    /** Several devices are named together, those of one name once. */
    void device(Device device) {
        facts.merge("Device", Printable.name(device.name()), RunFacts::join);
        facts.merge("Evidence", Description.origin(device.provenance()), RunFacts::join);
        write();
        if (device.provenance() != Provenance.DOUBLE) {
            tflite();
        }
    }

    private static String join(String known, String added) {
        return List.of(known.split(", ")).contains(added) ? known : known + ", " + added;
    }

    private void tflite() {
        try {
            TfliteLibrary library = TfliteLibrary.load();
            put("TFLite", library.version() + (library.bundled() ? " (bundled)" : ""));
            put("TFLite library", shortened(library.path()));
            put("TFLite library SHA-256", library.sha256());
        } catch (BadInputException e) {
            put("TFLite", "not loaded in this process: " + e.getMessage());
        }
    }

    /** A path under the user's home begins with {@code ~}: reports are passed on. */
    private static String shortened(Path path) {
        Path home = Path.of(System.getProperty("user.home"));
        return path.startsWith(home)
                ? Path.of("~").resolve(home.relativize(path)).toString()
                : path.toString();
    }

    private synchronized void write() {
        StringBuilder text = new StringBuilder();
        facts.entrySet().stream()
                .sorted(Comparator.comparing(e -> rank(e.getKey())))
                .forEach(e -> text.append(line(e.getKey(), e.getValue())));
        folder.write("environment.properties", text.toString());
    }

    /** What a reviewer asks first stands first. */
    private static int rank(String name) {
        int rank = FIRST.indexOf(name);
        return rank < 0 ? FIRST.size() : rank;
    }

    private static String line(String name, String value) {
        Properties one = new Properties();
        one.setProperty(name, value);
        StringWriter text = new StringWriter();
        try {
            one.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().replaceFirst("(?s)^#[^\n]*\n", "");
    }

    /**
     * Which state of the sources an experiment ran from, and who ran it.
     *
     * @param commit full hash, empty where git or the repository is missing
     * @param changed whether files differ from that commit
     */
    private record Revision(Optional<String> commit, boolean changed) {
        /** What git gets to see: where it finds itself and its user's settings, and no GIT_DIR of somebody's. */
        private static final Set<String> VARIABLES = Set.of("PATH", "HOME", "XDG_CONFIG_HOME");

        private static final class OfThisProcess {
            static final Revision REVISION = read();
        }

        /** Asked once a process: git takes its time. */
        static Revision ofWorkingFolder() {
            return OfThisProcess.REVISION;
        }

        private static Revision read() {
            Optional<String> commit = output("git", "rev-parse", "HEAD");
            return new Revision(
                    commit,
                    commit.isPresent()
                            && !output("git", "status", "--porcelain")
                                    .orElse("")
                                    .isEmpty());
        }

        String text() {
            return commit.map(hash -> hash + (changed ? " with changes" : "")).orElse("unknown (no git repository)");
        }

        /** Allure's executor.json: the CI job where there is one. */
        String executor() {
            Map<String, String> env = System.getenv();
            if (env.containsKey("GITHUB_RUN_ID")) {
                String run = env.get("GITHUB_SERVER_URL") + "/" + env.get("GITHUB_REPOSITORY") + "/actions/runs/"
                        + env.get("GITHUB_RUN_ID");
                return executor("GitHub Actions", env.getOrDefault("GITHUB_RUN_NUMBER", ""), run);
            }
            return executor(env.containsKey("CI") ? "CI" : "mvn on a developer's machine", "", "");
        }

        private static String executor(String name, String build, String url) {
            return JsonWriter.string()
                    .object()
                    .value("name", name)
                    .value("buildName", build)
                    .value("buildUrl", url)
                    .end()
                    .done();
        }

        private static Optional<String> output(String... command) {
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
                builder.environment().keySet().retainAll(VARIABLES);
                Process process = builder.start();
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }
}
