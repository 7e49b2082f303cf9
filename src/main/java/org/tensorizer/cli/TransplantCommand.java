package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;
import org.tensorizer.network.transplant.Transplanted;
import org.tensorizer.patch.TokenPolicy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "transplant",
        description =
                "Writes another source into a compiled network of the same architecture: what edgetpu_compiler would"
                        + " have made of it, without it. Payload, quantization fields, constants, tensor quantization and tokens"
                        + " are written; nothing else changes, which is checked before anything is written.",
        footer = {
            "",
            "A source that does not fit is refused with the first layer that differs and with what helps.",
            "",
            "Examples:",
            "  tensorizer transplant mobilenet_edgetpu.tflite retrained.tflite -o retrained_edgetpu.tflite",
            "  tensorizer transplant mobilenet_edgetpu.tflite retrained.tflite --dry-run"
        })
final class TransplantCommand extends FactsCommand {
    @Parameters(index = "0", paramLabel = "COMPILED", description = "A compiled .tflite.")
    private Path compiled;

    @Parameters(index = "1", paramLabel = "SOURCE", description = "A quantized, uncompiled .tflite: the new numbers.")
    private Path source;

    @Option(
            names = "--was",
            paramLabel = "OLD_SOURCE",
            description =
                    "The source that COMPILED was made from: it is checked first that it was, and parts that are not"
                            + " understood may stay where both sources agree.")
    private Path old;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "The compiled model of SOURCE.")
    private Path output;

    @Mixin
    private Options.Overwrite overwrite;

    @Option(names = "--metadata-out", paramLabel = "FILE", description = "Write the record of what changed as JSON.")
    private Path metadata;

    @Option(names = "--dry-run", description = "Say which layer gets which operator's numbers, and write nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        if (output == null && !dryRun) {
            throw new BadInputException("transplant: expected -o OUT, or --dry-run");
        }
        Network network = Network.of(TfliteModel.read(compiled));
        SourceGraph numbers = SourceGraph.of(TfliteModel.read(source));
        Optional<SourceGraph> before = Optional.ofNullable(old).map(file -> SourceGraph.of(TfliteModel.read(file)));
        Transplant transplant = Transplant.of(network, numbers, before);
        Transplanted made = transplant.write(TokenPolicy.Fresh.next());
        if (!dryRun) {
            AtomicFiles files = overwrite.files(compiled, source).add(output, made.bytes());
            if (metadata != null) {
                files.add(metadata, made.record().toJson());
            }
            files.write();
        }
        print(facts(transplant, made.record()));
        return OK;
    }

    private Facts facts(Transplant transplant, Transplanted.Record record) {
        List<Facts> layers = transplant.table().stream()
                .map(row -> new Facts()
                        .put("layer", row.index())
                        .put("kind", row.layer().toString())
                        .put("format", row.layer().layout().header().toString())
                        .put("operator", row.operator().index())
                        .put("name", row.operator().name())
                        .put("bytes", row.file().length())
                        .put("at", row.file().start()))
                .toList();
        return new Facts()
                .put("compiled", compiled)
                .put("source", source)
                .put("output", dryRun ? "(dry run, nothing written)" : output)
                .put("layers", layers)
                .put("payload_bytes", record.payloadBytes())
                .put("payload_bytes_changed", record.payloadBytesChanged())
                .put("instructions_changed", record.instructionsChanged())
                .put("bytes_compared_outside", record.bytesCompared())
                .put("notes", record.notes())
                .put("output_sha256", record.outputSha256());
    }
}
