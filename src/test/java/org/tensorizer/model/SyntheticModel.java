package org.tensorizer.model;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.model.schema.AnyHint;
import org.tensorizer.model.schema.AnyLayer;
import org.tensorizer.model.schema.Buffer;
import org.tensorizer.model.schema.DmaDescriptorHint;
import org.tensorizer.model.schema.DmaHint;
import org.tensorizer.model.schema.DmaHints;
import org.tensorizer.model.schema.Executable;
import org.tensorizer.model.schema.FenceHint;
import org.tensorizer.model.schema.FieldOffset;
import org.tensorizer.model.schema.InstructionBitstream;
import org.tensorizer.model.schema.InstructionHint;
import org.tensorizer.model.schema.InterruptHint;
import org.tensorizer.model.schema.Layer;
import org.tensorizer.model.schema.Meta;
import org.tensorizer.model.schema.Model;
import org.tensorizer.model.schema.MultiExecutable;
import org.tensorizer.model.schema.NumericsConstants;
import org.tensorizer.model.schema.Operator;
import org.tensorizer.model.schema.OperatorCode;
import org.tensorizer.model.schema.OutputLayer;
import org.tensorizer.model.schema.OutputLayout;
import org.tensorizer.model.schema.OutputShapeInfo;
import org.tensorizer.model.schema.Package;
import org.tensorizer.model.schema.QuantizationParameters;
import org.tensorizer.model.schema.Range;
import org.tensorizer.model.schema.SubGraph;
import org.tensorizer.model.schema.Tensor;
import org.tensorizer.model.schema.TensorLayout;
import org.tensorizer.model.schema.TensorShape;

/** Small compiled models that use every field of the schemas, written with the generated builders. */
public final class SyntheticModel {
    private SyntheticModel() {}

    /** A compiled model of both executables, with this payload. Its instructions are none. */
    public static byte[] compiled(byte[] payload) {
        byte[] caching = executable(1, 5, payload, List.of(new byte[16]));
        byte[] execution = executable(2, 5, new byte[0], List.of(new byte[16]));
        return tflite(List.of(options(4, List.of(pack(List.of(execution, caching))))));
    }

    /** A model with one compiled operator for each of the given options. */
    public static byte[] tflite(List<byte[]> customOptions) {
        FlatBufferBuilder b = new FlatBufferBuilder(1024);
        int[] operators = new int[customOptions.size()];
        for (int i = 0; i < operators.length; i++) {
            int inputs = Operator.createInputsVector(b, new int[] {0, -1});
            int outputs = Operator.createOutputsVector(b, new int[] {1});
            int options = b.createByteVector(customOptions.get(i));
            Operator.startOperator(b);
            Operator.addInputs(b, inputs);
            Operator.addOutputs(b, outputs);
            Operator.addCustomOptions(b, options);
            operators[i] = Operator.endOperator(b);
        }
        int operatorVector = SubGraph.createOperatorsVector(b, operators);
        int tensors = SubGraph.createTensorsVector(b, new int[] {tensor(b, "in", 0), tensor(b, "out", 1)});
        int subgraph = SubGraph.createSubGraph(
                b,
                tensors,
                SubGraph.createInputsVector(b, new int[] {0}),
                SubGraph.createOutputsVector(b, new int[] {1}),
                operatorVector,
                b.createString("main"));
        int code = OperatorCode.createOperatorCode(b, (byte) 32, b.createString("edgetpu-custom-op"), 1, 32);
        int[] buffers = {
            Buffer.createBuffer(b, Buffer.createDataVector(b, new byte[0]), 0, 0),
            Buffer.createBuffer(b, Buffer.createDataVector(b, new byte[] {1, 2, 3}), 0, 0)
        };
        int model = Model.createModel(
                b,
                3,
                Model.createOperatorCodesVector(b, new int[] {code}),
                Model.createSubgraphsVector(b, new int[] {subgraph}),
                b.createString("synthetic"),
                Model.createBuffersVector(b, buffers),
                0,
                0);
        Model.finishModelBuffer(b, model);
        return b.sizedByteArray();
    }

