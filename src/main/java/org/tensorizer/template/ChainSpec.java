package org.tensorizer.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ChainProgram;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.dense.ShapeStatus;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Op;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.TileInstruction;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.DenseTemplate.NotDenseException;

/**
 * Dense layers one behind the other, to be compiled into one program. Token, input name and input type are those of the first
 * layer, output name and type those of the last one. One layer is a chain, too.
 *
 * @param layers first layer first; outputs of one are inputs of the next, with the same scale and zero point
 */
public record ChainSpec(List<DenseSpec> layers) {
    /** @throws org.tensorizer.base.BadInputException if there is no program for these layers in this order */
    public ChainSpec {
        layers = List.copyOf(layers);
        program(layers);
    }

    /**
     * The layers of a compiled Dense layer or chain, to be written anew: as a source model for TFLite, or compiled as they
     * were. Of a single layer that edgetpu_compiler made, too; of chains those whose programs are assembled here.
     *
     * @throws NotDenseException if it is something else, with the reason
     */
    public static ChainSpec read(TfliteModel compiled) {
        return Reader.read(compiled);
    }

    ChainProgram program() {
        return program(layers);
    }

    private static ChainProgram program(List<DenseSpec> layers) {
        return ChainProgram.of(
                layers.stream().map(DenseSpec::shape).toList(),
                layers.stream().map(DenseSpec::quantization).toList());
    }

    /** What the program of this chain rests on. */
    public ShapeStatus status() {
        return ChainProgram.status(shapes());
    }

    public List<DenseShape> shapes() {
        return layers.stream().map(DenseSpec::shape).toList();
    }

    DenseSpec first() {
        return layers.get(0);
    }

    DenseSpec last() {
        return layers.get(layers.size() - 1);
    }

    /**
     * Takes a compiled chain of Dense layers apart again: sizes, quantization and activation of each layer from the ops, the
     * numbers from the payload. It is done when the programs of the layers found are, byte for byte, those in the file.
     *
     * <p>What a compiled model does not hold is chosen: of the channels between two layers only words of four are known, unless
     * the model's description tells the sizes; the scale between two layers is one that leads to the same clamps and, with
     * weight scales to go with it, to the same multipliers. Of several such scales none is more right than another.
     */
    private static final class Reader {
        private static final Pattern SHAPE = Pattern.compile("Dense (\\d{1,6}) -> (\\d{1,6}),");

        /** Layers but for what is chosen: their scales. */
        private record Part(Instruction op, DenseShape shape, byte[] payload, float[] multipliers) {}

        /** Every mantissa of a float32 is tried for the scale between two layers. */
        private static final int MANTISSAS = 1 << 23;

        private static final int LEAST_SCALE = Float.floatToRawIntBits(0.5f);

        /** How far from its estimate the scale of a RELU6 is looked for, in units of its last place. */
        private static final int REACH = 64;

        private final TfliteModel model;
        private final DenseReader.Container container;
        private final List<Integer> told = new ArrayList<>();
        private final byte[] payload;

        private Reader(TfliteModel model, DenseReader.Container container) {
            this.model = model;
            this.container = container;
            payload = model.copy(container.caching().parameters());
            Matcher shapes = SHAPE.matcher(model.description());
            while (shapes.find()) {
                told.add(Integer.parseInt(shapes.group(2)));
            }
        }

        /** @throws NotDenseException it is no chain of Dense layers, or one whose program is not assembled here */
        static ChainSpec read(TfliteModel model) {
            DenseReader.Container container = DenseReader.container(model);
            if (DenseReader.isOneLayer(container)) {
                return new ChainSpec(List.of(DenseTemplate.of(model).spec()));
            }
            return new Reader(model, container).chain();
        }

        private ChainSpec chain() {
            List<Part> parts = parts();
            float[] scales = new float[parts.size() + 1];
            scales[0] = container.input().scale();
            scales[parts.size()] = container.output().scale();
            if (!choose(parts, 1, scales)) {
                throw not("multipliers and clamps to which no scales between its layers lead");
            }
            List<DenseSpec> layers = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                layers.add(layer(parts.get(i), scales[i], scales[i + 1]));
            }
            ChainSpec chain = new ChainSpec(layers);
            ChainProgram program = chain.program();
            same(program.executionOnly(), container.execution());
            same(program.parameterCaching(), container.caching());
            return chain;
        }

        private List<Part> parts() {
            List<Part> parts = new ArrayList<>();
            int channels = container.input().z();
            int at = 0;
            List<Instruction> ops = container.ops();
            for (int i = 0; i < ops.size(); ) {
                boolean two = i + 1 < ops.size() && isShortLastTile(ops.get(i), ops.get(i + 1));
                int next = i + (two ? 2 : 1);
                int outputs = next == ops.size() ? container.output().z() : outputs(parts.size(), ops.subList(i, next));
                Part part = part(ops.get(i), channels, outputs, at);
                parts.add(part);
                channels = outputs;
                at += part.payload().length;
                i = next;
            }
            if (at != payload.length) {
                throw not("payload of " + payload.length + " bytes, its " + parts.size() + " layers need " + at);
            }
            return parts;
        }

