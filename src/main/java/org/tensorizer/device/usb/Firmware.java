package org.tensorizer.device.usb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;
import org.tensorizer.base.Sha256;

/**
 * The image that the boot loader of an Edge TPU takes. It is Google's and not part of Tensorizer; every libedgetpu holds
 * it, and there it is found by its first bytes and known by its digest.
 *
 * @param image for the boot loader
 * @param origin where it comes from, for people
 */
public record Firmware(byte[] image, String origin) {
    /** Length of the image for one bulk endpoint, published in libedgetpu's sources. */
    public static final int BYTES = 10_783;

    private static final String SHA_256 = "3b07311b174b81fd14fd2c887f40d646c0ebf2f140cc5ee5cf8befa0f3e3dc7f";
    private static final byte[] START = HexFormat.of().parseHex("021e570214fac22fc231c22322122468");

    private static final List<String> FOLDERS = List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib/arm-linux-gnueabihf",
            "/usr/lib64",
            "/usr/lib",
            "/usr/local/lib",
            "/opt/homebrew/lib");
    private static final List<String> NAMES =
            List.of("libedgetpu.so.1", "libedgetpu.so.1.0", "libedgetpu.so", "libedgetpu.1.dylib");

    /**
     * The image of the file that the user named, else of the first libedgetpu that has it.
     *
     * @param named a file to take instead of searching
     * @return empty if there is none on this machine
     * @throws BadInputException the named file has none
     */
    public static Optional<Firmware> find(Optional<Path> named) {
        if (named.isPresent()) {
            return Optional.of(read(named.get()));
        }
        List<Path> libraries = new ArrayList<>();
        Setting.LIBEDGETPU.value().ifPresent(path -> libraries.add(Path.of(path)));
        FOLDERS.forEach(folder -> NAMES.forEach(name -> libraries.add(Path.of(folder, name))));
        for (Path library : libraries) {
            if (Files.isRegularFile(library)) {
                try {
                    return Optional.of(read(library));
                } catch (BadInputException e) {
                    // another build, or no libedgetpu at all: the next one may have it
                }
            }
        }
        return Optional.empty();
    }

    /**
     * The image in a file: the image alone, or a libedgetpu.
     *
     * @throws BadInputException the file cannot be read, is too short, or what stands there is another image
     */
    public static Firmware read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadInputException("firmware " + file + ": cannot be read: " + e.getMessage(), e);
        }
        int found = -1;
        for (int at = 0; at <= bytes.length - START.length; at++) {
            if (Arrays.equals(bytes, at, at + START.length, START, 0, START.length)) {
                found = at;
                if (at + BYTES <= bytes.length) {
                    byte[] image = Arrays.copyOfRange(bytes, at, at + BYTES);
                    if (Sha256.of(image).equals(SHA_256)) {
                        return new Firmware(image, file + (at == 0 ? "" : ", byte " + at));
                    }
                }
            }
        }
        throw new BadInputException("firmware " + file + ": expected " + BYTES + " bytes with SHA-256 " + SHA_256
                + (found < 0
                        ? ", found nothing that begins like them"
                        : found + BYTES > bytes.length
                                ? ", found their beginning at byte " + found + ", but only " + (bytes.length - found)
                                        + " bytes up to the end of the file"
                                : ", found other bytes at byte " + found));
    }
}
