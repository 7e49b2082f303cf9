package org.tensorizer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every command that writes files, told to write into a folder, over what is there. In its words {@code @} is that folder,
 * {@code TOOLS} one with what it needs ({@link #makeTools}) and {@code #} a number that changes the content.
 */
enum OutputCommand {
    PATCH(
            "patch " + Shell.IDENTITY + " -o @/patched.tflite --metadata-out @/patch.json --mode byte:# --overwrite",
            "patched.tflite",
            "patch.json"),
    TEMPLATE_DENSE(
            "template dense --size 64 --bias random:# --output @/dense.tflite --source @/source.tflite --overwrite",
            "dense.tflite",
            "source.tflite"),
    TEMPLATE_FROM("template from TOOLS/small-#-source.tflite --output @/from.tflite --overwrite", "from.tflite"),
    EXTRACT(
            "extract TOOLS/small-#.tflite --out @ --overwrite",
            "package0.bin",
            "package0_executable0.bin",
            "package0_executable0_chunk0.bin",
            "package0_executable1.bin",
            "package0_executable1_chunk0.bin",
            "package0_executable1_parameters.bin",
            "metadata.json"),
    RUN("run TOOLS/small-0.tflite --device emulator --input impulse:# --npy @/out.npy --overwrite", "out.npy"),
    RECOVER(
            "recover TOOLS/small-0.tflite --device emulator --out @",
            "map.npy",
            "map.csv",
            "roles.npy",
            "layout.png",
            "roles.png",
            "difference.png",
            "summary.json"),
    PIPELINE(
            "pipeline --size 64 --mode byte:# --device emulator --out @ --overwrite",
            "source.tflite",
            "template_edgetpu.tflite",
            "patched_edgetpu.tflite",
            "patch.json",
            "source_edgetpu.tflite",
            "original.png",
            "patched.png",
            "report.html",
            "summary.json"),
    REFERENCE("reference --isa @/isa.html --commands @/commands.md", "isa.html", "commands.md"),
    COMPILE(
            "compile TOOLS/small-0-source.tflite --google --out @",
            "small-0-source_edgetpu.tflite",
            "small-0-source_edgetpu.log");

    /** Files that grow by whole records and are never replaced. */
    static final List<String> APPENDED = List.of("answers.log");

    private static final String COMPILER = """
            #!/bin/sh
            name=$(basename "$4" .tflite)
            cp "%s" "$3/${name}_edgetpu.tflite" && echo log >"$3/${name}_edgetpu.log"
            echo Edge TPU Compiler version 16.0.384591198
            """;

    private final String words;
    private final List<String> outputs;

    OutputCommand(String words, String... outputs) {
        this.words = words;
        this.outputs = List.of(outputs);
    }

    /** Names of all that it writes, in that order. */
    List<String> outputs() {
        return outputs;
    }

    boolean hasOverwrite() {
        return words.endsWith(" --overwrite");
    }

    Shell run(Path tools, Path folder, int number) {
        return run(words, tools, folder, number);
    }

    Shell runWithoutOverwrite(Path tools, Path folder) {
        return run(words.replace(" --overwrite", ""), tools, folder, 0);
    }

    private static Shell run(String words, Path tools, Path folder, int number) {
        return Shell.run(Arrays.stream(words.split(" "))
                .map(word -> word.replace("@", folder.toString())
                        .replace("TOOLS", tools.toString())
                        .replace("#", Integer.toString(number)))
                .toArray());
    }

    /** Templates of 64 x 64 numbered 0 and 1 with their sources, and a stand-in for the compiler, which this JVM then takes. */
    static void makeTools(Path tools) throws IOException {
        for (int number = 0; number < 2; number++) {
            Path small = tools.resolve("small-" + number + ".tflite");
            Path source = tools.resolve("small-" + number + "-source.tflite");
            if (!Files.exists(small)) {
                List<Object> make =
                        new ArrayList<>(List.of("template", "dense", "--size", 64, "--bias", "random:" + number));
                make.addAll(List.of("--token", "0x" + (number + 1), "--output", small, "--source", source));
                Shell made = Shell.run(make.toArray());
                if (made.status() != FactsCommand.OK) {
                    throw new AssertionError(made.err());
                }
            }
        }
        Path compiler = tools.resolve("compiler");
        if (!Files.exists(compiler)) {
            Files.writeString(compiler, String.format(COMPILER, tools.resolve("small-0.tflite")));
            Files.setPosixFilePermissions(compiler, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        System.setProperty("tensorizer.compiler", compiler.toString());
    }
}
