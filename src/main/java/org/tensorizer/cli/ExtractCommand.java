package org.tensorizer.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "extract",
        description = "Writes serialized packages, executables, instruction chunks and payloads as files, with a"
                + " metadata.json that says where each stood. Deletes nothing.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: tensorizer extract model_edgetpu.tflite --out parts"})
final class ExtractCommand extends FactsCommand {
    @Parameters(paramLabel = "FILE", description = "A compiled .tflite.")
    private Path file;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to, made if missing.")
    private Path folder;

    @Option(names = "--overwrite", description = "Replace files of the same name.")
    private boolean overwrite;

    @Override
    public Integer call() throws IOException {
        byte[] bytes = InputFile.read(file);
        TfliteModel model = TfliteModel.parse(file.toString(), bytes);
        if (!model.isCompiled()) {
            throw new BadInputException(file + ": nothing to extract, the model is not compiled for the Edge TPU");
        }
        Map<String, ByteRange> parts = parts(model);
        Files.createDirectories(folder);
        AtomicFiles files = new AtomicFiles(overwrite ? Existing.REPLACE : Existing.REFUSE, file);
        List<Facts> written = new ArrayList<>();
        for (Map.Entry<String, ByteRange> part : parts.entrySet()) {
            ByteRange range = part.getValue();
            byte[] content = Arrays.copyOfRange(bytes, range.start(), range.end());
            files.add(folder.resolve(part.getKey()), content);
            written.add(new Facts()
                    .put("file", part.getKey())
                    .put("start", range.start())
                    .put("end", range.end())
                    .put("bytes", range.length())
                    .put("sha256", Sha256.of(content)));
        }
        Facts facts = new Facts()
                .put("source", file.toString())
                .put("source_sha256", Sha256.of(bytes))
                .put("out", folder.toString())
                .put("files", written);
        Facts metadata = new Facts();
        facts.entries().forEach(metadata::put);
        metadata.put("model", InspectCommand.facts(model));
        files.add(folder.resolve("metadata.json"), metadata.toJson().getBytes(StandardCharsets.UTF_8))
                .write();
        print(facts);
        return OK;
    }

    private static Map<String, ByteRange> parts(TfliteModel model) {
        Map<String, ByteRange> parts = new LinkedHashMap<>();
        for (EdgeTpuPackage edgeTpu : model.packages()) {
            String prefix = "package" + edgeTpu.index();
            parts.put(prefix + ".bin", edgeTpu.range());
            for (Executable executable : edgeTpu.executables()) {
                String name = prefix + "_executable" + executable.index();
                parts.put(name + ".bin", executable.range());
                for (InstructionChunk chunk : executable.chunks()) {
                    parts.put(name + "_chunk" + chunk.index() + ".bin", chunk.range());
                }
                if (!executable.parameters().isEmpty()) {
                    parts.put(name + "_parameters.bin", executable.parameters());
                }
            }
        }
        return parts;
    }
}
