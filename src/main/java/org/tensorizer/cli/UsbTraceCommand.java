package org.tensorizer.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Printable;
import org.tensorizer.device.usb.TracedBus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "usb-trace",
        description = "Shows what went over USB to a Coral and back, event by event, with names of registers and tags.",
        footer = {
            "",
            "A trace is written by every command that runs models, with -Dtensorizer.usb.trace=FILE.",
            "Example: tensorizer usb-trace target/usb.trace --registers=false"
        })
final class UsbTraceCommand extends FactsCommand {
    @Parameters(paramLabel = "TRACE", description = "A file that -Dtensorizer.usb.trace=FILE made.")
    private Path file;

    @Option(
            names = "--registers",
            arity = "1",
            paramLabel = "true|false",
            description = "Show accesses to registers too. Default: true.")
    private boolean registers = true;

    @Override
    public Integer call() {
        String text = new String(InputFile.read(file), StandardCharsets.UTF_8);
        List<String> lines = text.lines().toList();
        List<Facts> events = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int number = i + 1;
            String meaning = TracedBus.explain(line)
                    .orElseThrow(() -> new BadInputException(file + ": line " + number
                            + ": expected an event of a USB trace, found \"" + Printable.line(line) + "\""));
            if (registers || !line.matches("(read|write)(32|64) .*")) {
                if (json) {
                    events.add(
                            new Facts().put("line", number).put("event", line).put("meaning", meaning));
                } else {
                    out().println(String.format("%6d  %-44s %s", number, line, meaning)
                            .stripTrailing());
                }
            }
        }
        if (json) {
            print(new Facts().put("file", file).put("events", events));
        }
        return OK;
    }
}
