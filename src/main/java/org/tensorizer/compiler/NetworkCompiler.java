package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.compiler.CompiledNetwork.Placed;
import org.tensorizer.compiler.GraphReader.Found;
import org.tensorizer.compiler.GraphReader.Stop;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;
import org.tensorizer.template.SourceModel;

/**
 * Compiles a quantized .tflite: the longest run of operators on images and what follows them goes to the
 * chip. What stands in front of it or behind it stays on the host, as operators of the output around the one custom op, and
 * so does a QUANTIZE at either end.
 *
 * <p>Deterministic: the same source gives the same bytes; its token is a digest of programs and payload. Thread-safe.
 */
public final class NetworkCompiler {
    private static final Set<String> DENSE = Set.of("FULLY_CONNECTED", "RESHAPE", "QUANTIZE");

    private static final String NO_ROOM = "does not fit: ";

    private final TfliteModel source;
    /** Operators that the chip's programs cover, by their index. */
    private final Set<Integer> covered = new HashSet<>();
    /** Why an operator is not covered. */
    private final Map<Integer, String> refusals = new HashMap<>();
    /** Why an operator is not on the chip though it is covered. */
    private final Map<Integer, String> limits = new HashMap<>();

    private NetworkCompiler(TfliteModel source) {
        this.source = source;
    }

    /**
     * Compiles as much of a source as one custom op can be.
     *
     * @throws BadInputException the source contradicts itself, or no operator can go to the chip; the message names tensor
     *     or operator and the reason
     */
    public static CompiledNetwork compile(TfliteModel source) {
        if (source.isCompiled()) {
            throw new BadInputException(source.name() + ": compiled already (it holds " + Operator.EDGE_TPU + ")");
        }
        if (source.subgraphs().size() != 1) {
            throw new BadInputException(
                    source.name() + ": " + source.subgraphs().size() + " subgraphs, expected one");
        }
        SourceCheck.require(source);
        return isDense(source) ? dense(source) : new NetworkCompiler(source).longest();
    }

    /**
     * Compiles a whole source, the QUANTIZE and DEQUANTIZE at its ends excepted.
     *
     * @throws BadInputException anything else would stay on the host; the message names the operator and the reason
     */
    public static CompiledNetwork compileWhole(TfliteModel source) {
        CompiledNetwork network = compile(source);
        Optional<Placed> left = Optional.empty();
        for (Placed placed : network.operators()) {
            boolean mayStay = placed.mapped() || isBorder(source, placed.operator());
            boolean tellsMore = left.isEmpty() || lacksRoom(left.get()) && lacksRoom(placed);
            if (!mayStay && tellsMore) {
                left = Optional.of(placed); // of those without room the last tells how much the whole is over
            }
        }
        if (left.isPresent()) {
            throw OperatorNumbers.refusal(
                    source, left.get().operator(), left.get().reason());
        }
        return network;
    }

    private static boolean lacksRoom(Placed placed) {
        return placed.reason().startsWith(NO_ROOM);
    }

    /**
     * Whether a source has fully connected layers and nothing else that computes: then it becomes what compiled programs of
     * such layers are. With anything else among them it is a network whose input may be a row of numbers.
     */
    private static boolean isDense(TfliteModel source) {
        Set<String> names = new HashSet<>();
        source.operators().forEach(operator -> names.add(operator.name()));
        return names.contains("FULLY_CONNECTED") && DENSE.containsAll(names);
    }

    private static CompiledNetwork dense(TfliteModel source) {
        byte[] file = SourceModel.of(source).compile();
        List<Placed> placed = source.operators().stream()
                .map(operator -> new Placed(operator, true, ""))
                .toList();
        return new CompiledNetwork(file, Optional.empty(), placed);
    }

    /** Whether an operator turns an input of the model into other numbers, or other numbers into an output. */
    private static boolean isBorder(TfliteModel source, Operator operator) {
        return operator.name().equals("QUANTIZE") && source.inputs().containsAll(operator.inputs())
                || Set.of("QUANTIZE", "DEQUANTIZE").contains(operator.name())
                        && source.outputs().containsAll(operator.outputs());
    }

    /** The chip's part and all that is written of it. */
    private record Compiled(ChipPart part, NetworkProgram program, byte[] file) {}

    private CompiledNetwork longest() {
        Optional<Compiled> best = Optional.empty();
        int length = 0;
        for (int start = 0; start + length < source.operators().size(); start++) {
            Optional<ChipPart> found = read(start);
            Optional<Compiled> next = found.isEmpty() ? Optional.empty() : longer(found.get(), length);
            if (next.isPresent()) {
                best = next;
                length = next.get().part().operators().size();
            }
        }
        if (best.isEmpty()) {
            throw nothing();
        }
        Compiled compiled = best.get();
        return new CompiledNetwork(compiled.file(), Optional.of(compiled.program()), placed(compiled.part()));
    }

