package org.tensorizer.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.model.OperatorOptions.Padding;
import org.tensorizer.model.TfliteModel.Subgraph;

/** Reads a TFLite model (schema version 3) by the slots of {@code tflite.fbs}. */
final class TfliteReader {
    private static final int VERSION = 3;

    /** Buffer 0 holds nothing, whatever the file says, and may be missing. */
    private static final ByteRange NO_DATA = new ByteRange(0, 0);

    /** Meaning of an opcode index. */
    private record Code(int builtin, String name, int version) {}

    private final String name;
    private final byte[] array;
    private final CheckedBytes bytes;

    TfliteReader(String name, byte[] array) {
        this.name = name;
        this.array = array;
        this.bytes = new CheckedBytes(name, array);
    }

    TfliteModel read() {
        if (FileKind.of(array) != FileKind.TFLITE) {
            throw bytes.fault(
                    Math.min(4, array.length),
                    "file identifier",
                    "expected a TFLite model (identifier TFL3), found " + FileKind.describe(array));
        }
        FlatTable model = FlatTable.root(bytes, bytes.all(), "Model");
        int version = model.int32(0, "version");
        if (version != VERSION) {
            throw model.fault(0, "version", "expected schema version 3, found " + Integer.toUnsignedString(version));
        }
        List<Code> codes = codes(model);
        List<ByteRange> buffers = buffers(model);
        List<Subgraph> subgraphs = new ArrayList<>();
        for (FlatTable table : model.tables(2, "subgraphs", "SubGraph")) {
            subgraphs.add(subgraph(subgraphs.size(), table, codes, buffers));
        }
        if (subgraphs.isEmpty()) {
            throw model.fault(2, "subgraphs", "expected at least one, found none");
        }
        return new TfliteModel(name, array, version, model.text(3, "description"), subgraphs, packages(subgraphs));
    }

    private List<Code> codes(FlatTable model) {
        List<Code> codes = new ArrayList<>();
        for (FlatTable table : model.tables(1, "operator_codes", "OperatorCode")) {
            // TFLite writes small numbers into both fields, and only the first into old files
            int builtin = Math.max(table.int8(0, "deprecated_builtin_code"), table.int32(3, "builtin_code"));
            String custom = builtin == Operator.CUSTOM ? table.text(1, "custom_code") : "";
            codes.add(new Code(
                    builtin, builtin == Operator.CUSTOM ? custom : builtinName(builtin), table.int32(2, 1, "version")));
        }
        return codes;
    }

    private static String builtinName(int code) {
        String[] names = org.tensorizer.model.schema.BuiltinOperator.names;
        return code >= 0 && code < names.length ? names[code] : "BUILTIN_" + code;
    }

    private List<ByteRange> buffers(FlatTable model) {
        List<ByteRange> buffers = new ArrayList<>();
        for (FlatTable table : model.tables(4, "buffers", "Buffer")) {
            buffers.add(bytes(table, 0, "data", 1, "offset", 2, "size"));
        }
        return buffers;
    }

    /**
     * Bytes that stand in the FlatBuffer or, where the file has none there, behind it; an offset of 0 or 1 is none. That is
     * the order in which TFLite looks.
     */
    private ByteRange bytes(
            FlatTable table, int data, String name, int offset, String offsetName, int size, String sizeName) {
        long at = table.int64(offset, offsetName);
        return table.field(data, 4, name).isPresent() || at == 0 || at == 1
                ? table.bytes(data, name)
                : bytes.range(bytes.all(), at, table.int64(size, sizeName), table.position(), table.name(offsetName));
    }

    private Subgraph subgraph(int index, FlatTable table, List<Code> codes, List<ByteRange> buffers) {
        List<Tensor> tensors = new ArrayList<>();
        for (FlatTable tensor : table.tables(0, "tensors", "Tensor")) {
            tensors.add(tensor(tensors.size(), tensor, buffers));
        }
        List<Operator> operators = new ArrayList<>();
        for (FlatTable operator : table.tables(3, "operators", "Operator")) {
            operators.add(operator(operators.size(), operator, codes, tensors.size()));
        }
        return new Subgraph(
                index,
                table.text(4, "name"),
                tensors,
                indices(table, 1, "inputs", 0, tensors.size()),
                indices(table, 2, "outputs", 0, tensors.size()),
                operators);
    }

    private Tensor tensor(int index, FlatTable table, List<ByteRange> buffers) {
        int code = table.int8(1, "type");
        if (code < 0) {
            throw table.fault(1, "type", "expected a tensor type from 0 on, found " + code);
        }
        int buffer = table.int32(2, "buffer");
        if (buffer != 0 && (buffer < 0 || buffer >= buffers.size())) {
            throw table.fault(
                    2,
                    "buffer",
                    "expected an index below " + buffers.size() + ", found " + Integer.toUnsignedString(buffer));
        }
        FlatTable quantization =
                table.table(4, "quantization", "QuantizationParameters").orElse(null);
        return new Tensor(
                index,
                table.text(3, "name"),
                TensorType.of(code),
                table.int32s(0, "shape"),
                quantization == null ? List.of() : quantization.float32s(2, "scale"),
                quantization == null ? List.of() : quantization.int64s(3, "zero_point"),
                quantization == null ? 0 : quantization.int32(6, "quantized_dimension"),
                buffer,
                buffer == 0 ? NO_DATA : buffers.get(buffer),
                table.bool(5, "is_variable"));
    }

