package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the page of commands promises of {@code --json}: an object, numbers as numbers, one form of a range. */
class JsonFormTest {
    @TempDir
    private Path folder;

    static Stream<Arguments> commands() {
        return Stream.of(
                        List.of("inspect", Shell.IDENTITY),
                        List.of("inspect", Shell.SOURCE, Shell.PER_CHANNEL),
                        List.of("parse", Shell.IDENTITY),
                        List.of("parse", Shell.IDENTITY, "--executable", "1"),
                        List.of("disassemble", Shell.IDENTITY),
                        List.of("disassemble", Shell.IDENTITY, "--diff", Shell.PER_CHANNEL),
                        List.of("diff", Shell.IDENTITY, Shell.PER_CHANNEL),
                        List.of("extract", Shell.IDENTITY, "--out", "FOLDER"),
                        List.of("patch", Shell.IDENTITY, "--mode", "zero", "--dry-run"),
                        List.of("run", Shell.IDENTITY, "--device", "emulator"),
                        List.of("probe", Shell.IDENTITY, "--out", "5", "--in", "9", "--device", "emulator"),
                        List.of("compare", Shell.PER_CHANNEL, "--device", "emulator"),
                        List.of("bench", Shell.IDENTITY, "2", "1", "--device", "emulator"),
                        List.of("plan", "--outputs", "300", "--inputs", "300"),
                        List.of("doctor", "--device", "emulator"),
                        List.of("template", "verify", Shell.IDENTITY, Shell.PER_CHANNEL),
                        List.of("template", "from", Shell.SOURCE, "--output", "FOLDER/from.tflite"),
                        List.of("template", "dense", "--size", "64", "--output", "FOLDER/dense.tflite"))
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isAnObjectOfPlainValues(List<Object> command) {
        Object[] arguments = Stream.concat(command.stream(), Stream.of("--json"))
                .map(each -> each.toString().replace("FOLDER", folder.toString()))
                .toArray();
        check("", Shell.run(arguments).json());
    }

    private static void check(String path, Object value) {
        if (value instanceof JsonObject object) {
            if (object.has("start") && object.has("end")) {
                assertThat(object.keySet()).as(path).containsExactlyInAnyOrder("start", "end", "bytes");
                assertThat(object.getInt("end") - object.getInt("start"))
                        .as(path)
                        .isEqualTo(object.getInt("bytes"));
            }
            for (Map.Entry<String, Object> entry : object.entrySet()) {
                assertThat(entry.getKey()).as(path).matches("[a-zA-Z][a-zA-Z0-9_.-]*");
                check(path + "/" + entry.getKey(), entry.getValue());
            }
        } else if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                check(path + "/" + i, array.get(i));
            }
        } else if (value instanceof String text && !path.matches(".*/(hex|token|token_before|token_after|version)")) {
            assertThat(text)
                    .as(path + ": a number or a range in words")
                    .doesNotMatch("-?\\d+(\\.\\d+)?|\\[\\d+, ?\\d+[)\\]]|\\[.*\\]");
            assertThat(text).as(path + ": toString of an object").doesNotMatch("(?s)[A-Z]\\w+\\[.*\\].*");
        }
    }

    @Test
    void oneFileAndSeveralHaveOneShape() {
        JsonObject one = Shell.run("inspect", Shell.IDENTITY, "--json").json();
        JsonObject two = Shell.run("inspect", Shell.IDENTITY, Shell.PER_CHANNEL, "--json")
                .json();
        assertThat(one.getArray("files")).hasSize(1);
        assertThat(two.getArray("files")).hasSize(2);
        assertThat(two.getArray("files").get(0)).isEqualTo(one.getArray("files").get(0));
        assertThat(one.keySet()).isEqualTo(Set.of("files"));
    }

    @Test
    void aBadFileIsAnEntryOfItsOwn() {
        Shell shell = Shell.run("inspect", folder.resolve("nothing.tflite"), Shell.IDENTITY, "--json");
        assertThat(shell.status()).isEqualTo(2);
        JsonObject bad = shell.json().getArray("files").getObject(0);
        assertThat(bad.getString("file")).endsWith("nothing.tflite");
        assertThat(bad.getObject("error").getString("kind")).isEqualTo("bad_input");
        assertThat(bad.getObject("error").getString("message")).contains("no such file");
        assertThat(shell.json().getArray("files").getObject(1).getInt("bytes")).isPositive();
    }

    @Test
    void errorsAreObjectsToo() {
        Shell missing = Shell.run("diff", folder.resolve("a"), folder.resolve("b"), "--json");
        assertThat(missing.status()).isEqualTo(2);
        assertThat(missing.json().getObject("error").getInt("status")).isEqualTo(2);
        assertThat(missing.err()).contains("no such file");
        Shell misused = Shell.run("diff", "a", "b", "--json", "--nonsense");
        assertThat(misused.json().getObject("error").getString("message")).contains("--nonsense");
        Shell fault = Shell.run("run", Shell.IDENTITY, "--device", "coral", "--json");
        assertThat(fault.status()).isEqualTo(1);
        assertThat(fault.json().getObject("error").getString("kind")).isEqualTo("device_fault");
    }

    @Test
    void objectsOfOursAreNoFacts() {
        assertThatThrownBy(() -> new Facts().put("a", new Object())).hasMessageContaining("is no fact");
        assertThatThrownBy(() -> new Facts().put("a", List.of(List.of(new Object()))))
                .hasMessageContaining("is no fact");
    }

    @Test
    void bareTensorizerIsHelp() {
        Shell shell = Shell.run();
        assertThat(shell.status()).isZero();
        assertThat(shell.out()).contains("Usage: tensorizer", "inspect", "doctor");
    }

    @Test
    void settingsAreTakenOnTheCommandLineForOneRun() {
        Shell shell = Shell.run("run", Shell.IDENTITY, "-Dtensorizer.device=emulator", "--json");
        assertThat(shell.json().getString("device")).isEqualTo("emulator");
        assertThat(System.getProperty("tensorizer.device")).isNull();
        assertThat(Shell.run("-Dtensorizer.device=nonsense", "run", Shell.IDENTITY)
                        .err())
                .contains("device: expected one of");
    }

    @Test
    void whatIsThereNamesTheOptionThatReplacesIt() {
        Path file = folder.resolve("out.tflite");
        assertThat(Shell.run("patch", Shell.IDENTITY, "-o", file, "--mode", "zero")
                        .status())
                .isZero();
        Shell again = Shell.run("patch", Shell.IDENTITY, "-o", file, "--mode", "zero");
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.err()).contains("exists", "--overwrite");
        assertThat(Shell.run("patch", Shell.IDENTITY, "-o", file, "--mode", "zero", "--overwrite")
                        .status())
                .isZero();
    }

    @Test
    void aDashIsStandardInput() throws IOException {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(Files.readAllBytes(Shell.IDENTITY)));
            assertThat(Shell.run("inspect", "-", "--json").file().getString("file"))
                    .isEqualTo("-");
            Shell empty = Shell.run("inspect", "-");
            assertThat(empty.status()).isEqualTo(2);
            assertThat(empty.err()).contains("found nothing");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void parameterMemoryAndOperationsAreShownAsTheCompilerPrintsThem() {
        JsonObject chip = Shell.run("inspect", Shell.IDENTITY, "--json").file().getObject("on_chip");
        assertThat(chip.getInt("parameter_bytes_cached")).isEqualTo(256 * 256);
        assertThat(chip.getInt("parameter_memory_bytes")).isEqualTo(16 * 2080 * 256);
        assertThat(chip.getInt("parameter_bytes_streamed")).isZero();
        assertThat(chip.getInt("edge_tpu_operations")).isEqualTo(1);
        assertThat(chip.getInt("cpu_operations")).isZero();
    }

    @Test
    void aPatchSaysWhatItLeavesAlone() {
        Path two = Path.of("src", "test", "resources", "cases", "two_subgraphs_edgetpu.tflite");
        Shell shell = Shell.run("patch", two, "--package", 1, "--mode", "zero", "--dry-run", "--json");
        assertThat(shell.json().getArray("left_alone").toString()).contains("of package 0", "--package 0 --executable");
        assertThat(Shell.run("patch", Shell.IDENTITY, "--mode", "zero", "--dry-run", "--json")
                        .json()
                        .getArray("left_alone"))
                .isEmpty();
    }
}
