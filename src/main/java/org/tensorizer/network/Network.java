package org.tensorizer.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphFinder;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.rules.Quantized;
import org.tensorizer.network.trace.Trace;
import org.tensorizer.network.trace.Tracer;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedLayer;

/**
 * One compiled package of a model as a network of operators. Finding them takes one execution of the program without
 * arithmetic, a second or a few. Immutable, safe for many threads; {@link NetworkWriter} writes to copies of it.
 */
public final class Network {
    private final TfliteModel model;
    private final EdgeTpuPackage compiled;
    private final Executable program;
    private final Optional<Executable> cached;
    private final List<Edge> inputs;
    private final List<Edge> outputs;
    private final Trace trace;
    private final Graph graph;
    private final List<LayerOperator> layers;

    /**
     * An input or output, as the model around the package has it.
     *
     * @param name of the executable's layer
     * @param tensor of the model
     * @param quantized in the chip's unsigned domain
     */
    public record Edge(String name, Tensor tensor, Quantized quantized) {
        /** Whether the bytes are int8 outside of the chip. */
        public boolean isSigned() {
            return tensor.type() == TensorType.INT8;
        }
    }

    private Network(TfliteModel model, EdgeTpuPackage compiled) {
        this.model = model;
        this.compiled = compiled;
        this.cached = compiled.findParameterCaching();
        this.program = compiled.findExecutionOnly()
                .or(() -> compiled.executables().stream().findFirst())
                .orElseThrow(() ->
                        new BadInputException(model.name() + ": package " + compiled.index() + " holds no executable"));
        this.inputs = edges(program.inputLayers(), true);
        this.outputs = edges(program.outputLayers(), false);
        this.trace = Tracer.trace(model, compiled);
        this.graph = GraphFinder.find(
                trace, inputs.stream().map(edge -> edge.quantized().zeroPoint()).toList());
        this.layers = graph.layers();
    }

    /**
     * The network of a model with one compiled package.
     *
     * @throws BadInputException the model is not compiled or has several packages, its program cannot be executed, or an
     *     input has no quantization
     */
    public static Network of(TfliteModel model) {
        return new Network(model, model.onlyPackage());
    }

    /**
     * The network of one of several packages. Errors as {@link #of(TfliteModel)}.
     *
     * @param index number of the package in the file
     */
    public static Network of(TfliteModel model, int index) {
        return new Network(model, model.packageAt(index));
    }

    private List<Edge> edges(List<Layer> executableLayers, boolean input) {
        List<Integer> outer = List.of();
        if (compiled.operator() >= 0) {
            Operator operator =
                    model.subgraphs().get(compiled.subgraph()).operators().get(compiled.operator());
            outer = input ? operator.inputs() : operator.outputs();
        }
        List<Edge> edges = new ArrayList<>();
        for (Layer layer : executableLayers) {
            Tensor tensor = null;
            for (int index : outer) {
                Tensor each =
                        model.subgraphs().get(compiled.subgraph()).tensors().get(index);
                if (each.name().equals(layer.name())) {
                    tensor = each;
                }
            }
            if (tensor == null && edges.size() < outer.size()) {
                tensor = model.subgraphs().get(compiled.subgraph()).tensors().get(outer.get(edges.size()));
            }
            if (tensor == null || !TensorDomain.has(tensor.type()) || !tensor.isQuantizedPerTensor()) {
                throw new BadInputException(model.name() + ": " + (input ? "input " : "output ")
                        + Printable.name(layer.name())
                        + ", expected an int8 or uint8 tensor with one scale and zero point around the package");
            }
            int zero = Math.toIntExact(TensorDomain.chipZeroPoint(tensor.type(), tensor.zeroPoint()));
            edges.add(new Edge(layer.name(), tensor, new Quantized(tensor.scale(), zero)));
        }
        return edges;
    }

    public TfliteModel model() {
        return model;
    }

    /** The package. */
    public EdgeTpuPackage compiled() {
        return compiled;
    }

    /** The executable that computes. */
    public Executable program() {
        return program;
    }

    /** The executable that loads parameters, if there is one. */
    public Optional<Executable> parameterCaching() {
        return cached;
    }

