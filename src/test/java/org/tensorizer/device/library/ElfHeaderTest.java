package org.tensorizer.device.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.library.LibraryFile.ElfHeader;

class ElfHeaderTest {
    @ParameterizedTest
    @CsvSource({"2, 62, x86-64", "2, 183, aarch64", "1, 40, arm", "1, 3, x86", "2, 243, riscv64"})
    void namesTheProcessor(int elfClass, int machine, String processor) {
        ElfHeader header = ElfHeader.parse("x.so", header(elfClass, 3, machine));
        assertThat(header.processor()).isEqualTo(processor);
        assertThat(header.isSharedObject()).isTrue();
    }

    @Test
    void readsBigEndianToo() {
        byte[] bytes = header(2, 0, 0);
        bytes[5] = 2;
        bytes[17] = 3;
        bytes[19] = 22;
        assertThat(ElfHeader.parse("s390x.so", bytes)).isEqualTo(new ElfHeader(64, 3, 22));
    }

    @Test
    void refusesWhatIsNoElfFile() {
        assertThatThrownBy(
                        () -> ElfHeader.parse("x.so", "{\"a\": 1, \"b\": 2222222}".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("x.so: byte 0: expected an ELF header (7f 45 4c 46), found 7b 22 61 22");
        assertThatThrownBy(() -> ElfHeader.parse("x.so", new byte[0])).hasMessageContaining("an empty file");
        assertThatThrownBy(() -> ElfHeader.read(Path.of("/nowhere/x.so")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("/nowhere/x.so: there is no such file");
    }

    static byte[] header(int elfClass, int type, int machine) {
        byte[] bytes = new byte[64];
        bytes[0] = 0x7f;
        bytes[1] = 'E';
        bytes[2] = 'L';
        bytes[3] = 'F';
        bytes[4] = (byte) elfClass;
        bytes[5] = 1;
        bytes[16] = (byte) type;
        bytes[18] = (byte) machine;
        return bytes;
    }
}
