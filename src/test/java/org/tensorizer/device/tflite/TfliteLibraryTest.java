package org.tensorizer.device.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.library.LibraryFile;

class TfliteLibraryTest {
    @TempDir
    private Path folder;

    @Test
    void isLoadedOnceAndKnowsItsFacts() {
        TfliteLibrary library = TfliteLibrary.load();
        assertThat(library).isSameAs(TfliteLibrary.load());
        assertThat(library.version()).matches("2\\.\\d+\\.\\d+");
        assertThat(library.path()).isAbsolute().isRegularFile();
        assertThat(library.sha256()).hasSize(64);
        assertThat(library.bundled()).isTrue();
        assertThat(library.runsCustomOps()).isTrue();
        assertThat(library.toString()).contains(library.version(), library.sha256());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.5.0", "2.6.3", "2.7.1", "2.8.4", "1.15.0"})
    void refusesVersionsThatGiveWrongAnswers(String version) throws Exception {
        Path file = compile("const char* TfLiteVersion(void) { return \"" + version + "\"; }");
        assertThatThrownBy(() -> TfliteLibrary.open(LibraryFile.named(file)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(version)
                .hasMessageContaining(file.toString());
    }

    @Test
    void probesSymbolsNotVersions() throws Exception {
        Path file = compile(
                "const char* TfLiteVersion(void) { return \"2.99.0\"; }\n" + "void TfLiteModelDelete(void* m) {}");
        assertThatThrownBy(() -> TfliteLibrary.open(LibraryFile.named(file)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("version 2.99.0: lacks")
                .hasMessageContaining("TfLiteInterpreterInvoke")
                .hasMessageNotContaining("TfLiteModelDelete");
    }

    @Test
    void refusesAnotherLibrary() throws Exception {
        Path file = compile("int answer(void) { return 42; }");
        assertThatThrownBy(() -> TfliteLibrary.open(LibraryFile.named(file)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("TfLiteVersion")
                .hasMessageContaining("not TensorFlow Lite");
    }

    @Test
    void passesOnWhatTheLoaderSays() throws Exception {
        Path file = compile("extern int nobody_has_this(void); int (*p)(void) = nobody_has_this;");
        assertThatThrownBy(() -> TfliteLibrary.open(LibraryFile.named(file)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nobody_has_this");
    }

    private Path compile(String source) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/cc")), "needs a C compiler, /usr/bin/cc");
        Path c = Files.writeString(folder.resolve("double.c"), source + "\n");
        Path so = folder.resolve("double.so");
        Process process = new ProcessBuilder(
                        List.of("/usr/bin/cc", "-shared", "-fPIC", "-o", so.toString(), c.toString()))
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        return so;
    }
}
