package org.tensorizer.device.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;

class LibraryFileTest {
    @TempDir
    private Path folder;

    @Test
    void namesBothProcessorsWhereTheyDiffer() throws IOException {
        boolean arm = Platform.current().processor().equals("aarch64");
        Path file = Files.write(folder.resolve("other.so"), ElfHeaderTest.header(2, 3, arm ? 62 : 183));
        assertThatThrownBy(() -> LibraryFile.named(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("built for " + (arm ? "x86-64" : "aarch64"))
                .hasMessageContaining("runs on " + Platform.current().processor());
    }

    @Test
    void refusesAProgramAndADirectory() throws IOException {
        int machine = Platform.current().processor().equals("aarch64") ? 183 : 62;
        Path program = Files.write(folder.resolve("program"), ElfHeaderTest.header(2, 2, machine));
        assertThatThrownBy(() -> LibraryFile.named(program)).hasMessageContaining("e_type: expected 3");
        assertThatThrownBy(() -> LibraryFile.named(folder)).hasMessageContaining("found a directory");
    }

    /** The dynamic loader would end this JVM with SIGBUS. */
    @Test
    void refusesALibraryCutShort() throws IOException {
        Path whole = jna();
        byte[] bytes = Files.readAllBytes(whole);
        for (int length : new int[] {64, 100, 4096, bytes.length / 2}) {
            Path cut = Files.write(folder.resolve("cut.so"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> LibraryFile.named(cut))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("cut short: it has " + length + " bytes");
        }
    }

    @Test
    void knowsItsDigest() {
        LibraryFile library = LibraryFile.named(jna());
        assertThat(library.sha256()).hasSize(64).matches("[0-9a-f]+");
        assertThat(library.bundled()).isFalse();
        assertThat(library.path()).isAbsolute();
    }

    private Path jna() {
        String resource = "com/sun/jna/" + Platform.current().jna() + "/libjnidispatch.so";
        return LibraryCache.at(folder.resolve("cache")).file(resource).path();
    }
}
