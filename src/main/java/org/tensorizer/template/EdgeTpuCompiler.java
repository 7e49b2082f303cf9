package org.tensorizer.template;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;

/**
 * Google's own compiler, where the user has it: found on {@code PATH} or named by {@code -Dtensorizer.compiler=FILE}, run
 * in a child process with a deadline, its log read into facts. Nothing here needs it; it is the second opinion on what
 * Tensorizer writes itself.
 *
 * <p>Thread safety: immutable; each call runs its own process.
 */
public final class EdgeTpuCompiler {
    /** System property that names the executable. */
    public static final String PROPERTY = "tensorizer.compiler";

    private static final String NAME = "edgetpu_compiler";

    /** What the compiler gets to see of this process's environment: it is a script around a loader and a binary. */
    private static final Set<String> VARIABLES = Set.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH");

    private final Path executable;

    private EdgeTpuCompiler(Path executable) {
        this.executable = executable;
    }

    /** The compiler of this machine: the property first, then {@code PATH}. */
    public static Optional<EdgeTpuCompiler> find() {
        return find(System.getProperty(PROPERTY), System.getenv("PATH"));
    }

    /** @throws BadInputException if there is none, saying what to do instead */
    public static EdgeTpuCompiler require() {
        return find().orElseThrow(() -> missing("no " + NAME + " on PATH"));
    }

    /**
     * @param named value of the property, null if not set; a named compiler that is not there is an error, never a reason
     *     to take another one
     * @param path folders to search, as in the environment
     */
    static Optional<EdgeTpuCompiler> find(String named, String path) {
        if (named != null && !named.isBlank()) {
            Path file = InputFile.path(named);
            if (!Files.isExecutable(file) || Files.isDirectory(file)) {
                throw missing("-D" + PROPERTY + "=" + named + " is no executable file");
            }
            return Optional.of(new EdgeTpuCompiler(file));
        }
        return Arrays.stream(Optional.ofNullable(path).orElse("").split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, NAME))
                .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
                .findFirst()
                .map(EdgeTpuCompiler::new);
    }

    private static BadInputException missing(String looked) {
        return new BadInputException("edgetpu_compiler is not installed: " + looked
                + ". It is closed and exists for x86-64 Linux only. Without it: `template dense` writes a complete compiled"
                + " Dense model, `template from SOURCE.tflite` compiles Dense layers of an existing one, on any machine."
                + " To use the original, install the package edgetpu-compiler (coral.ai/docs/edgetpu/compiler) or give its"
                + " path with -D" + PROPERTY + "=FILE");
    }

    Path executable() {
        return executable;
    }

    /**
     * A compiled model and how it came to be.
     *
     * @param model the compiled file
     * @param facts what the log says
     * @param log all that the compiler printed
     */
    public record Compilation(Path model, CompilerLog facts, String log) {}

    /**
     * Compiles a model.
     *
     * @param source an uncompiled quantized .tflite
     * @param folder where {@code SOURCE_edgetpu.tflite} and its log go; made if it is not there
     * @param deadline the process is killed when it has passed
     * @throws BadInputException if no compiled model came out, with the reason and the log
     */
    public Compilation compile(Path source, Path folder, Duration deadline) {
        if (!Files.isRegularFile(source)) {
            throw new BadInputException(source + ": no such file; expected an uncompiled .tflite to compile");
        }
        try {
            Files.createDirectories(folder);
            // apart from what is there already: an old result never passes for the new one, and is lost to no failure
            try (WorkFolder work = WorkFolder.create()) {
                return compile(source, folder, work, deadline);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Compilation compile(Path source, Path folder, WorkFolder work, Duration deadline) throws IOException {
        Path fresh = Files.createDirectory(work.resolve("out"));
        String log = run(source, fresh, work.resolve("log"), deadline);
        CompilerLog facts = CompilerLog.parse(log);
        Path made = fresh.resolve(compiledName(source));
        if (!Files.isRegularFile(made, LinkOption.NOFOLLOW_LINKS)) {
            throw new BadInputException(refused(source, facts, log));
        }
        AtomicFiles results = new AtomicFiles(Existing.REPLACE, source);
        try (Stream<Path> files = Files.list(fresh)) {
            for (Path file : files.filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                results.add(folder.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        results.write();
        return new Compilation(folder.resolve(made.getFileName()), facts, log);
    }

    private String run(Path source, Path folder, Path captured, Duration deadline) throws IOException {
        // absolute paths: no file name can pass for an option
        ProcessBuilder builder = new ProcessBuilder(
                        executable.toAbsolutePath().toString(),
                        "-s",
                        "-o",
                        folder.toAbsolutePath().toString(),
                        source.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(captured.toFile());
        builder.environment().keySet().retainAll(VARIABLES);
        Process process = builder.start();
        process.getOutputStream().close();
        boolean ended = await(process, deadline);
        String log = new String(Files.readAllBytes(captured), StandardCharsets.UTF_8);
        if (!ended) {
            String message = executable + ": no end after " + deadline.toSeconds() + " s on " + source
                    + ", killed; it printed: " + tail(log);
            throw new BadInputException(message);
        }
        if (process.exitValue() > 128) {
            throw new BadInputException(executable + ": ended by signal " + (process.exitValue() - 128) + " on "
                    + source
                    + (process.exitValue() == 137 ? " (killed from outside, or out of memory)" : "") + "; it printed: "
                    + tail(log));
        }
        return log;
    }

    private static boolean await(Process process, Duration deadline) {
        try {
            return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
            tree.add(process.toHandle());
            tree.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static String compiledName(Path source) {
        return source.getFileName().toString().replaceFirst("\\.tflite$", "") + "_edgetpu.tflite";
    }

    private static String refused(Path source, CompilerLog facts, String log) {
        String unmapped = facts.operators().stream()
                .filter(row -> !row.mapped())
                .map(row -> row.operator() + ": " + row.status())
                .collect(Collectors.joining(", "));
        return source + ": edgetpu_compiler " + facts.version().orElse("(version unknown)") + " gave no model: "
                + facts.refusal()
                        .map(known -> known.meaning() + "; " + known.advice())
                        .orElse("reason not known")
                + (unmapped.isEmpty() ? "" : "; not mapped: " + unmapped) + "; it printed: " + tail(log);
    }

    private static String tail(String log) {
        return Arrays.stream(log.split("\\R"))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce((first, second) -> first + " | " + second)
                .map(all -> all.length() > 400 ? "..." + all.substring(all.length() - 400) : all)
                .orElse("nothing");
    }
}
