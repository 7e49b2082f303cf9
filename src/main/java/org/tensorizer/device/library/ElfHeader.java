package org.tensorizer.device.library;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.tensorizer.base.BadInputException;

/**
 * The first 20 bytes of an ELF file: enough to tell a library for another processor from a library that will load.
 * Offsets and numbers are those of elf(5): class at byte 4, byte order at 5, {@code e_type} at 16, {@code e_machine} at
 * 18.
 *
 * @param bits 32 or 64
 * @param type {@code e_type}; 3 is a shared object
 * @param machine {@code e_machine}
 */
public record ElfHeader(int bits, int type, int machine) {
    private static final int LENGTH = 20;
    private static final int SHARED_OBJECT = 3;

    /**
     * Reads the header of a file.
     *
     * @throws BadInputException if there is no such file, or it is no ELF file
     */
    public static ElfHeader read(Path file) {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(LENGTH);
        } catch (NoSuchFileException e) {
            throw new BadInputException("shared library " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw new BadInputException("shared library " + file + ": cannot be read: " + e.getMessage(), e);
        }
        return parse(file.toString(), start);
    }

    static ElfHeader parse(String name, byte[] start) {
        if (start.length < LENGTH || start[0] != 0x7f || start[1] != 'E' || start[2] != 'L' || start[3] != 'F') {
            String found = start.length == 0
                    ? "an empty file"
                    : HexFormat.ofDelimiter(" ").formatHex(start, 0, Math.min(4, start.length));
            throw new BadInputException("shared library " + name
                    + ": byte 0: expected an ELF header (7f 45 4c 46), found " + found + ": this is no shared library");
        }
        ByteBuffer header =
                ByteBuffer.wrap(start).order(start[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return new ElfHeader(start[4] == 2 ? 64 : 32, header.getShort(16), header.getShort(18) & 0xffff);
    }

    public boolean isSharedObject() {
        return type == SHARED_OBJECT;
    }

    /** The processor as people call it: {@code x86-64}, {@code aarch64}, {@code arm}. */
    public String processor() {
        return switch (machine) {
            case 3 -> "x86";
            case 40 -> "arm";
            case 62 -> bits == 64 ? "x86-64" : "x32";
            case 183 -> "aarch64";
            case 243 -> "riscv" + bits;
            default -> "ELF machine " + machine + ", " + bits + " bits";
        };
    }
}
