package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.tensorizer.base.BadInputException;

/** Files in {@code src/test/resources/hostile}: where each is refused, and what the user is told. */
class HostileFilesTest {
    private static final Path FOLDER = Path.of("src/test/resources/hostile");

    static final Map<String, String> MESSAGES = Map.ofEntries(
            Map.entry("root-offset-2gib", "byte 0, Model: * found one that leads to 4 bytes at 2147483647"),
            Map.entry("root-offset-minus-one", "byte 0, Model: * found one that leads to 4 bytes at 4294967295"),
            Map.entry("vtable-beyond-end", "byte 12, Model: * found one that leads to 4 bytes at 2147483659"),
            Map.entry("vtable-before-start", "byte 12, Model: * found one that leads to 4 bytes at -2147483635"),
            Map.entry("vtable-odd-size", "byte 166, Model: expected a vtable of an even size from 4 on, found 7"),
            Map.entry(
                    "field-outside-table",
                    "byte 176, SubGraph.operators: expected 4 bytes within the table's 24, found them at 65534"),
            Map.entry("list-longer-than-file", "byte 64, Model.subgraphs: * leads to 8589934588 bytes at 68"),
            Map.entry("text-of-4gib", "byte 48, Model.description: * leads to 4294967295 bytes at 52"),
            Map.entry("tensor-offset-backwards", "byte 236, Tensor: * leads to 4 bytes at 4294967528"),
            Map.entry("input-of-no-tensor", "SubGraph.inputs: expected tensor indices from 0 to 1, found 2"),
            Map.entry("tensor-of-no-buffer", "Tensor.buffer: expected an index below 2, found 77"),
            Map.entry(
                    "relocation-past-chunk",
                    "FieldOffset.offset_bit: expected 32 bits within the chunk's 256, found them at 225"),
            Map.entry(
                    "hint-of-no-chunk",
                    "InstructionHint.instruction_chunk_index: expected a chunk of the executable's 2, found 2"),
            Map.entry("parameters-in-instructions", "Executable chunks, parameters, token: * do not overlap"),
            Map.entry("executables-share-bytes", "MultiExecutable.serialized_executables: * do not overlap"),
            Map.entry("executable-of-2gib", "MultiExecutable.serialized_executables: * leads to 2147483632 bytes"),
            Map.entry("package-of-4gib", "byte 494, custom_options package 0: * leads to 4294967295 bytes at 498"),
            Map.entry("package-root-in-its-own-header", "byte 498, Package: expected a vtable of an even size"),
            Map.entry(
                    "flexbuffer-width-3", "custom_options: expected a FlexBuffer root of 1, 2, 4 or 8 bytes, found 3"),
            Map.entry("flexbuffer-root-string", "custom_options: expected a FlexBuffer map (kind 9), found kind 5"),
            Map.entry("flexbuffer-offset-before-start", "expected an offset back into [488, 2883), found 4294967295"));

    /** In one order, whichever JVM: a map of the JDK has another in each. */
    static final Iterable<String> NAMES = new TreeSet<>(MESSAGES.keySet());

    @ParameterizedTest
    @FieldSource("NAMES")
    void isRefusedWithPlaceAndReason(String name) {
        Path file = FOLDER.resolve(name + ".tflite");
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> TfliteModel.read(file))
                .satisfies(e -> {
                    assertThat(e.getMessage()).startsWith(file + ": ");
                    assertThat(e.getMessage()).contains(MESSAGES.get(name).split(" \\* "));
                });
    }

    @Test
    void everyFileHasItsMessage() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".tflite"))
                            .map(name -> name.substring(0, name.length() - ".tflite".length()))
                            .collect(Collectors.toSet()))
                    .isEqualTo(MESSAGES.keySet());
        }
    }
}
