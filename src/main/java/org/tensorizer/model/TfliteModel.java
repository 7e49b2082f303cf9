package org.tensorizer.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Sha256;

/**
 * A TFLite model file, compiled for the Edge TPU or not: its graph, and of each compiled part the packages and
 * executables with absolute byte ranges in the file.
 *
 * <p>Payloads are views of the file, never copies. Immutable and safe for many threads, as long as nobody changes the
 * array given to {@link #parse}.
 */
public final class TfliteModel {
    private final String name;
    private final byte[] bytes;
    private final int version;
    private final String description;
    private final List<Subgraph> subgraphs;
    private final List<EdgeTpuPackage> packages;
    private final Map<ByteRange, String> digests = new ConcurrentHashMap<>();

    TfliteModel(
            String name,
            byte[] bytes,
            int version,
            String description,
            List<Subgraph> subgraphs,
            List<EdgeTpuPackage> packages) {
        this.name = name;
        this.bytes = bytes;
        this.version = version;
        this.description = description;
        this.subgraphs = List.copyOf(subgraphs);
        this.packages = List.copyOf(packages);
    }

    /**
     * Reads a file.
     *
     * @throws BadInputException if it cannot be read, is no regular file, or is 2 GiB or larger
     * @throws BadInputException if it is no TFLite model, or a compiled part of it is damaged
     */
    public static TfliteModel read(Path file) {
        return parse(file.toString(), InputFile.read(file));
    }

    /**
     * Reads a model in memory.
     *
     * @param name name of the file for messages
     * @param bytes the whole file; not copied, must not change
     * @throws BadInputException if it is no TFLite model, or a compiled part of it is damaged
     */
    public static TfliteModel parse(String name, byte[] bytes) {
        return new TfliteReader(name, bytes).read();
    }

    /** Name of the file as it was given. */
    public String name() {
        return name;
    }

    /** The whole file: read-only, little-endian, position 0; its indices are the offsets of all byte ranges. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A part of the file: read-only, little-endian, index 0 at the start of the range.
     *
     * @throws IndexOutOfBoundsException if the range does not lie in the file
     */
    public ByteBuffer bytes(ByteRange range) {
        return bytes().slice(range.start(), range.length()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A copy of a part of the file.
     *
     * @throws IndexOutOfBoundsException if the range does not lie in the file
     */
    public byte[] copy(ByteRange range) {
        Objects.checkFromToIndex(range.start(), range.end(), bytes.length);
        return Arrays.copyOfRange(bytes, range.start(), range.end());
    }

    /** A copy of the whole file. */
    public byte[] copy() {
        return bytes.clone();
    }

    /** SHA-256 of the whole file, lower-case hexadecimal; calculated once. */
    public String sha256() {
        return sha256(new ByteRange(0, bytes.length));
    }

    /** SHA-256 of a part of the file, such as an executable's parameters; calculated once for each range. */
    public String sha256(ByteRange range) {
        return digests.computeIfAbsent(range, each -> Sha256.of(bytes(each)));
    }

    /** Bytes of the file. */
    public int size() {
        return bytes.length;
    }

    /** Version of TFLite's schema, which is 3. */
    public int version() {
        return version;
    }

    /** What wrote the file has to say, empty if nothing. */
    public String description() {
        return description;
    }

    /** All graphs, at least one. */
    public List<Subgraph> subgraphs() {
        return subgraphs;
    }

    /** Tensors of the first graph. */
    public List<Tensor> tensors() {
        return subgraphs.get(0).tensors();
    }

    /** Tensor indices of the inputs of the first graph. */
    public List<Integer> inputs() {
        return subgraphs.get(0).inputs();
    }

    /** Tensor indices of the outputs of the first graph. */
    public List<Integer> outputs() {
        return subgraphs.get(0).outputs();
    }

    /** Operators of the first graph in the order of execution. */
    public List<Operator> operators() {
        return subgraphs.get(0).operators();
    }

    /** Compiled parts of all graphs, in the order of their operators. */
    public List<EdgeTpuPackage> packages() {
        return packages;
    }

    /** Whether any part was compiled for the Edge TPU. */
    public boolean isCompiled() {
        return !packages.isEmpty();
    }

    /**
     * The one compiled part.
     *
     * @throws BadInputException if there is none or several
     */
    public EdgeTpuPackage onlyPackage() {
        if (packages.size() != 1) {
            throw new BadInputException(name + ": expected one compiled package (" + Operator.EDGE_TPU + "), found "
                    + (packages.isEmpty() ? "none: the model is not compiled for the Edge TPU" : packages.size()));
        }
        return packages.get(0);
    }

    /**
     * One of several compiled parts.
     *
     * @param index its number in the file
     * @throws BadInputException there is none of that number
     */
    public EdgeTpuPackage packageAt(int index) {
        if (index < 0 || index >= packages.size()) {
            throw new BadInputException(name + ": package " + index + ", "
                    + (packages.isEmpty()
                            ? "found none: the model is not compiled for the Edge TPU"
                            : "expected 0 to " + (packages.size() - 1)));
        }
        return packages.get(index);
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * A graph of a TFLite model. The first one is what an interpreter runs.
     *
     * @param index its number in the model
     * @param name its name, empty if it has none
     * @param tensors all tensors, by index
     * @param inputs tensor indices of the graph's inputs
     * @param outputs tensor indices of the graph's outputs
     * @param operators in the order of execution
     */
    public record Subgraph(
            int index,
            String name,
            List<Tensor> tensors,
            List<Integer> inputs,
            List<Integer> outputs,
            List<Operator> operators) {
        public Subgraph {
            tensors = List.copyOf(tensors);
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            operators = List.copyOf(operators);
        }
    }
}
