package org.tensorizer.harness;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentSkipListMap;
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
    private final ResultsFolder folder = ResultsFolder.ofThisRun();

    private RunFacts() {
        Revision revision = Revision.ofWorkingFolder();
        facts.put("Revision", revision.text());
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

    void put(String name, String value) {
        String shown = Printable.of(value, LONGEST);
        if (!shown.equals(facts.put(Printable.name(name), shown))) {
            write();
        }
    }

    /** Several devices are named together, those of one name once. */
    void device(Device device) {
        facts.merge("Device", Printable.name(device.name()), RunFacts::join);
        facts.merge("Evidence", Origin.of(device.provenance()), RunFacts::join);
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
}
