package org.tensorizer.device.library;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.library.LibraryFile.ElfHeader;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;

/** Libraries whose headers say something else than the truth: known to be whole, or refused, before the loader maps them. */
class ElfFuzzTest {
    private static final int HEADERS = 64 + 2 * 56;

    @TempDir
    private Path folder;

    @Test
    void damagedLibrariesAreWholeOrRefused(TestReporter reporter) {
        Mutator damage = Mutator.within(new ByteRange(0, HEADERS), List.of());
        Fuzz.ofReader(0.5, BadInputException.class)
                .run(List.of(new Target("library", library(), damage, this::read)), reporter);
    }

    /** Each header made an object: 7 MB of heap for a kilobyte. */
    @Test
    void headersThatShareTheirBytes() {
        Path file = Path.of("src/test/resources/hostile/libraries/55744-program-headers-in-1012-bytes.so");
        assertThatThrownBy(() -> ElfHeader.Segments.requireWhole(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("byte 54, e_phentsize: expected at least 56, found 0: damaged");
    }

    private void read(String name, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve(name + ".so"), bytes);
        ElfHeader header = ElfHeader.read(file);
        header.processor();
        ElfHeader.Segments.requireWhole(file);
    }

    /** Two parts to load behind their headers. */
    private static byte[] library() {
        ByteBuffer file = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ElfHeaderTest.header(2, 3, 62));
        file.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
        for (int i = 0; i < 2; i++) {
            int at = 64 + 56 * i;
            file.putInt(at, 1).putLong(at + 8, 512L * i).putLong(at + 32, 512);
        }
        return file.array();
    }
}
