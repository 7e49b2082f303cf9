package org.tensorizer.harness;

import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which state of the sources an experiment ran from, and who ran it.
 *
 * @param commit full hash, empty where git or the repository is missing
 * @param changed whether files differ from that commit
 */
record Revision(Optional<String> commit, boolean changed) {
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
        Optional<String> commit = git("rev-parse", "HEAD");
        return new Revision(
                commit,
                commit.isPresent() && !git("status", "--porcelain").orElse("").isEmpty());
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

    private static Optional<String> git(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
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
