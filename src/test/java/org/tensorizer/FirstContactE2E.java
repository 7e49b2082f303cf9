package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a new user does, on a fresh copy of the sources: an experiment of their own, a wrong name, a Coral that is not there.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FirstContactE2E {
    private static final int LINES_OF_AN_ERROR = 60;

    @TempDir
    private static Path folder;

    private static MavenProject copy;

    @BeforeAll
    static void copySources() throws IOException {
        assumeTrue(MavenProject.isThere(), "needs mvn on the PATH");
        MavenProject.copySources(folder);
        copy = new MavenProject(folder, List.of("-o", "-Dmaven.repo.local=" + MavenProject.repository()));
        copy.write("experiments/mine/SignedWeights.java", ReadmeTest.experiment());
    }

    @Test
    @Order(1)
    void anExperimentOfOnesOwnRunsAloneAndIsReported() throws Exception {
        MavenProject.Run run = copy.run("test", "-Dexperiment=SignedWeights");

        assertThat(run.output()).contains("1 of 1  SignedWeights  emulator (emulated)   supported", "Report: file:");
        assertThat(run.status()).isZero();
        assertThat(folder.resolve("target/test-classes"))
                .as("the library's tests")
                .doesNotExist();
        assertThat(folder.resolve("reports/html"))
                .as("the report of a full run")
                .doesNotExist();
        String page = run.output().replaceFirst("(?s).*Report: file://(\\S+).*", "$1");
        assertThat(Path.of(page)).content().contains("nobody has shown that this can fail", "Your own");
    }

    @Test
    @Order(2)
    void aWrongNameIsAnsweredWithTheNames() throws Exception {
        MavenProject.Run run = copy.run("test", "-Dtest=SignedWeight");

        assertThat(run.status()).isNotZero();
        assertThat(run.output())
                .contains("No experiment is called SignedWeight. There are:", "SignedWeights", "WeightLayout")
                .doesNotContain("compiler");
        MavenProject.Run method = copy.run("test", "-Dexperiment=SignedWeights#nothing");
        assertThat(method.output())
                .contains("SignedWeights has no method nothing. There are:", "aNegativeWeightTurnsTheOutputRound");
    }

    @Test
    @Order(3)
    void aCoralThatIsNotThereIsOneMessageAndTheLastReportStays() throws Exception {
        copy.write("reports/html/index.html", "the last report");
        for (String device : List.of("usb:97", "coral:97", "emulatr")) {
            MavenProject.Run run = copy.run("test", "-Dtensorizer.device=" + device);

            assertThat(run.status()).isNotZero();
            assertThat(run.output()).contains("No experiment was run: ", "Without -Dtensorizer.device");
            assertThat(run.output().lines()).hasSizeLessThan(LINES_OF_AN_ERROR);
        }
        assertThat(folder.resolve("reports/html/index.html")).hasContent("the last report");
    }
}
