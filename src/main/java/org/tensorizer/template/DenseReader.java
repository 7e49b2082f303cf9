package org.tensorizer.template;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Program;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.DataType;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate.NotDenseException;

/**
 * Recognises one Dense layer in a compiled model: by its layers, the fields of its tensor op and the size of its payload.
 * All of them must agree.
 */
final class DenseReader {
    private final TfliteModel model;

    private DenseReader(TfliteModel model) {
        this.model = model;
    }

    /** @throws NotDenseException with the first thing that does not fit */
    static DenseFacts read(TfliteModel model) {
        return new DenseReader(model).facts();
    }

    /** The parts of a compiled model of one input and one output vector that its layers are read from. */
    record Container(Executable execution, Executable caching, Layer input, Layer output, List<Instruction> ops) {}

    /** @throws NotDenseException with the first thing that speaks against Dense layers */
    static Container container(TfliteModel model) {
        return new DenseReader(model).container();
    }

    private Container container() {
        EdgeTpuPackage edgeTpu = onlyPackage();
        Executable execution = only(edgeTpu.findExecutionOnly().stream().toList(), "EXECUTION_ONLY");
        Executable caching = only(edgeTpu.findParameterCaching().stream().toList(), "PARAMETER_CACHING");
        Layer input = vector(execution.inputLayers(), "input");
        Layer output = vector(execution.outputLayers(), "output");
        List<Instruction> ops = stream(execution).instructions().stream()
                .filter(instruction -> instruction.opcode() == Opcode.MULTIPLY_ACCUMULATE)
                .toList();
        if (ops.isEmpty()) {
            throw not("no tensor op in the program");
        }
        return new Container(execution, caching, input, output, ops);
    }

    /** Whether there are no more ops than one layer has; a short last tile has one of its own. */
    static boolean isOneLayer(Container container) {
        int outputs = container.output().z();
        boolean shortLastTile = outputs > DenseShape.GROUP && outputs % DenseShape.GROUP != 0;
        return container.ops().size() <= (shortLastTile ? 2 : 1);
    }

    private DenseFacts facts() {
        Container container = container();
        Executable execution = container.execution();
        Executable caching = container.caching();
        Layer input = container.input();
        Layer output = container.output();
        if (!isOneLayer(container)) {
            throw not(container.ops().size() + " tensor ops, expected one layer's");
        }
        Instruction op = container.ops().get(0);
        DenseShape bare = DenseShape.of(input.z(), output.z(), ParameterFormat.of(op.getInt(Op.FORMAT)));
        requireFit(bare, op, caching);
        Quantization quantization = quantization(bare, op, input, output);
        // NONE with clamps of their own: the prediction takes them from the program anyway
        Activation activation = activation(op, quantization).orElse(Activation.NONE);
        DenseShape shape = new DenseShape(bare.inputs(), bare.outputs(), bare.format(), activation);
        return new DenseFacts(
                shape,
                quantization,
                TensorDomain.ofChip(type(input), quantization.inputZeroPoint()),
                TensorDomain.ofChip(type(output), quantization.outputZeroPoint()),
                execution,
                caching,
                op.getFloat(Op.MULTIPLIER),
                op.getFloat(Op.CLAMP_MIN),
                op.getFloat(Op.CLAMP_MAX),
                isOurs(shape, quantization, execution, caching));
    }

    private EdgeTpuPackage onlyPackage() {
        if (!model.isCompiled()) {
            throw not("it is not compiled (operators: "
                    + String.join(
                            ", ",
                            model.operators().stream()
                                    .map(Operator::name)
                                    .distinct()
                                    .toList()) + ")");
        }
        if (model.operators().size() != 1) {
            throw not(model.operators().size() + " operators, expected the custom op alone");
        }
        if (model.packages().size() != 1) {
            throw not(model.packages().size() + " compiled packages, expected 1");
        }
        return model.packages().get(0);
    }

    private Executable only(List<Executable> found, String type) {
        if (found.size() != 1) {
            throw not("no " + type + " executable; a model that streams its weights has none, and is no template");
        }
        if (found.get(0).chunks().size() != 1) {
            throw not("the " + type + " executable has " + found.get(0).chunks().size()
                    + " instruction chunks, expected 1");
        }
        return found.get(0);
    }

    private Layer vector(List<Layer> layers, String which) {
        if (layers.size() != 1) {
            throw not(layers.size() + " " + which + " layers, expected 1");
        }
        Layer layer = layers.get(0);
        if (layer.y() != 1 || layer.x() != 1 || layer.z() < 1) {
            throw not(which + " of " + layer.y() + " x " + layer.x() + " x " + layer.z()
                    + ", expected a vector 1 x 1 x N");
        }
        if (layer.type() != DataType.FIXED_POINT8 && layer.type() != DataType.SIGNED_FIXED_POINT8) {
            throw not(which + " of type " + layer.type() + ", expected 8 bits");
        }
        return layer;
    }

