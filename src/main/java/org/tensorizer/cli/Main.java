package org.tensorizer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.DeviceFault;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The runnable jar's entry: {@code java -jar tensorizer.jar COMMAND}. */
@Command(
        name = "tensorizer",
        description = "Takes compiled Edge TPU models apart, patches their weights, makes them, runs them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
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
            ParseCommand.class,
            ExtractCommand.class,
            PatchCommand.class,
            RunCommand.class,
            DiffCommand.class,
            DisassembleCommand.class,
            TemplateCommand.class,
            CompileCommand.class,
            RecoverCommand.class,
            ProbeCommand.class,
            PlanCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            ReplayCommand.class,
            PipelineCommand.class,
            ReferenceCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class);

    private Main() {}

    /** Runs one command and ends the JVM with its status. */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        Charset charset = Charset.defaultCharset();
        StandardOutput standard = StandardOutput.ofThisProcess();
        PrintWriter out = new PrintWriter(standard, false, charset);
        PrintWriter err = new PrintWriter(System.err, true, charset);
        int status = run(out, err, arguments);
        out.flush();
        if (standard.lost().isPresent()) {
            err.println("tensorizer: standard output: cannot be written: "
                    + standard.lost().get());
            status = status == ExitCode.OK ? ExitCode.BAD_INPUT : status;
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
        return commandLine(arguments).setOut(out).setErr(err).execute(arguments);
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
        return ExitCode.BAD_INPUT;
    }

    private static int failed(Exception failure, CommandLine line) throws Exception {
        if (failure instanceof BadInputException) {
            complain(line, failure.getMessage());
            return ExitCode.BAD_INPUT;
        }
        if (failure instanceof DeviceFault fault) {
            complain(line, fault.getMessage());
            fault.log().forEach(entry -> line.getErr().println("  | " + entry));
            return ExitCode.REFUTED;
        }
        if (failure instanceof UncheckedIOException unchecked) {
            complain(line, explain(unchecked.getCause()));
            return ExitCode.BAD_INPUT;
        }
        if (failure instanceof IOException io) {
            complain(line, explain(io));
            return ExitCode.BAD_INPUT;
        }
        throw failure;
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
}