    private Operator operator(int index, FlatTable table, List<Code> codes, int tensors) {
        int opcode = table.int32(0, "opcode_index");
        if (opcode < 0 || opcode >= codes.size()) {
            throw table.fault(
                    0,
                    "opcode_index",
                    "expected an index below " + codes.size() + ", found " + Integer.toUnsignedString(opcode));
        }
        Code code = codes.get(opcode);
        indices(table, 8, "intermediates", -1, tensors); // no fact of ours, but TFLite follows them unchecked
        return new Operator(
                index,
                code.builtin(),
                code.name(),
                code.version(),
                indices(table, 1, "inputs", -1, tensors),
                indices(table, 2, "outputs", 0, tensors),
                options(table),
                bytes(table, 5, "custom_options", 9, "large_custom_options_offset", 10, "large_custom_options_size"));
    }

    private static OperatorOptions options(FlatTable operator) {
        int type = Byte.toUnsignedInt((byte) operator.int8(3, "builtin_options_type"));
        if (type == 0) {
            return new OperatorOptions.None();
        }
        return operator.table(4, "builtin_options", "BuiltinOptions")
                .map(table -> options(type, table))
                .orElseGet(OperatorOptions.None::new);
    }

    /**
     * Source of union numbers and slots: TFLite's public schema, version 3.
     *
     * @param type number of the table in the union BuiltinOptions
     */
    private static OperatorOptions options(int type, FlatTable table) {
        return switch (type) {
            case 1 -> convolution(table, false);
            case 2 -> convolution(table, true);
            case 5 -> pool(table);
            case 8 ->
                new OperatorOptions.FullyConnected(
                        activation(table, 0), table.int8(1, "weights_format"), table.bool(2, "keep_num_dims"));
            case 9 -> new OperatorOptions.Softmax(table.float32(0, "beta"));
            case 10 -> new OperatorOptions.Concatenation(table.int32(0, "axis"), activation(table, 1));
            case 11, 21, 28 -> new OperatorOptions.Arithmetic(activation(table, 0));
            case 15 -> new OperatorOptions.Resize(table.bool(2, "align_corners"), table.bool(3, "half_pixel_centers"));
            case 17 -> new OperatorOptions.Reshape(table.int32s(0, "new_shape"));
            case 27 -> new OperatorOptions.Reduction(table.bool(0, "keep_dims"));
            case 74 -> new OperatorOptions.Resize(table.bool(0, "align_corners"), table.bool(1, "half_pixel_centers"));
            default -> new OperatorOptions.Other(type);
        };
    }

    /** DepthwiseConv2DOptions has the multiplier in slot 3; what follows it stands one slot further than in Conv2DOptions. */
    private static OperatorOptions convolution(FlatTable table, boolean depthwise) {
        int next = depthwise ? 4 : 3;
        return new OperatorOptions.Convolution(
                padding(table),
                table.int32(2, "stride_h"),
                table.int32(1, "stride_w"),
                table.int32(next + 2, 1, "dilation_h_factor"),
                table.int32(next + 1, 1, "dilation_w_factor"),
                depthwise ? table.int32(3, "depth_multiplier") : 0,
                activation(table, next));
    }

    private static OperatorOptions pool(FlatTable table) {
        return new OperatorOptions.Pool(
                padding(table),
                table.int32(2, "stride_h"),
                table.int32(1, "stride_w"),
                table.int32(4, "filter_height"),
                table.int32(3, "filter_width"),
                activation(table, 5));
    }

    private static Padding padding(FlatTable table) {
        return table.constant(0, table.int8(0, "padding"), "padding", Padding.values(), "0 (SAME) or 1 (VALID)");
    }

    private static FusedActivation activation(FlatTable table, int slot) {
        String field = "fused_activation_function";
        return table.constant(
                slot, table.int8(slot, field), field, FusedActivation.values(), "an activation from 0 to 5");
    }

    private static List<Integer> indices(FlatTable table, int slot, String field, int lowest, int tensors) {
        List<Integer> indices = table.int32s(slot, field);
        for (int index : indices) {
            if (index < lowest || index >= tensors) {
                throw table.fault(
                        slot,
                        field,
                        "expected tensor indices from " + lowest + " to " + (tensors - 1) + ", found " + index);
            }
        }
        return indices;
    }

    private List<EdgeTpuPackage> packages(List<Subgraph> subgraphs) {
        PackageReader reader = new PackageReader(bytes);
        List<EdgeTpuPackage> packages = new ArrayList<>();
        for (Subgraph subgraph : subgraphs) {
            for (Operator operator : subgraph.operators()) {
                if (operator.isEdgeTpu()) {
                    for (PackageReader.Entry entry : reader.packages(operator.customOptions())) {
                        packages.add(reader.read(packages.size(), subgraph.index(), operator.index(), entry));
                    }
                }
            }
        }
        bytes.checkDisjoint(packages.stream().map(EdgeTpuPackage::range).toList(), "packages");
        return packages;
    }
}