        private Part part(Instruction op, int inputs, int outputs, int at) {
            DenseShape shape = DenseShape.of(inputs, outputs, ParameterFormat.of(op.getInt(Op.FORMAT)));
            DenseLayout layout = DenseLayout.of(shape);
            if (at + layout.size() > payload.length) {
                throw not("payload of " + payload.length + " bytes, the layers found so far need "
                        + (at + layout.size()));
            }
            byte[] bytes = Arrays.copyOfRange(payload, at, at + layout.size());
            float[] multipliers = {op.getFloat(Op.MULTIPLIER)};
            if (layout.header().hasScales()) {
                multipliers = new float[outputs];
                for (int out = 0; out < outputs; out++) {
                    multipliers[out] = layout.header().scale(bytes, 0, out);
                }
            }
            return new Part(op, shape, bytes, multipliers);
        }

        /** Chooses the scale behind layer {@code next - 1} and all that follow. */
        private static boolean choose(List<Part> parts, int next, float[] scales) {
            Part part = parts.get(next - 1);
            if (next == parts.size()) {
                return leads(part, scales[next - 1], scales[next]);
            }
            for (int i = 0; i < MANTISSAS + 2 * REACH; i++) {
                float scale = candidate(part.op(), i);
                if (activation(part.op(), scale).isPresent() && leads(part, scales[next - 1], scale)) {
                    scales[next] = scale;
                    if (choose(parts, next + 1, scales)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** What RELU6 tells of its scale, then 0.5 to 1: a power of two more changes no bit of clamps and multipliers. */
        private static float candidate(Instruction op, int number) {
            int six = Float.floatToRawIntBits(6 / op.getFloat(Op.CLAMP_MAX));
            return number < 2 * REACH
                    ? Float.intBitsToFloat(six + (number % 2 == 0 ? number / 2 : -number / 2 - 1))
                    : Float.intBitsToFloat(LEAST_SCALE + number - 2 * REACH);
        }

        /** Whether there are weight scales for all multipliers of a layer between two scales. */
        private static boolean leads(Part part, float inputScale, float outputScale) {
            for (float multiplier : part.multipliers()) {
                float weightScale = Quantization.weightScale(multiplier, inputScale, outputScale);
                if (inputScale * weightScale * (1f / outputScale) != multiplier) {
                    return false;
                }
            }
            return true;
        }

        /** Clamps are limits that went through the scale and back: they must be those of an activation at this scale. */
        private static Optional<Activation> activation(Instruction op, float outputScale) {
            if (!(outputScale > 0) || Float.isInfinite(outputScale)) {
                return Optional.empty();
            }
            return DenseReader.activation(
                    op, Quantization.perChannel(1, 0, outputScale, op.getInt(Op.OUTPUT_ZERO_POINT)));
        }

        /** A short last tile has an op of its own, behind that of the tiles before it. */
        private static boolean isShortLastTile(Instruction op, Instruction next) {
            int tiles = op.getInt(TileInstruction.TILES);
            return next.getInt(TileInstruction.TILES) == tiles + 1 && Op.limits(next)[0] == Op.limits(op)[0];
        }

        /** Output channels of a hidden layer: as its op computes them, or as the description has them where that fits. */
        private int outputs(int layer, List<Instruction> ops) {
            int groups = Op.limits(ops.get(0))[1] + 1;
            int tiles = Integer.bitCount(ops.get(0).getInt(TileInstruction.TILES));
            Instruction last = ops.get(ops.size() - 1);
            int words = last.getInt(Op.OUTPUTS.limits().get(0)) + 1;
            int before = DenseShape.GROUP * groups * (ops.size() > 1 ? tiles : tiles - 1);
            int outputs = before + DenseShape.GROUP * (groups - 1) + Chip.WORD_BYTES * words;
            boolean tells = layer < told.size() && (told.get(layer) + 3) / 4 * 4 == outputs;
            return tells ? told.get(layer) : outputs;
        }

        private DenseSpec layer(Part part, float inputScale, float outputScale) {
            Instruction op = part.op();
            DenseShape bare = part.shape();
            Quantization quantization = DenseReader.quantization(bare.format(), op, inputScale, outputScale);
            Activation activation = activation(op, outputScale)
                    .orElseThrow(
                            () -> not("clamps of " + op.getFloat(Op.CLAMP_MIN) + " and " + op.getFloat(Op.CLAMP_MAX)
                                    + ", which no activation has at an output scale of " + outputScale));
            DenseShape shape = new DenseShape(bare.inputs(), bare.outputs(), bare.format(), activation);
            Tensor input = model.tensors().get(model.inputs().get(0));
            Tensor output = model.tensors().get(model.outputs().get(0));
            return DenseTemplate.spec(shape, quantization, part.payload())
                    .types(input.type(), output.type())
                    .names(container.input().name(), container.output().name())
                    .token(container.caching().token())
                    .build();
        }

        private void same(Program program, Executable executable) {
            if (!DenseReader.isSame(model, executable, program)) {
                throw not(
                        "its " + executable.type() + " program is another than the one assembled here for such layers");
            }
        }

        private NotDenseException not(String reason) {
            return new NotDenseException(model.name(), "nor a chain of them: " + reason);
        }
    }
}
