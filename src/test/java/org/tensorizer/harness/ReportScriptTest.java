package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.OwnDisk;

/**
 * {@code reports/generate} with a Node of a few lines of shell, which writes its page and the history bit by bit as Allure
 * does: whatever happens, the report is the old one or the new one. Ten kills; {@code -Dtensorizer.kills=200} for more.
 */
class ReportScriptTest {
    private static final int KILLS = Integer.getInteger("tensorizer.kills", 10);

    /** Takes the number of this report from its results, writes {@code N N N ... end} and appends a line to the history. */
    private static final String NPX = """
            #!/bin/sh
            for results; do :; done
            n=$(cat "$results/number")
            mkdir -p "$TENSORIZER_REPORT"
            : >"$TENSORIZER_REPORT/index.html"
            for i in 1 2 3 4 5 6 7 8 9 10; do printf '%s ' "$n" >>"$TENSORIZER_REPORT/index.html" || exit 1; done
            printf '{"run":' >>"$TENSORIZER_HISTORY"
            printf '%s}\\n' "$n" >>"$TENSORIZER_HISTORY"
            [ "$n" != failing ] || { echo "allure: no results"; exit 1; }
            [ "$n" != large ] || head -c 1000000 /dev/zero >>"$TENSORIZER_REPORT/index.html" || exit 1
            """;

    private static final String NODE = """
            #!/bin/sh
            case $1 in
              history.mjs) if [ -f "$2" ]; then cp "$2" "$3"; fi;;
              finish.mjs) printf end >>"$2";;
            esac
            """;

    private static final String GENERATE = "PATH=\"$0/bin:$PATH\" exec sh \"$0/reports/generate\" \"$1\"";

    @TempDir
    private Path folder;

    private Path report;

    @BeforeEach
    void makeAProjectWithANodeOfItsOwn() throws IOException {
        assumeTrue(Files.exists(Path.of("/bin/sh")), "needs /bin/sh");
        Path reports = Files.createDirectories(folder.resolve("reports/node_modules"));
        Files.copy(Path.of("reports/generate"), folder.resolve("reports/generate"));
        Files.setLastModifiedTime(
                Files.createFile(folder.resolve("reports/package-lock.json")), FileTime.from(Instant.EPOCH));
        Files.createFile(reports.resolve(".package-lock.json"));
        program("bin", "npx", NPX);
        program("bin", "node", NODE);
        report = folder.resolve("reports/html/index.html");
    }