    private static TensorType type(Layer layer) {
        return layer.type() == DataType.SIGNED_FIXED_POINT8 ? TensorType.INT8 : TensorType.UINT8;
    }

    private InstructionStream stream(Executable executable) {
        InstructionChunk chunk = executable.chunks().get(0);
        return InstructionStream.frame(model.name() + " " + executable.type(), model.bytes(), chunk.range());
    }

    private void requireFit(DenseShape shape, Instruction op, Executable caching) {
        ShapeStatus status = ShapeStatus.of(shape);
        if (status.isRefused()) {
            throw not(status.reason());
        }
        int size = DenseLayout.of(shape).size();
        if (caching.parameters().length() != size) {
            throw not("payload of " + caching.parameters().length() + " bytes, " + shape + " has " + size);
        }
        agree("words of the input", Op.limits(op)[0] + 1, shape.weightRowsPerGroup());
        agree("groups of outputs", Op.limits(op)[1] + 1, shape.outputPartition().groupsPerTile());
    }

    private void agree(String what, int found, int expected) {
        if (found != expected) {
            throw not("the op has " + found + " " + what + ", a Dense of these layers has " + expected);
        }
    }

    private Quantization quantization(DenseShape shape, Instruction op, Layer input, Layer output) {
        float inputScale = scale(input, "input");
        float outputScale = scale(output, "output");
        float weightScale = Quantization.weightScale(op.getFloat(Op.MULTIPLIER), inputScale, outputScale);
        if (!shape.format().isPerChannel() && !(weightScale > 0 && Float.isFinite(weightScale))) {
            throw not("multiplier " + op.getFloat(Op.MULTIPLIER) + " between an input scale of " + inputScale
                    + " and an output scale of " + outputScale);
        }
        return quantization(shape.format(), op, inputScale, outputScale);
    }

    /** Zero points and multiplier are those of the op. */
    static Quantization quantization(ParameterFormat format, Instruction op, float inputScale, float outputScale) {
        int zeroIn = op.getInt(Op.INPUT_ZERO_POINT);
        int zeroOut = op.getInt(Op.OUTPUT_ZERO_POINT);
        if (format.isPerChannel()) {
            return Quantization.perChannel(inputScale, zeroIn, outputScale, zeroOut);
        }
        float weightScale = Quantization.weightScale(op.getFloat(Op.MULTIPLIER), inputScale, outputScale);
        return new Quantization(inputScale, zeroIn, weightScale, op.getInt(Op.WEIGHT_ZERO_POINT), outputScale, zeroOut);
    }

    private float scale(Layer layer, String which) {
        if (!(layer.scale() > 0) || Float.isInfinite(layer.scale())) {
            throw not(which + " scale " + layer.scale() + ", expected a positive finite number");
        }
        return layer.scale();
    }

    /** The activation whose clamps an op has; empty where it has clamps of its own. */
    static Optional<Activation> activation(Instruction op, Quantization quantization) {
        return Arrays.stream(Activation.values())
                .filter(each -> quantization.clampMin(each) == op.getFloat(Op.CLAMP_MIN)
                        && quantization.clampMax(each) == op.getFloat(Op.CLAMP_MAX))
                .findFirst();
    }

    private boolean isOurs(DenseShape shape, Quantization quantization, Executable execution, Executable caching) {
        return isSame(model, execution, DenseProgram.executionOnly(shape, quantization))
                && isSame(model, caching, DenseProgram.parameterCaching(shape));
    }

    /** Whether the one chunk of an executable is a program, byte for byte. */
    static boolean isSame(TfliteModel model, Executable executable, Program program) {
        return model.bytes(executable.chunks().get(0).range()).equals(ByteBuffer.wrap(program.bytes()));
    }

    private NotDenseException not(String reason) {
        return new NotDenseException(model.name(), reason);
    }

    /**
     * What {@link DenseReader} found in a compiled model.
     *
     * @param shape channels, payload format, activation
     * @param quantization as {@link DenseTemplate#quantization()} explains
     * @param input what the bytes of the input tensor mean
     * @param output what those of the output tensor mean
     * @param executionOnly the executable of an inference
     * @param parameterCaching the executable that holds the payload
     * @param multiplier of the tensor op, 1 where scales stand in the payload
     * @param clampMin of the tensor op
     * @param clampMax of the tensor op
     * @param ours whether both programs are, byte for byte, those {@link org.tensorizer.dense.DenseProgram} assembles
     */
    record DenseFacts(
            DenseShape shape,
            Quantization quantization,
            TensorDomain input,
            TensorDomain output,
            Executable executionOnly,
            Executable parameterCaching,
            float multiplier,
            float clampMin,
            float clampMax,
            boolean ours) {}
}
