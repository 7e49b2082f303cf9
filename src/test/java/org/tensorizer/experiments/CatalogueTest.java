package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.harness.Hypothesis;

/**
 * The catalogue in experiments/README.md is what the experiments of this project say of themselves. To write it anew:
 * {@code mvn verify -Dlibrary=CatalogueTest -Dtensorizer.write=catalogue}.
 */
class CatalogueTest {
    private static final Path README = Path.of("experiments/README.md");
    private static final String BEGIN = "<!-- catalogue: written by CatalogueTest -->\n";
    private static final String END = "<!-- end of the catalogue -->\n";

    @Test
    void theCatalogueIsWhatTheExperimentsSay() throws IOException {
        String text = Files.readString(README);
        assertThat(text).contains(BEGIN, END);
        String before = text.substring(0, text.indexOf(BEGIN) + BEGIN.length());
        String after = text.substring(text.indexOf(END));
        if ("catalogue".equals(System.getProperty("tensorizer.write"))) {
            Files.writeString(README, before + catalogue() + after);
        }

        assertThat(text.substring(before.length(), text.indexOf(END))).isEqualTo(catalogue());
    }

    private static String catalogue() {
        List<Class<?>> ours = SensitivityTest.all()
                .filter(type -> type.getPackage().equals(CatalogueTest.class.getPackage()))
                .sorted(Comparator.comparing((Class<?> type) -> hypothesis(type).theme())
                        .thenComparing(Class::getSimpleName))
                .toList();
        StringBuilder table = new StringBuilder();
        Hypothesis.Theme theme = null;
        for (Class<?> type : ours) {
            Hypothesis hypothesis = hypothesis(type);
            if (hypothesis.theme() != theme) {
                theme = hypothesis.theme();
                table.append("\n### ")
                        .append(theme.heading())
                        .append("\n\n| experiment | claim | on silicon |\n|---|---|---|\n");
            }
            table.append("| [")
                    .append(type.getSimpleName())
                    .append("](org/tensorizer/experiments/")
                    .append(type.getSimpleName())
                    .append(".java) | ")
                    .append(cell(hypothesis.value()))
                    .append(" | ")
                    .append(cell(hypothesis.onSilicon()))
                    .append(" |\n");
        }
        return table.append('\n').toString();
    }

    private static Hypothesis hypothesis(Class<?> type) {
        return type.getAnnotation(Hypothesis.class);
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("*", "\\*");
    }
}
