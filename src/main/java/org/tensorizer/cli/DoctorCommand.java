package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceKind;
import org.tensorizer.tools.Doctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "doctor",
        description =
                "Checks what a run depends on: libraries and their pairing, Corals, permissions, who holds the device,"
                        + " templates, JDK. One line a check, with the remedy. Changes nothing.",
        footer = {"", "Ends with status 1 if something stands in the way of the chosen device."})
final class DoctorCommand extends FactsCommand {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = DeviceKind.FORMS + ". What is missing for another device is a note. Default: auto.")
    private String device;

    @Parameters(paramLabel = "TEMPLATE", arity = "0..*", description = "Models to look into.")
    private List<Path> templates = new ArrayList<>();

    @Override
    public Integer call() {
        DeviceChoice wanted = device == null ? DeviceChoice.ofUser() : DeviceChoice.parse(device);
        Doctor.Report report = Doctor.here().examine(wanted, templates);
        if (json) {
            print(new Facts()
                    .put("exit_status", report.exitStatus())
                    .list("findings", report.findings(), DoctorCommand::facts));
        } else {
            report.findings().forEach(this::line);
        }
        return report.exitStatus();
    }

    private static Facts facts(Doctor.Report.Finding finding) {
        return new Facts()
                .put("check", finding.check())
                .put("status", finding.status().toString())
                .put("found", finding.found())
                .put("remedy", finding.remedy());
    }

    private void line(Doctor.Report.Finding finding) {
        String style = switch (finding.status()) {
            case OK -> "green";
            case NOTE -> "yellow";
            case PROBLEM -> "bold,red";
        };
        Ansi ansi = spec.commandLine().getColorScheme().ansi();
        String status = String.format("%-8s", finding.status());
        String check = String.format("%-16s", finding.check());
        out().println(ansi.string("@|" + style + " " + status + "|@") + check + " " + finding.found());
        if (!finding.remedy().isEmpty()) {
            out().println(" ".repeat(25) + "-> " + finding.remedy());
        }
    }
}
