package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.device.Device;
import org.tensorizer.device.InnerResults;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.tflite.TfliteSession;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.model.TfliteModel.Subgraph;

/**
 * An emulated Edge TPU behind TFLite's custom op: the model goes the same way as to silicon, through TFLite's interpreter
 * and its tensors, and is executed by {@link EmulatedProgram}. Takes compiled models only.
 *
 * <p>By default it treats parameters as libedgetpu does: cached by token, so that models with one token see each other's
 * weights while sessions overlap. Models patched by this project have fresh tokens and are not affected.
 *
 * <p>Thread safety: yes; sessions share the chip's parameter memory.
 */
public final class EmulatorDevice implements Device {
    private static final String NAME = "emulator";

    private final ChipParameters chip;
    private final ParameterMemory memory;

    /** The Edge TPU as far as it is known, parameters cached by token. */
    public EmulatorDevice() {
        this(ChipParameters.EDGE_TPU, true);
    }

    /**
     * A chip of other parameters.
     *
     * @param cachesByToken whether parameters whose token the chip has are not sent again, whatever their bytes; else each
     *     inference brings its own
     */
    public EmulatorDevice(ChipParameters chip, boolean cachesByToken) {
        this.chip = chip;
        this.memory = cachesByToken ? new ParameterMemory(name(chip)) : null;
    }

    private static String name(ChipParameters chip) {
        return chip.equals(ChipParameters.EDGE_TPU) ? NAME : NAME + " (" + chip + ")";
    }

    /** {@code emulator}; with the differences in parentheses if it emulates another chip than the Edge TPU. */
    @Override
    public String name() {
        return name(chip);
    }

    @Override
    public Provenance provenance() {
        return Provenance.EMULATED;
    }

    /**
     * Executes the streams of every compiled part of the model, then loads it into TFLite.
     *
     * @throws UnsupportedProgramException a compiled part is no program the emulated chip understands; names
     *     instruction and offset
     * @throws BadInputException no valid model, or one that is not compiled for the Edge TPU
     */
    @Override
    public Session open(TfliteModel file) {
        if (!file.isCompiled()) {
            throw new BadInputException(
                    file + ": not compiled for the Edge TPU, the emulator runs compiled models only");
        }
        List<EmulatorKernel.Op> ops = new ArrayList<>();
        for (EdgeTpuPackage compiled : file.packages()) {
            ops.add(op(file, compiled));
        }
        EmulatorKernel kernel = new EmulatorKernel(ops, memory);
        return kernel.session(TfliteSession.open(file, TfliteSession.Options.kernel(name(), kernel)));
    }

    /** Loads the model anew for each inference, with the parameters in its file, whatever the chip was sent before. */
    @Override
    public Optional<InnerResults> innerResults() {
        return Optional.of((model, inputs, listener) ->
                EmulatedProgram.load(model.onlyPackage(), model.bytes(), chip).run(inputs, listener));
    }

    private EmulatorKernel.Op op(TfliteModel file, EdgeTpuPackage compiled) {
        Subgraph graph = file.subgraphs().get(compiled.subgraph());
        Operator operator = graph.operators().get(compiled.operator());
        try {
            EmulatedProgram program = EmulatedProgram.load(compiled, file.bytes(), chip);
            return new EmulatorKernel.Op(
                    file.bytes(operator.customOptions()),
                    program,
                    order(graph, operator.inputs(), program.inputs(), "input"),
                    order(graph, operator.outputs(), program.outputs(), "output"));
        } catch (BadInputException e) {
            throw new UnsupportedProgramException(
                    file.name() + ": operator " + operator.index() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Which tensor of the op each layer is: by name, which the compiler keeps; with one of each there is no choice. Outputs
     * that only keep a state, which the op has no tensor for, are -1.
     */
    private static int[] order(Subgraph graph, List<Integer> tensors, List<Layer> layers, String role) {
        boolean fewer = tensors.size() < layers.size() && role.equals("output") && !tensors.isEmpty();
        if (tensors.size() != layers.size() && !fewer) {
            throw new UnsupportedProgramException(
                    role + "s: the program has " + layers.size() + ", the operator " + tensors.size());
        }
        int[] order = new int[layers.size()];
        int found = 0;
        for (int i = 0; i < order.length; i++) {
            order[i] = layers.size() == 1 ? 0 : named(graph, tensors, layers.get(i), role);
            if (order[i] >= 0) {
                checkTensor(graph.tensors().get(tensors.get(order[i])), layers.get(i), role);
                found++;
            }
        }
        if (found != tensors.size()) {
            throw new UnsupportedProgramException(role + "s: " + found + " of the operator's " + tensors.size()
                    + " tensors are layers of the program");
        }
        return order;
    }

    private static int named(Subgraph graph, List<Integer> tensors, Layer layer, String role) {
        List<Integer> named = IntStream.range(0, tensors.size())
                .filter(t -> graph.tensors().get(tensors.get(t)).name().equals(layer.name()))
                .boxed()
                .toList();
        if (named.size() > 1) {
            throw new UnsupportedProgramException(
                    role + " " + Printable.name(layer.name()) + ": " + named.size() + " tensors have its name");
        }
        return named.isEmpty() ? -1 : named.get(0);
    }

    private static void checkTensor(Tensor tensor, Layer layer, String role) {
        TensorType type = switch (layer.type()) {
            case FIXED_POINT8 -> TensorType.UINT8;
            case SIGNED_FIXED_POINT8 -> TensorType.INT8;
            case SIGNED_FIXED_POINT16 -> TensorType.INT16;
            case SIGNED_FIXED_POINT32 -> TensorType.INT32;
            case SINGLE -> TensorType.FLOAT32;
            default -> null;
        };
        if (tensor.type() != type || tensor.elements() * layer.type().bytes() != layer.unpaddedBytes()) {
            throw new UnsupportedProgramException(role + " " + Printable.name(layer.name()) + ": the program has "
                    + layer.unpaddedBytes() + " bytes of " + layer.type() + ", the tensor " + tensor.elements() + " of "
                    + tensor.type());
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
