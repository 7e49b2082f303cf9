package org.tensorizer.cli;

import java.nio.file.Path;
import org.tensorizer.device.record.RecordSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        description = "Checks and shows an evidence record, and names the command that judges it again without the"
                + " hardware.",
        footer = {"", "Example: tensorizer replay target/records/usb.jsonl"})
final class ReplayCommand extends FactsCommand {
    @Parameters(paramLabel = "RECORD", description = "A .jsonl file that a run left in target/records.")
    private Path file;

    @Override
    public Integer call() {
        RecordSummary record = RecordSummary.of(file);
        if (json) {
            out().println(record.toJson());
        } else {
            print(facts(record));
        }
        return OK;
    }

    private static Facts facts(RecordSummary record) {
        Facts context = new Facts();
        record.facts().forEach(context::put);
        Facts faults = new Facts();
        record.faults().forEach((kind, count) -> faults.put(kind.toString(), count));
        return new Facts()
                .put("record", record.file())
                .put("lines", record.lines())
                .put(
                        "end",
                        record.truncated()
                                ? "cut off in the middle of a line"
                                : record.ended() ? "closed in order" : "not closed: the run was killed or is going on")
                .put("started", record.started())
                .put("last", record.last())
                .put("context", context)
                .list(
                        "answered_by",
                        record.origins(),
                        each -> new Facts()
                                .put("device", each.origin().device())
                                .put("evidence", each.origin().provenance().toString())
                                .put("inferences", each.runs()))
                .put("models_loaded", record.opens())
                .put("inferences", record.runs())
                .list(
                        "models",
                        record.models(),
                        each -> new Facts()
                                .put("name", each.name())
                                .put("variants", each.variants())
                                .put("tokens", each.tokens())
                                .put("inferences", each.runs()))
                .put("device_faults", faults)
                .put("inputs_and_models_refused", record.refusals())
                .put("judge_again_with", record.replayCommand());
    }
}
