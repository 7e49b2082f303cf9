package org.tensorizer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.DeviceFault;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The runnable jar's entry: {@code java -jar tensorizer.jar COMMAND}. */
@Command(
        name = "tensorizer",
        description = "Takes compiled Edge TPU models apart, patches their weights, makes them, runs them.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit status: 0 done, 1 refuted, different or the device failed, 2 bad input (nothing was changed).",
            "The files of a command are written whole and all or none; an output that is a symbolic link stays one, and the file"
                    + " it leads to is replaced.",
            "Help on one command: tensorizer help COMMAND. Shell completion: source <(tensorizer generate-completion)."
        })
public final class Main {
    /** All commands in the order of the help. */
    private static final List<Class<?>> COMMANDS = List.of(
            InspectCommand.class,
            ExplainCommand.class,
            ParseCommand.class,
            ExtractCommand.class,
            PatchCommand.class,
            TransplantCommand.class,
            LiftCommand.class,
            RunCommand.class,
            CompareCommand.class,
            DiffCommand.class,
            DisassembleCommand.class,
            TemplateCommand.class,
            CompileCommand.class,
            GemmCommand.class,
            ModelsCommand.class,
            RecoverCommand.class,
            ProbeCommand.class,
            PlanCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            ServeCommand.class,
            ReplayCommand.class,
            UsbTraceCommand.class,
            PipelineCommand.class,
            ReferenceCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class);

    /** A setting as remedies write it, {@code -Dtensorizer.tflite=PATH}: taken wherever it stands among the arguments. */
    private static final Pattern SETTING = Pattern.compile("-D(tensorizer\\.[a-z.]+)=(.*)", Pattern.DOTALL);

    private Main() {}

    /** Runs one command and ends the JVM with its status. */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        Charset charset = Charset.defaultCharset();
        StandardOutput standard = new StandardOutput();
        PrintWriter out = new PrintWriter(standard, false, charset);
        PrintWriter err = new PrintWriter(System.err, true, charset);
        int status = run(out, err, arguments);
        out.flush();
        if (standard.lost().isPresent()) {
            err.println("tensorizer: standard output: cannot be written: "
                    + standard.lost().get());
            status = status == FactsCommand.OK ? FactsCommand.BAD_INPUT : status;
        }
        err.flush();
        System.exit(status);
    }

    /**
     * Runs one command in this JVM.
     *
     * @return the exit status: 0, 1 or 2
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        List<String> words = new ArrayList<>();
        Map<String, String> before = new HashMap<>();
        for (String argument : arguments) {
            Matcher setting = SETTING.matcher(argument);
            if (setting.matches()) {
                before.putIfAbsent(setting.group(1), System.setProperty(setting.group(1), setting.group(2)));
            } else {
                words.add(argument);
            }
        }
        String[] rest = words.toArray(String[]::new);
        try {
            CommandLine line = commandLine(rest).setOut(out).setErr(err);
            if (rest.length == 0) {
                line.usage(out);
                return FactsCommand.OK;
            }
            return line.execute(rest);
        } finally {
            out.flush();
            before.forEach((name, value) -> {
                if (value == null) {
                    System.clearProperty(name);
                } else {
                    System.setProperty(name, value);
                }
            });
        }
    }

    /**
     * The command line with all commands, or with the one that the arguments begin with: reading the annotations of all
     * takes longer than most commands do.
     */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        List<Class<?>> named = COMMANDS.stream()
                .filter(each -> arguments.length > 0 && name(each).equals(arguments[0]))
                .filter(each -> each != CommandLine.HelpCommand.class && each != AutoComplete.GenerateCompletion.class)
                .toList();
        for (Class<?> each : named.isEmpty() ? COMMANDS : named) {
            line.addSubcommand(each);
        }
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Main::misused)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    private static int misused(ParameterException problem, String[] arguments) {
        CommandLine line = problem.getCommandLine();
        complain(line, problem.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(problem, line.getErr());
        line.getErr().println("Try: " + line.getCommandSpec().qualifiedName() + " --help");
        return told(line, List.of(arguments).contains("--json"), FactsCommand.BAD_INPUT, problem.getMessage());
    }

    private static int failed(Exception failure, CommandLine line) throws Exception {
        boolean json = line.getCommand() instanceof FactsCommand command && command.json;
        if (failure instanceof DeviceFault fault) {
            complain(line, fault.getMessage());
            fault.log().forEach(entry -> line.getErr().println("  | " + entry));
            return told(line, json, FactsCommand.REFUTED, fault.getMessage());
        }
        String message;
        if (failure instanceof BadInputException) {
            message = failure.getMessage() + advice(failure, line);
        } else if (failure instanceof UncheckedIOException unchecked) {
            message = explain(unchecked.getCause());
        } else if (failure instanceof IOException io) {
            message = explain(io);
        } else {
            throw failure;
        }
        complain(line, message);
        return told(line, json, FactsCommand.BAD_INPUT, message);
    }

    /** The option that lets a command do what it refused. */
    private static String advice(Exception failure, CommandLine line) {
        boolean exists = failure.getMessage().endsWith(AtomicFiles.EXISTS);
        return exists && line.getCommandSpec().findOption("--overwrite") != null ? ": --overwrite replaces it" : "";
    }

    private static int told(CommandLine line, boolean json, int status, String message) {
        if (json) {
            line.getOut()
                    .println(new Facts()
                            .put("error", FactsCommand.error(status, message))
                            .toJson());
        }
        return status;
    }

    static void complain(CommandLine line, String message) {
        Ansi ansi = line.getColorScheme().ansi();
        line.getErr().println(ansi.string("@|bold,red tensorizer:|@ ") + Printable.line(message));
        line.getErr().flush();
    }

    private static String explain(IOException failure) {
        String file = failure instanceof FileSystemException problem ? problem.getFile() + ": " : "";
        return file + BadInputException.reason(failure);
    }

    /**
     * What a command prints, with a memory of what could not be written: {@code System.out} forgets, and a command whose output
     * went to a full disk would end as if all were well. One thread.
     */
    private static final class StandardOutput extends FilterOutputStream {
        /** A reader such as {@code head} that has seen enough. Linux's and macOS's word for EPIPE. */
        private static final String ENOUGH = "Broken pipe";

        private IOException failure;

        StandardOutput() {
            super(new FileOutputStream(FileDescriptor.out));
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }

        /** Why something was not written that somebody wanted to read. */
        Optional<String> lost() {
            return Optional.ofNullable(failure).map(BadInputException::reason).filter(reason -> !reason.equals(ENOUGH));
        }
    }

    /** Version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        static String text() {
            String version = Version.class.getPackage().getImplementationVersion();
            return version == null ? "unpackaged" : version;
        }

        @Override
        public String[] getVersion() {
            return new String[] {"tensorizer " + text()};
        }
    }
}