    private void program(String place, String name, String text) throws IOException {
        Path file = Files.createDirectories(folder.resolve(place)).resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Ended(int status, String said) {}

    private Ended generate(Object number) throws Exception {
        return generate(number, GENERATE);
    }

    private Ended generate(Object number, String line) throws Exception {
        Process process = start(number, line);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private Process start(Object number, String line) throws IOException {
        Path results = Files.createDirectories(folder.resolve("results-" + number));
        Files.writeString(results.resolve("number"), number.toString());
        return new ProcessBuilder("/bin/sh", "-c", line, folder.toString(), results.toString())
                .redirectErrorStream(true)
                .start();
    }

    private void assertIsReportOf(Object number) {
        assertThat(report).hasContent((number + " ").repeat(10) + "end");
    }

    private List<String> inReports() throws IOException {
        try (Stream<Path> files = Files.list(report.getParent())) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private List<String> history() throws IOException {
        return Files.readAllLines(folder.resolve("reports/history.jsonl"));
    }

    @Test
    void aReportReplacesTheOneBeforeAndNothingIsLeft() throws Exception {
        assertThat(generate(1).said()).isEqualTo("Report: file://" + report + "\n");
        assertIsReportOf(1);
        generate(2);
        assertIsReportOf(2);
        assertThat(inReports()).containsExactly("index.html");
        assertThat(history()).containsExactly("{\"run\":1}", "{\"run\":2}");
    }

    @Test
    void killedAtAnyMomentItLeavesTheOldReportOrTheNew() throws Exception {
        long start = System.nanoTime();
        generate(0);
        long whole = System.nanoTime() - start;
        Random random = new Random(5);
        int replaced = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            Process script = start(kill, GENERATE);
            TimeUnit.NANOSECONDS.sleep((long) (whole * 1.1 * random.nextDouble()));
            List<ProcessHandle> tree = new ArrayList<>(script.descendants().toList());
            script.destroyForcibly();
            if (random.nextBoolean()) {
                tree.forEach(ProcessHandle::destroyForcibly);
            }
            assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();
            while (tree.stream().anyMatch(ProcessHandle::isAlive)) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            int now = Integer.parseInt(Files.readString(report).split(" ")[0]);
            // a rename that an earlier run had begun may come this late
            assertThat(now).isBetween(0, kill);
            assertIsReportOf(now);
            assertThat(history()).allMatch(line -> line.matches("\\{\"run\":\\d+}"));
            replaced += now == kill ? 1 : 0;
        }
        assertThat(replaced).as("of %d kills all came before the end", KILLS).isLessThan(KILLS);
        generate("last");
        assertIsReportOf("last");
        assertThat(inReports()).allMatch(name -> name.equals("index.html") || name.startsWith(".new-"));
    }

    @Test
    void whatAKilledRunLeftGoesAfterAnHour() throws Exception {
        generate(1);
        Path old = Files.createDirectories(report.resolveSibling(".new-killed/html"))
                .getParent();
        Path young = Files.createDirectory(report.resolveSibling(".new-going-on"));
        Path history = Files.createFile(folder.resolve("reports/history.jsonl.new-77"));
        FileTime before = FileTime.from(Instant.now().minusSeconds(7200));
        Files.setLastModifiedTime(old, before);
        Files.setLastModifiedTime(history, before);

        generate(2);

        assertThat(old).doesNotExist();
        assertThat(history).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void aFailureKeepsTheOldReportUnderAnotherName() throws Exception {
        generate(1);

        Ended failed = generate("failing");

        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.said()).contains("allure: no results").contains("earlier.html");
        assertThat(inReports()).containsExactly("earlier.html");
        assertThat(report.resolveSibling("earlier.html")).content().startsWith("1 1 ");
        assertThat(history()).containsExactly("{\"run\":1}");

        generate(3);
        assertThat(inReports()).containsExactly("index.html");
    }

    @Test
    void withoutNodeItSaysSoAndEndsInPeace() throws Exception {
        generate(1);
        for (String tool : List.of("dirname", "ls", "grep", "mkdir", "mktemp", "find", "basename", "rm", "mv")) {
            program("bare", tool, "#!/bin/sh\nPATH=/usr/bin:/bin exec " + tool + " \"$@\"\n");
        }

        Ended ended = generate(2, "PATH=\"$0/bare\" exec /bin/sh \"$0/reports/generate\" \"$1\"");

        assertThat(ended.said()).contains("No report: Node.js was not found").contains("earlier.html");
        assertThat(ended.status()).isZero();
        assertThat(inReports()).containsExactly("earlier.html");
    }

    @Test
    void ofTwoAtOnceOneWins() throws Exception {
        List<Process> both = List.of(start(1, GENERATE), start(2, GENERATE));
        for (Process each : both) {
            assertThat(each.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(each.exitValue()).isZero();
        }
        assertThat(Files.readString(report)).isIn(("1 ").repeat(10) + "end", ("2 ").repeat(10) + "end");
        assertThat(inReports()).containsExactly("index.html");
        assertThat(history()).isNotEmpty().allMatch(each -> each.matches("\\{\"run\":[12]}"));
    }

    /** A disk of 64 KiB and a page of a million bytes, or a disk that nobody may write. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "read-only"})
    void aDiskThatTakesNothingKeepsTheOldReport(String disk) throws Exception {
        OwnDisk.require();
        String mount = "m=\"$0/reports/html\"; mkdir \"$m\" && mount -t tmpfs -o size=64k tmpfs \"$m\" || exit 9; "
                + "PATH=\"$0/bin:$PATH\"; echo old >\"$m/index.html\"; "
                + (disk.equals("full") ? "" : "mount -o remount,ro \"$m\" || exit 9; ")
                + "sh \"$0/reports/generate\" \"$1\"; echo status $?; ls -A \"$m\"; cat \"$m\"/*.html";

        Ended ended = generate("large", "exec unshare -rm sh -c '" + mount + "' \"$0\" \"$1\"");

        assertThat(ended.said())
                .contains("status 1")
                .contains(disk.equals("full") ? "No space left" : "Read-only file system")
                .endsWith((disk.equals("full") ? "earlier.html" : "index.html") + "\nold\n");
    }

    @Test
    void aFolderOrLinkThatIsNoReportIsLeftAlone() throws Exception {
        Path notes = Files.createDirectories(report.getParent()).resolve("notes.txt");
        Files.writeString(notes, "mine");
        assertThat(generate(1))
                .isEqualTo(new Ended(
                        1, "No report: " + report.getParent() + " exists and holds no report; nothing was changed\n"));
        assertThat(inReports()).containsExactly("notes.txt");

        Files.createSymbolicLink(report, notes);
        assertThat(generate(1).said()).contains("is a symbolic link; nothing was changed");
        assertThat(notes).hasContent("mine");
    }
}
