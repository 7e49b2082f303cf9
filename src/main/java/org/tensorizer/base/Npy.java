package org.tensorizer.base;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An array in NumPy's file format: little-endian, at most 8 dimensions, twelve element types. Source of the format:
 * numpy.org, {@code numpy.lib.format}; versions 1.0 to 3.0 are read, in C or Fortran order, 1.0 in C order is written.
 *
 * <p>Thread-safe as long as nobody changes the arrays handed in.
 *
 * @param type element type
 * @param shape outermost dimension first; empty for a scalar
 * @param data all elements in row-major (C) order, little-endian
 */
public record Npy(Type type, List<Integer> shape, byte[] data) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_DIMENSIONS = 8;
    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
    private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");

    /** Element types, by TFLite's name; NumPy's is beside it. */
    public enum Type {
        BOOL("|b1", 1),
        INT8("|i1", 1),
        UINT8("|u1", 1),
        INT16("<i2", 2),
        UINT16("<u2", 2),
        FLOAT16("<f2", 2),
        INT32("<i4", 4),
        UINT32("<u4", 4),
        FLOAT32("<f4", 4),
        INT64("<i8", 8),
        UINT64("<u8", 8),
        FLOAT64("<f8", 8);

        private final String descr;
        private final int bytes;

        Type(String descr, int bytes) {
            this.descr = descr;
            this.bytes = bytes;
        }

        /** The type of TFLite's name, such as {@code INT8}; empty for one that NumPy has not. */
        public static Optional<Type> named(String name) {
            return Arrays.stream(values())
                    .filter(type -> type.name().equals(name))
                    .findFirst();
        }

        /** Bytes of one element. */
        public int bytes() {
            return bytes;
        }

        private static Type of(String file, String descr) {
            for (Type type : values()) {
                if (type.descr.equals(descr)
                        || (type.bytes == 1 && descr.length() == 3 && type.descr.endsWith(descr.substring(1)))) {
                    return type;
                }
            }
            throw BadInputException.at(
                    file,
                    10,
                    "element type '" + descr + "', expected one of "
                            + Arrays.stream(values()).map(type -> type.descr).collect(Collectors.joining(" ")));
        }
    }

    /** @throws IllegalArgumentException if shape and data do not agree, or there are more than 8 dimensions */
    public Npy {
        shape = List.copyOf(shape);
        if (shape.size() > MAX_DIMENSIONS) {
            throw new IllegalArgumentException("shape " + shape + ", expected at most 8 dimensions");
        }
        long bytes = type.bytes;
        for (int dimension : shape) {
            bytes = Math.multiplyExact(bytes, (long) dimension);
        }
        if (bytes != data.length) {
            throw new IllegalArgumentException(
                    "shape " + shape + " of " + type + " needs " + bytes + " bytes, found " + data.length);
        }
    }

    /** An int32 array of a shape, outermost dimension first. */
    public static Npy of(int[] values, Integer... shape) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asIntBuffer().put(values);
        return new Npy(Type.INT32, List.of(shape), data.array());
    }

    /** A float32 array of a shape, outermost dimension first. */
    public static Npy of(float[] values, Integer... shape) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new Npy(Type.FLOAT32, List.of(shape), data.array());
    }

    /** The elements of an int32 array. */
    public int[] ints() {
        int[] values = new int[data.length / Type.INT32.bytes];
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
        return values;
    }

    /** The elements of a float32 array. */
    public float[] floats() {
        float[] values = new float[data.length / Type.FLOAT32.bytes];
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /**
     * Reads a file.
     *
     * @throws BadInputException it cannot be read, or whatever is wrong with its contents
     */
    public static Npy read(Path file) {
        return parse(file.toString(), InputFile.read(file));
    }

    /**
     * Reads the bytes of a file.
     *
     * @param name how messages call it
     * @throws BadInputException whatever is wrong with its contents
     */
    public static Npy parse(String name, byte[] file) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (i >= file.length || file[i] != MAGIC[i]) {
                throw BadInputException.at(name, Math.min(i, file.length), "no NPY magic (\\x93NUMPY)");
            }
        }
        if (file.length < 10) {
            throw BadInputException.at(name, file.length, "ends inside the preamble of 10 bytes");
        }
        int version = file[6];
        if (version < 1 || version > 3) {
            throw BadInputException.at(name, 6, "version " + version + ", expected 1, 2 or 3");
        }
        int start = version == 1 ? 10 : 12;
        if (file.length < start) {
            throw BadInputException.at(name, file.length, "ends inside the header length");
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long length = version == 1 ? bytes.getShort(8) & 0xffffL : bytes.getInt(8) & 0xffffffffL;
        if (length > file.length - start) {
            throw BadInputException.at(
                    name, 8, "header of " + length + " bytes, " + (file.length - start) + " are there");
        }
        String header = new String(file, start, (int) length, StandardCharsets.UTF_8);
        Type type = Type.of(name, group(name, DESCR, header, "descr"));
        boolean fortran = group(name, ORDER, header, "fortran_order").equals("True");
        List<Integer> shape = shape(name, start, group(name, SHAPE, header, "shape"));
        long size = type.bytes;
        for (int dimension : shape) {
            size = size * dimension;
            if (size > Integer.MAX_VALUE) {
                throw BadInputException.at(name, start, "shape " + shape + " is larger than 2 GiB");
            }
        }
        int at = start + (int) length;
        if (size != file.length - at) {
            throw BadInputException.at(
                    name, at, "shape " + shape + " needs " + size + " bytes, " + (file.length - at) + " follow");
        }
        byte[] data = new byte[(int) size];
        System.arraycopy(file, at, data, 0, data.length);
        return new Npy(type, shape, fortran ? rowMajor(data, shape, type.bytes) : data);
    }

    /** Elements whose first index runs fastest, as {@code numpy.save} writes a transposed matrix, in the usual order. */
    private static byte[] rowMajor(byte[] data, List<Integer> shape, int width) {
        byte[] sorted = new byte[data.length];
        int[] index = new int[shape.size()];
        for (int to = 0; to < data.length; to += width) {
            int from = 0;
            for (int dimension = index.length - 1; dimension >= 0; dimension--) {
                from = from * shape.get(dimension) + index[dimension];
            }
            System.arraycopy(data, from * width, sorted, to, width);
            for (int dimension = index.length - 1; dimension >= 0; dimension--) {
                if (++index[dimension] < shape.get(dimension)) {
                    break;
                }
                index[dimension] = 0;
            }
        }
        return sorted;
    }

    private static String group(String name, Pattern pattern, String header, String key) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw BadInputException.at(name, 10, "header without a readable '" + key + "'");
        }
        return matcher.group(1);
    }

    private static List<Integer> shape(String name, int at, String text) {
        List<Integer> shape = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String digits = part.strip();
            if (digits.isEmpty()) {
                continue;
            }
            if (!digits.matches("[0-9]{1,9}") || shape.size() == MAX_DIMENSIONS) {
                throw BadInputException.at(name, at, "shape (" + text + "), expected at most 8 whole numbers");
            }
            shape.add(Integer.parseInt(digits));
        }
        return shape;
    }

    /** The bytes of a file of version 1.0, its data 64-byte aligned as NumPy writes it. */
    public byte[] toBytes() {
        StringBuilder header =
                new StringBuilder("{'descr': '").append(type.descr).append("', 'fortran_order': False, 'shape': (");
        for (int dimension : shape) {
            header.append(dimension).append(shape.size() == 1 ? "," : ", ");
        }
        if (shape.size() > 1) {
            header.setLength(header.length() - 2);
        }
        header.append("), }");
        while ((10 + header.length() + 1) % 64 != 0) {
            header.append(' ');
        }
        header.append('\n');
        ByteArrayOutputStream out = new ByteArrayOutputStream(10 + header.length() + data.length);
        out.writeBytes(MAGIC);
        out.write(1);
        out.write(0);
        // eight dimensions of ten digits make 182 bytes: the upper byte of the length stays 0
        out.write(header.length());
        out.write(0);
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(data);
        return out.toByteArray();
    }
}
