package org.tensorizer.template;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The custom op's options: a FlexBuffer map {@code {"1": 0, "4": package, "5": -1, "6": [18], "7": []}}, four bytes
 * wide, keys sorted. Key 1 is the version, 4 the package as a string, 5 the execution preference, 6 the chip, 7 further
 * executables. Byte for byte what edgetpu_compiler writes for a package of 64 KiB or more (checked on real templates);
 * for a smaller one the compiler narrows the fields, and this stays four wide, which every FlexBuffers reader follows.
 */
final class CustomOptions {
    private static final int HEAD = 8;
    private static final int TAIL = 76;

    private CustomOptions() {}

    /** Bytes of the whole map around a package of {@code packageBytes}, a multiple of 4. */
    static int size(int packageBytes) {
        return Math.addExact(packageBytes, HEAD + TAIL);
    }

    /** Where the package starts in the map. */
    static int packageOffset() {
        return HEAD;
    }

    /**
     * Writes all but the package.
     *
     * @param target exactly {@link #size} bytes
     * @return the place of the package
     */
    static ByteBuffer write(ByteBuffer target, int packageBytes) {
        ByteBuffer b = target.slice().order(ByteOrder.LITTLE_ENDIAN);
        b.put(ascii("1\0" + "4\0")).putInt(packageBytes);
        ByteBuffer place = b.slice(HEAD, packageBytes).order(ByteOrder.LITTLE_ENDIAN);
        b.position(HEAD + packageBytes);
        b.put((byte) 0); // the string's NUL
        int key5 = text(b, "5\0");
        int key6 = text(b, "6\0");
        b.put((byte) 1); // length of [18]
        int chips = bytes(b, 18, 4); // the element and its type: an int of one byte
        int key7 = text(b, "7\0");
        b.put((byte) 0); // length of []
        int further = b.position();
        b.put((byte) 0); // to a multiple of 4

        b.putInt(5);
        int keys = b.position();
        for (int key : new int[] {0, 2, key5, key6, key7}) {
            back(b, key);
        }
        back(b, keys);
        b.putInt(4); // bytes an element of the key vector is wide
        b.putInt(5);
        int map = b.position();
        b.putInt(0);
        back(b, HEAD);
        b.putInt(-1);
        back(b, chips);
        back(b, further);
        bytes(
                b, 0x06, 0x16, 0x06, 0x28,
                0x28); // int, string, int, vector, vector, with the widths of what they point to
        b.put((byte) (b.position() - map));
        bytes(b, 0x26, 1); // a map four wide, reached by an offset of one byte
        return place;
    }

    private static void back(ByteBuffer b, int target) {
        b.putInt(b.position() - target);
    }

    private static int text(ByteBuffer b, String s) {
        int at = b.position();
        b.put(ascii(s));
        return at;
    }

    private static int bytes(ByteBuffer b, int... values) {
        int at = b.position();
        for (int value : values) {
            b.put((byte) value);
        }
        return at;
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }
}
