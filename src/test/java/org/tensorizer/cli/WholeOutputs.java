package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the outputs of every command look like when they are whole: each command was run for two different contents, twice
 * each, since tokens are fresh every time. A file is whole if it is one of the two in all places where two runs agree; a JSON
 * file, whose length varies, if it is a whole object.
 */
final class WholeOutputs {
    /** Two tokens may agree in some of their eight bytes, so what stands that near to a difference does not count. */
    private record Sample(byte[] first, byte[] second) {
        private static final int NEAR = 7;
        private static final int MOST = 200;

        boolean matches(byte[] found) {
            if (found.length != first.length) {
                return false;
            }
            BitSet varying = varying();
            for (int i = varying.nextClearBit(0); i < found.length; i = varying.nextClearBit(i + 1)) {
                if (found[i] != first[i]) {
                    return false;
                }
            }
            return varying.cardinality() < MOST;
        }

        private BitSet varying() {
            BitSet varying = new BitSet();
            for (int i = 0; i < first.length; i++) {
                if (first[i] != second[i]) {
                    varying.set(Math.max(0, i - NEAR), i + NEAR + 1);
                }
            }
            return varying;
        }
    }

    private final Map<String, List<Sample>> samples = new HashMap<>();
    private final Map<Path, Long> shortest = new HashMap<>();

    private WholeOutputs() {}

    /** Where the outputs of a command go inside a folder: commands share names. */
    static Path place(OutputCommand command, Path folder) {
        return folder.resolve(command.name());
    }

    /** Makes every command write its outputs into its place, where the last of them stay. */
    static WholeOutputs learn(Path tools, Path folder) throws IOException {
        WholeOutputs whole = new WholeOutputs();
        for (OutputCommand command : OutputCommand.values()) {
            Path place = Files.createDirectories(place(command, folder));
            for (int number = 0; number < 2; number++) {
                List<Map<String, byte[]>> runs = new ArrayList<>();
                for (int run = 0; run < 2; run++) {
                    Shell shell = command.run(tools, place, number);
                    assertThat(shell.status()).as(command + ": " + shell.err()).isZero();
                    Map<String, byte[]> outputs = new HashMap<>();
                    for (String name : command.outputs()) {
                        outputs.put(name, Files.readAllBytes(place.resolve(name)));
                    }
                    runs.add(outputs);
                }
                for (String name : command.outputs()) {
                    whole.samples
                            .computeIfAbsent(command + "/" + name, key -> new ArrayList<>())
                            .add(new Sample(runs.get(0).get(name), runs.get(1).get(name)));
                }
            }
        }
        return whole;
    }

    /** Looks at all outputs of all commands. */
    void check(Path folder) throws IOException {
        for (OutputCommand command : OutputCommand.values()) {
            for (String name : command.outputs()) {
                Path file = place(command, folder).resolve(name);
                byte[] found = Files.readAllBytes(file);
                if (name.endsWith(".json")) {
                    parse(file, found);
                } else if (samples.get(command + "/" + name).stream().noneMatch(each -> each.matches(found))) {
                    fail(
                            "%s is neither the old nor the new: %d bytes, expected %s",
                            file, found.length, lengths(command, name));
                }
            }
        }
    }

    /** Looks at the lengths alone, which takes microseconds: no file is missing or shorter than it can be. */
    void glance(Path folder) throws IOException {
        for (Map.Entry<Path, Long> each : shortest(folder).entrySet()) {
            long size = Files.size(each.getKey());
            if (size < each.getValue()) {
                fail("%s: %d bytes, expected %d or more", each.getKey(), size, each.getValue());
            }
        }
    }

    /** JSON files vary by the digits of their numbers. */
    private Map<Path, Long> shortest(Path folder) {
        if (shortest.isEmpty()) {
            samples.forEach((name, all) -> {
                long length =
                        all.stream().mapToLong(each -> each.first.length).min().orElseThrow();
                shortest.put(folder.resolve(name), name.endsWith(".json") ? length - length / 10 : length);
            });
        }
        return shortest;
    }

    private String lengths(OutputCommand command, String name) {
        return Arrays.toString(samples.get(command + "/" + name).stream()
                .mapToInt(each -> each.first.length)
                .toArray());
    }

    private static void parse(Path file, byte[] found) {
        try {
            assertThat(JsonParser.object().from(new String(found, StandardCharsets.UTF_8)))
                    .as(file.toString())
                    .isNotEmpty();
        } catch (JsonParserException e) {
            fail(file + " is no whole JSON object: " + new String(found, StandardCharsets.UTF_8), e);
        }
    }
}
