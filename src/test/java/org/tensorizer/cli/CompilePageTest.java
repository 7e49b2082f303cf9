package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of reports/compile.md print what stands there, one after the other. To write it anew:
 * {@code -Dtensorizer.write=compile-page}.
 */
class CompilePageTest {
    private static final Path PAGE = Path.of("reports/compile.md");
    private static final Pattern BLOCK = Pattern.compile("```console\n\\$ tensorizer (.*)\n((?s).*?)```");

    /** Rounding of TFLite's kernels, which are not the same on every processor. */
    private static final Pattern VARIES = Pattern.compile(
            "(?m)^( *(?:outputs differing|largest difference steps|mean difference steps) *)[\\d.E-]+$");

    @TempDir
    private Path folder;

    @Test
    void commandsPrintWhatThePageShows() throws IOException {
        String page = Files.readString(PAGE);
        StringBuilder printed = new StringBuilder();
        Matcher block = BLOCK.matcher(page);
        int commands = 0;
        while (block.find()) {
            Shell shell = Shell.run(
                    (Object[]) block.group(1).replace("out/", folder + "/").split(" "));
            assertThat(shell.status()).as(block.group(1) + shell.err()).isZero();
            String out = shell.out().replace(folder + "/", "out/");
            block.appendReplacement(
                    printed,
                    Matcher.quoteReplacement("```console\n$ tensorizer " + block.group(1) + "\n" + out + "```"));
            commands++;
        }
        block.appendTail(printed);
        if ("compile-page".equals(System.getProperty("tensorizer.write"))) {
            Files.writeString(PAGE, printed);
            page = printed.toString();
        }
        assertThat(commands).isEqualTo(3);
        assertThat(VARIES.matcher(page).replaceAll("$1"))
                .isEqualTo(VARIES.matcher(printed).replaceAll("$1"));
        String plan = Files.readString(folder.resolve("plan.html"));
        assertThat(plan)
                .contains("byte address", "step (in: the input arrives)", "row</text>", "tile</text>")
                .contains("<title>input 32x32x1: bytes 0 to ", "arrival of the input to step 0</title>")
                .contains("fully connected 16 to 4", "tile 0, rows 0 to 4");
    }
}