    private Optional<ChipPart> read(int start) {
        Found found = GraphReader.read(source, start);
        found.part().ifPresent(part -> part.operators().forEach(operator -> covered.add(operator.index())));
        found.stop().ifPresent(stop -> refusals.putIfAbsent(stop.operator().index(), reason(stop)));
        return found.part();
    }

    /** The longest beginning of a part for which there is room, if it has more than so many operators. */
    private Optional<Compiled> longer(ChipPart part, int than) {
        for (int count = part.elements().size(); count > 0; count--) {
            ChipPart taken = new ChipPart(
                    source, part.input(), part.image(), part.elements().subList(0, count));
            if (taken.operators().size() <= than) {
                return Optional.empty();
            }
            String reason = taken.crossing();
            if (reason.isEmpty()) {
                try {
                    return Optional.of(write(taken));
                } catch (DoesNotFitException full) {
                    reason = NO_ROOM + described(full, taken);
                }
            }
            Operator operator = part.elements().get(count - 1).operators().get(0);
            limits.putIfAbsent(operator.index(), reason);
        }
        return Optional.empty();
    }

    /** With the name of the tensor that the message is about. */
    private String described(DoesNotFitException full, ChipPart part) {
        if (full.image().isEmpty()) {
            return full.getMessage();
        }
        Tensor tensor = part.imageTensor(full.image().getAsInt());
        return "tensor " + tensor.index() + " (" + Printable.name(tensor.name()) + "): " + full.getMessage();
    }

    private Compiled write(ChipPart part) {
        List<ChainStep> steps = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        List<ConvolutionPayload.Numbers> numbers = new ArrayList<>();
        Optional<Head.Mean> mean = Optional.empty();
        List<Head.Layer> layers = new ArrayList<>();
        Optional<Head.Softmax> softmax = Optional.empty();
        for (Element element : part.elements()) {
            if (element.part() instanceof Element.ImageStep image) {
                steps.add(image.step());
                sources.add(image.source());
                image.numbers().ifPresent(numbers::add);
            } else if (element.part() instanceof Element.MeanPart each) {
                mean = Optional.of(each.mean());
            } else if (element.part() instanceof Element.LayerPart each) {
                layers.add(each.layer());
            } else if (element.part() instanceof Element.FunctionPart each) {
                layers.set(layers.size() - 1, layers.get(layers.size() - 1).with(each.element()));
            } else if (element.part() instanceof Element.SoftmaxPart each) {
                each.passing().ifPresent(layers::add);
                softmax = Optional.of(each.softmax());
            }
        }
        InputShape shape = InputShape.of(part.imageTensor(0));
        List<ChipPart.Output> outputs = part.outputs();
        List<Integer> results = outputs.stream()
                .map(ChipPart.Output::image)
                .filter(image -> image > 0)
                .toList();
        ImageChain chain = ImageChain.of(shape.height(), shape.width(), shape.channels(), steps, sources, results);
        part.requireShapes(chain);
        NetworkProgram program = NetworkProgram.of(chain, new Head(mean, layers, softmax));
        return new Compiled(
                part,
                program,
                new NetworkFile(
                                program,
                                numbers,
                                part.inputTensor(),
                                outputs.stream().map(ChipPart.Output::tensor).toList())
                        .write(source, part.before(), part.behind()));
    }

    private BadInputException nothing() {
        for (Operator operator : source.operators()) {
            String reason = limits.getOrDefault(operator.index(), refusals.get(operator.index()));
            if (reason != null && !isBorder(source, operator)) {
                return OperatorNumbers.refusal(source, operator, reason);
            }
        }
        return new BadInputException(source.name() + ": no operator that the chip could execute");
    }

    /** Without the names that stand beside it. */
    private String reason(Stop stop) {
        String names = OperatorNumbers.refusal(source, stop.operator(), "").getMessage();
        return stop.reason().startsWith(names) ? stop.reason().substring(names.length()) : stop.reason();
    }

    private List<Placed> placed(ChipPart part) {
        List<Operator> mapped = part.operators();
        List<Placed> placed = new ArrayList<>();
        for (Operator operator : source.operators()) {
            boolean mine = mapped.contains(operator);
            placed.add(new Placed(operator, mine, mine ? "" : reason(operator, mapped)));
        }
        return placed;
    }

    /** Why an operator stays on the host: its own fault, or that it stands apart. */
    private String reason(Operator operator, List<Operator> mapped) {
        if (isBorder(source, operator)) {
            return "stays on the host, at the border of the model";
        }
        int index = operator.index();
        if (!covered.contains(index) && !refusals.containsKey(index)) {
            read(index);
        }
        if (!covered.contains(index) && refusals.containsKey(index)) {
            return refusals.get(index);
        }
        return limits.getOrDefault(
                index,
                "is covered, but a model has one custom op and the longest run of operators is "
                        + mapped.get(0).index() + " to "
                        + mapped.get(mapped.size() - 1).index());
    }
}
