package org.tensorizer.cli;

import java.nio.file.Path;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.network.Network;
import org.tensorizer.network.explain.NarrowUse;
import org.tensorizer.network.explain.NetworkMap;
import org.tensorizer.network.explain.NetworkPage;
import org.tensorizer.network.lift.LiftCheck;
import org.tensorizer.network.lift.Lifted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "lift",
        description = "Turns a compiled network back into a plain quantized .tflite with ordinary operators, from the"
                + " compiled file alone. Names are made up; scales that the program leaves open are chosen, and the"
                + " report says which. The result is written back into the compiled network and both are run.",
        footer = {
            "",
            "Ends with status 1 if the lifted model, written back, does not give the compiled file.",
            "",
            "Example: tensorizer lift model_edgetpu.tflite -o plain.tflite --report plain.json"
        })
final class LiftCommand extends FactsCommand {
    @Parameters(paramLabel = "COMPILED", description = "A compiled .tflite.")
    private Path compiled;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "PLAIN",
            description = "The plain model.")
    private Path output;

    @Mixin
    private Options.OnePackage networks;

    @Option(names = "--report", paramLabel = "FILE", description = "Write what was found and chosen as JSON.")
    private Path report;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with the graph, as explain does.")
    private Path html;

    @Option(names = "--partial", description = "Leave out outputs that depend on what is not understood.")
    private boolean partial;

    @Option(names = "--no-check", description = "Skip the round trip and the comparison of answers.")
    private boolean unchecked;

    @Mixin
    private Options.Overwrite overwrite;

    @Override
    public Integer call() {
        Network network = networks.read(compiled);
        Lifted lifted = Lifted.of(network, partial);
        AtomicFiles files = overwrite.files(compiled).add(output, lifted.model());
        if (html != null) {
            files.add(html, NetworkPage.of(network, NetworkMap.of(network), NarrowUse.of(network)));
        }
        if (report != null) {
            files.add(report, lifted.report().toJson());
        }
        files.write();
        boolean whole = lifted.report().refused().isEmpty();
        LiftCheck check = unchecked || !whole ? null : LiftCheck.of(network, lifted.alone());
        print(facts(lifted.report(), check));
        return check == null || check.roundTrip() == 0 ? OK : REFUTED;
    }

    private Facts facts(Lifted.Report report, LiftCheck check) {
        Facts facts = new Facts()
                .put("compiled", compiled)
                .put("output", output)
                .put("operators", report.operators().size())
                .list(
                        "tensors",
                        report.tensors(),
                        each -> new Facts()
                                .put("tensor", each.tensor())
                                .put("scale", each.scale())
                                .put("zero_point", each.zeroPoint())
                                .put("known_from", each.origin()))
                .put("channels", report.channels())
                .put("channels_not_exact", report.inexact())
                .put("refused", report.refused());
        if (check != null) {
            facts.put("round_trip_differing_bytes", check.roundTrip() < 0 ? check.roundTripNote() : check.roundTrip());
            facts.put(
                    "answers",
                    check.answerNote().isEmpty()
                            ? new Facts()
                                    .put("outputs_on_cpu_and_emulated_chip", check.outputs())
                                    .put("differing", check.differing())
                                    .put("largest_difference", check.largest())
                                    .put("reason", "TFLite rounds twice in fixed point, the chip once in float32")
                            : new Facts().put("not_compared", check.answerNote()));
        }
        return facts;
    }
}