    private static int tensor(FlatBufferBuilder b, String name, int buffer) {
        int quantization = QuantizationParameters.createQuantizationParameters(
                b,
                0,
                0,
                QuantizationParameters.createScaleVector(b, new float[] {0.5f}),
                QuantizationParameters.createZeroPointVector(b, new long[] {-7}),
                (byte) 0,
                0,
                0);
        int shape = Tensor.createShapeVector(b, new int[] {1, 3});
        return Tensor.createTensor(b, shape, (byte) 9, buffer, b.createString(name), quantization, false);
    }

    /** A package of the given executables. */
    public static byte[] pack(List<byte[]> executables) {
        FlatBufferBuilder b = new FlatBufferBuilder(1024);
        int[] strings = new int[executables.size()];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = b.createString(ByteBuffer.wrap(executables.get(i)));
        }
        int vector = MultiExecutable.createSerializedExecutablesVector(b, strings);
        b.finish(MultiExecutable.createMultiExecutable(b, vector));
        byte[] multi = b.sizedByteArray();

        FlatBufferBuilder p = new FlatBufferBuilder(1024);
        int serialized = Package.createSerializedMultiExecutableVector(p, multi);
        int signature = Package.createSignatureVector(p, new byte[] {9, 9});
        int version = p.createString("test");
        int identifier = p.createString("id");
        Package.finishPackageBuffer(
                p, Package.createPackage(p, 13, serialized, signature, 1, version, 0, 0, identifier));
        return p.sizedByteArray();
    }

    /** An executable with all fields set and as many chunks as there are byte arrays. */
    public static byte[] executable(int type, long token, byte[] parameters, List<byte[]> chunks) {
        FlatBufferBuilder b = new FlatBufferBuilder(1024);
        int[] bitstreams = new int[chunks.size()];
        List<Integer> hints = new ArrayList<>();
        for (int i = 0; i < bitstreams.length; i++) {
            int relocation = FieldOffset.createFieldOffset(b, meta(b, 2, "", 1), 8 * chunks.get(i).length - 32);
            int input = FieldOffset.createFieldOffset(b, meta(b, 1, "in", 0), 3);
            bitstreams[i] = InstructionBitstream.createInstructionBitstream(
                    b,
                    InstructionBitstream.createBitstreamVector(b, chunks.get(i)),
                    InstructionBitstream.createFieldOffsetsVector(b, new int[] {relocation, input}));
            hints.add(hint(b, AnyHint.InstructionHint, InstructionHint.createInstructionHint(b, i), 0));
        }
        hints.add(hint(
                b,
                AnyHint.DmaDescriptorHint,
                DmaDescriptorHint.createDmaDescriptorHint(b, meta(b, 0, "out", 0), 4, 12),
                1));
        FenceHint.startFenceHint(b);
        hints.add(hint(b, AnyHint.FenceHint, FenceHint.endFenceHint(b), 0));
        hints.add(hint(b, AnyHint.InterruptHint, InterruptHint.createInterruptHint(b, (short) 2), 1));
        int hintVector = DmaHints.createHintsVector(
                b, hints.stream().mapToInt(Integer::intValue).toArray());
        int dmaHints = DmaHints.createDmaHints(b, hintVector, true);
        int parameterVector = Executable.createParametersVector(b, parameters);
        int streams = Executable.createInstructionBitstreamsVector(b, bitstreams);
        int inputs = Executable.createInputLayersVector(b, new int[] {layer(b, "in", false)});
        int outputs = Executable.createOutputLayersVector(b, new int[] {layer(b, "out", true)});
        int serializedModel = Executable.createSerializedModelVector(b, new byte[] {5});
        b.finish(Executable.createExecutable(
                b,
                4,
                b.createString("name"),
                serializedModel,
                2,
                64,
                streams,
                parameterVector,
                dmaHints,
                inputs,
                outputs,
                b.createString("beagle"),
                11,
                832,
                (short) type,
                token,
                true,
                1L << 40));
        return b.sizedByteArray();
    }

    private static int meta(FlatBufferBuilder b, int description, String name, int position) {
        return Meta.createMeta(b, (short) description, 1, b.createString(name), (short) position);
    }

    private static int hint(FlatBufferBuilder b, byte type, int content, int direction) {
        return DmaHint.createDmaHint(b, type, content, (short) direction);
    }

    private static int layer(FlatBufferBuilder b, String name, boolean output) {
        int numerics = NumericsConstants.createNumericsConstants(b, 121, 0.25f);
        int anyLayer = 0;
        if (output) {
            int layout = OutputLayout.createOutputLayout(
                    b,
                    OutputLayout.createYCoordinateToLinearTileIdMapVector(b, new int[] {0, 1}),
                    OutputLayout.createXCoordinateToLinearTileIdMapVector(b, new int[] {2}),
                    OutputLayout.createLinearizedTileByteOffsetVector(b, new int[] {0, 6, 12}),
                    OutputLayout.createXCoordinateToLocalByteOffsetVector(b, new int[] {3}),
                    OutputLayout.createYCoordinateToLocalYOffsetVector(b, new int[] {4}),
                    OutputLayout.createXCoordinateToLocalYRowSizeVector(b, new int[] {5}));
            int slice = TensorLayout.createTensorLayout(
                    b, shape(b), TensorLayout.createStrideVector(b, new int[] {12, 6, 1}));
            int info = OutputShapeInfo.createOutputShapeInfo(
                    b,
                    OutputShapeInfo.createSliceLayoutVector(b, new int[] {slice}),
                    OutputShapeInfo.createSliceOffsetVector(b, new int[] {8}));
            anyLayer = OutputLayer.createOutputLayer(b, layout, (short) 0, info);
        }
        int nameString = b.createString(name);
        int shape = shape(b);
        return Layer.createLayer(
                b,
                nameString,
                16,
                2,
                1,
                6,
                numerics,
                (short) 8,
                output ? AnyLayer.OutputLayer : AnyLayer.NONE,
                anyLayer,
                3,
                true,
                shape);
    }

    private static int shape(FlatBufferBuilder b) {
        TensorShape.startDimensionVector(b, 2);
        Range.createRange(b, 0, 5);
        Range.createRange(b, 1, 2);
        return TensorShape.createTensorShape(b, b.endVector());
    }

    /**
     * Options of an {@code edgetpu-custom-op}, all offsets and lengths of one width.
     *
     * @param width 1, 2, 4 or 8
     * @param packages the first under key 4, the others under key 7
     * @param chips under key 6; keys 6 and 7 are left out if there are none
     */
    public static byte[] options(int width, List<byte[]> packages, int... chips) {
        FlexBytes out = new FlexBytes(width);
        int[] keys = {out.key("4"), out.key("6"), out.key("7")};
        int[] strings = packages.stream().mapToInt(out::string).toArray();
        if (chips.length == 0) {
            return out.map(new int[] {keys[0]}, new int[] {strings[0]}, new int[] {out.type(5)});
        }
        int chipVector = out.smallNumbers(chips);
        int further = out.strings(strings, 1);
        return out.map(
                keys, new int[] {strings[0], chipVector, further}, new int[] {out.type(5), 10 << 2, out.type(10)});
    }

    /** Writes a FlexBuffer front to back. */
    private static final class FlexBytes extends ByteArrayOutputStream {
        private final int width;

        FlexBytes(int width) {
            this.width = width;
        }

        int type(int kind) {
            return kind << 2 | Integer.numberOfTrailingZeros(width);
        }

        void number(long value) {
            for (int i = 0; i < width; i++) {
                write((int) (value >> 8 * i));
            }
        }

        int key(String key) {
            int at = size();
            writeBytes(key.getBytes(StandardCharsets.US_ASCII));
            write(0);
            return at;
        }

        int string(byte[] bytes) {
            number(bytes.length);
            int at = size();
            writeBytes(bytes);
            write(0);
            return at;
        }

        int smallNumbers(int... numbers) {
            write(numbers.length);
            int at = size();
            for (int number : numbers) {
                write(number);
            }
            for (int i = 0; i < numbers.length; i++) {
                write(1 << 2);
            }
            return at;
        }

        int strings(int[] strings, int from) {
            number(strings.length - from);
            int at = size();
            for (int i = from; i < strings.length; i++) {
                number(size() - strings[i]);
            }
            for (int i = from; i < strings.length; i++) {
                write(type(5));
            }
            return at;
        }

        byte[] map(int[] keys, int[] values, int[] types) {
            number(keys.length);
            int keysAt = size();
            for (int key : keys) {
                number(size() - key);
            }
            number(size() - keysAt);
            number(width);
            number(values.length);
            int mapAt = size();
            for (int value : values) {
                number(size() - value);
            }
            for (int type : types) {
                write(type);
            }
            number(size() - mapAt);
            write(type(9));
            write(width);
            return toByteArray();
        }
    }
}
