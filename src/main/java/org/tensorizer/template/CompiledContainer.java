package org.tensorizer.template;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.tensorizer.model.FileKind;
import org.tensorizer.model.schema.MultiExecutable;
import org.tensorizer.model.schema.Package;

/**
 * A compiled .tflite, level by level: TFLite model, custom op options, package, multi-executable, executables.
 *
 * <p>Payload, executables and multi-executable start on 4096-byte boundaries of what holds them, as the compiler writes
 * them: USB would do with 4, PCIe maps whole pages.
 */
public final class CompiledContainer {
    private static final int PAGE = 4096;
    private static final int OPTIONS_ALIGNMENT = 16;
    private static final int MIN_RUNTIME_VERSION = 14;

    private final Assembly assembly;
    private final HostGraph graph;
    private final NestedFlatBuffer parameterCaching;
    private final byte[] executionOnly;
    private final NestedFlatBuffer multiExecutable;
    private final NestedFlatBuffer edgePackage;
    private final NestedFlatBuffer model;

    /** @param graph what stands around the custom op */
    public CompiledContainer(Assembly assembly, HostGraph graph) {
        this.assembly = assembly;
        this.graph = graph;
        ExecutableWriter executables = new ExecutableWriter(assembly);
        parameterCaching = new NestedFlatBuffer(executables::parameterCaching, "", assembly.parameterBytes(), PAGE);
        byte[] own = assembly.hostParameters();
        executionOnly = bytes(new NestedFlatBuffer(executables::executionOnly, "", own.length, PAGE), own);
        multiExecutable = new NestedFlatBuffer(this::multiExecutable, "", parameterCaching.size(), PAGE);
        edgePackage = new NestedFlatBuffer(
                CompiledContainer::edgePackage, FileKind.PACKAGE.identifier(), multiExecutable.size(), PAGE);
        model = new NestedFlatBuffer(
                this::model, FileKind.TFLITE.identifier(), CustomOptions.size(edgePackage.size()), OPTIONS_ALIGNMENT);
    }

    /** @param payload fills the {@code parameterBytes} of the payload, which come zeroed, positioned at 0 */
    public byte[] write(Consumer<ByteBuffer> payload) {
        byte[] file = new byte[model.size()];
        ByteBuffer options = model.write(ByteBuffer.wrap(file));
        ByteBuffer place = CustomOptions.write(options, edgePackage.size());
        payload.accept(parameterCaching.write(multiExecutable.write(edgePackage.write(place))));
        return file;
    }

    private static byte[] bytes(NestedFlatBuffer buffer, byte[] vector) {
        byte[] bytes = new byte[buffer.size()];
        buffer.write(ByteBuffer.wrap(bytes)).put(vector);
        return bytes;
    }

    /** In the list EXECUTION_ONLY is first, in memory it is last. */
    private int multiExecutable(FlatBufferBuilder b, NestedFlatBuffer.Gap gap) {
        b.prep(PAGE, executionOnly.length + 1);
        b.putByte((byte) 0);
        b.createUnintializedVector(1, executionOnly.length, 1).put(executionOnly);
        int execution = b.endVector();
        int caching = gap.string(b, PAGE);
        int list = MultiExecutable.createSerializedExecutablesVector(b, new int[] {execution, caching});
        return MultiExecutable.createMultiExecutable(b, list);
    }

    private static int edgePackage(FlatBufferBuilder b, NestedFlatBuffer.Gap gap) {
        int executables = gap.vector(b, PAGE);
        int signature = Package.createSignatureVector(b, new byte[0]);
        int compiler = b.createString("cl/");
        int identifier = b.createString("");
        b.forceDefaults(true); // the compiler stores these zeros
        Package.startPackage(b);
        Package.addModelIdentifier(b, identifier);
        Package.addVirtualChipId(b, 0);
        Package.addCompilerVersion(b, compiler);
        Package.addKeypairVersion(b, 0);
        Package.addSignature(b, signature);
        Package.addSerializedMultiExecutable(b, executables);
        Package.addMinRuntimeVersion(b, MIN_RUNTIME_VERSION);
        return Package.endPackage(b);
    }

    private int model(FlatBufferBuilder b, NestedFlatBuffer.Gap gap) {
        return graph.write(b, assembly.description(), gap);
    }

    /**
     * The custom op's options: a FlexBuffer map {@code {"1": 0, "4": package, "5": -1, "6": [18], "7": []}}, four bytes
     * wide, keys sorted. Key 1 is the version, 4 the package as a string, 5 the execution preference, 6 the chip, 7 further
     * executables. Byte for byte what edgetpu_compiler writes for a package of 64 KiB or more (checked on real templates);
     * for a smaller one the compiler narrows the fields, and this stays four wide, which every FlexBuffers reader follows.
     */
    static final class CustomOptions {
        private static final int HEAD = 8;
        private static final int TAIL = 76;

        private CustomOptions() {}

        /** Bytes of the whole map around a package of {@code packageBytes}, a multiple of 4. */
        static int size(int packageBytes) {
            return Math.addExact(packageBytes, HEAD + TAIL);
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
}