    /** Inputs in the order of the executable. */
    public List<Edge> inputs() {
        return List.copyOf(inputs);
    }

    /** Outputs in the order of the executable. */
    public List<Edge> outputs() {
        return List.copyOf(outputs);
    }

    public Trace trace() {
        return trace;
    }

    public Graph graph() {
        return graph;
    }

    /** Layers with weights in the order in which they are computed. */
    public List<LayerOperator> layers() {
        return layers;
    }

    /**
     * A layer by its number.
     *
     * @throws BadInputException there is none
     */
    public LayerOperator layer(int index) {
        if (index < 0 || index >= layers.size()) {
            throw new BadInputException(model.name() + ": layer " + index + ", expected 0 to " + (layers.size() - 1));
        }
        return layers.get(index);
    }

    /** Where a layer's bytes stand in the file. */
    public ByteRange range(LayerOperator layer) {
        int start = fileOffset(layer.offset());
        return new ByteRange(start, start + layer.layout().size());
    }

    /** A layer to be patched: its executable and where it stands in the parameters of that. */
    public PatchTarget target(LayerOperator layer) {
        boolean isCached = layer.offset() < trace.cachedBytes();
        int at = layer.offset() - (isCached ? 0 : trace.cachedBytes());
        Executable holds = isCached ? cached.orElse(program) : program;
        return PatchTarget.of(model, compiled.index(), holds.index())
                .withLayer(new PatchedLayer(layer.toString(), layer.layout(), at));
    }

    /** Where a byte of the payload, cached and streamed parameters one after the other, stands in the file. */
    public int fileOffset(int payloadOffset) {
        return payloadOffset < trace.cachedBytes()
                ? cached.orElse(program).parameters().start() + payloadOffset
                : program.parameters().start() + payloadOffset - trace.cachedBytes();
    }

    /**
     * The weights of a layer: chip bytes (int8 XOR 0x80) in the order W[out][ky][kx][in], of a depthwise layer
     * W[channel][ky][kx].
     */
    public byte[] weights(LayerOperator layer) {
        return layer.layout().unpack(trace.payload(), layer.offset());
    }

    /** Zero point of a layer's weights as a chip byte. */
    public int weightZero(LayerOperator layer) {
        return layer.layout().header().zeroPoints()
                ? Header.ZERO_POINT
                : layer.fields().weightZero();
    }

    /** The biases of a layer, zeros if it has none. */
    public int[] biases(LayerOperator layer) {
        PayloadLayout layout = layer.layout();
        int[] biases = new int[layout.outputs()];
        for (int output = 0; layout.header().biases() && output < biases.length; output++) {
            biases[output] = PayloadLayout.Words.get(trace.payload(), layer.offset() + layout.biasOffset(output));
        }
        return biases;
    }

    /** Multiplier of each output channel: accumulator to output steps. */
    public float[] multipliers(LayerOperator layer) {
        PayloadLayout layout = layer.layout();
        float[] multipliers = new float[layout.outputs()];
        for (int output = 0; output < multipliers.length; output++) {
            float scale = layout.header().scales()
                    ? Float.intBitsToFloat(
                            PayloadLayout.Words.get(trace.payload(), layer.offset() + layout.scaleOffset(output)))
                    : 1;
            multipliers[output] = scale * layer.fields().multiplierValue();
        }
        return multipliers;
    }

    /**
     * Where the tokens of the package stand in the file.
     *
     * @throws BadInputException an executable whose token the runtime compares has no place for it
     */
    public List<ByteRange> tokenFields() {
        List<ByteRange> fields = new ArrayList<>();
        for (Executable executable : compiled.executables()) {
            if (executable.tokenField().isPresent()) {
                fields.add(executable.tokenField().get());
            } else if (executable.type() != ExecutableType.STAND_ALONE) {
                throw new BadInputException(model.name() + ": executable " + executable.index() + " ("
                        + executable.type()
                        + ") leaves parameter_caching_token out, so it cannot get a fresh token; the"
                        + " chip would keep the old weights");
            }
        }
        return fields;
    }
}
