package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.compiler.CompiledNetwork.Placed;
import org.tensorizer.compiler.GraphReader.Found;
import org.tensorizer.compiler.GraphReader.Stop;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Step;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.SourceModel;

/**
 * Compiles a quantized .tflite of a chain of images and what follows them. Deterministic: the same source gives the same
 * bytes; its token is a digest of programs and payload. Thread-safe.
 */
public final class NetworkCompiler {
    private static final Set<String> DENSE = Set.of("FULLY_CONNECTED", "RESHAPE", "QUANTIZE");

    private final TfliteModel source;
    private final Found found;
    private final boolean partial;

    private NetworkCompiler(TfliteModel source, boolean partial) {
        this.source = source;
        this.found = GraphReader.read(source);
        this.partial = partial;
    }

    /**
     * Compiles a source.
     *
     * @param partial whether operators behind the covered ones, and those for which the chip has no room, may stay on the
     *     host; a QUANTIZE at either end always does
     * @throws BadInputException an operator is not covered, or the chip has no room; the message names it
     */
    public static CompiledNetwork compile(TfliteModel source, boolean partial) {
        return isDense(source) ? dense(source) : new NetworkCompiler(source, partial).compile();
    }

    /** Whether a source has fully connected layers and nothing else that computes. */
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

    private CompiledNetwork compile() {
        if (!partial && found.stop().isPresent() && !found.stop().get().border()) {
            throw new BadInputException(found.stop().get().reason() + hint());
        }
        Optional<Stop> stop = found.stop();
        int count = found.elements().size();
        BadInputException last = null;
        while (count > 0) {
            List<Element> taken = found.elements().subList(0, count);
            Element end = taken.get(count - 1);
            Operator operator = end.operators().get(0);
            String reason;
            try {
                String crossing = crossing(taken);
                if (crossing.isEmpty()) {
                    return write(taken, stop);
                }
                reason = crossing;
            } catch (DoesNotFitException full) {
                reason = full.getMessage();
            }
            last = new BadInputException(source.name() + ": " + reason);
            if (!partial) {
                throw last;
            }
            stop = Optional.of(new Stop(operator, reason, false));
            count--;
        }
        throw last != null
                ? last
                : new BadInputException(found.stop()
                        .map(Stop::reason)
                        .orElse(source.name() + ": no operator that the chip could execute"));
    }

    private String hint() {
        return found.elements().isEmpty()
                ? ""
                : "; --partial compiles the " + found.elements().size()
                        + " in front of it and leaves the rest on the host";
    }

    /** Says which tensor inside the chip's part something else needs, nothing if there is none. */
    private String crossing(List<Element> taken) {
        Set<Integer> inside = new HashSet<>();
        Set<Integer> mapped = new HashSet<>();
        for (Element element : taken) {
            for (Operator operator : element.operators()) {
                mapped.add(operator.index());
                inside.addAll(operator.outputs());
            }
        }
        inside.remove(taken.get(taken.size() - 1).tensor());
        for (Operator operator : source.operators()) {
            for (int input : operator.inputs()) {
                if (!mapped.contains(operator.index()) && inside.contains(input)) {
                    return "operator " + operator.index() + " (" + operator.name() + ") on the host takes tensor "
                            + input + " from inside the chip's part, which has one output";
                }
            }
        }
        for (int output : source.outputs()) {
            if (inside.contains(output)) {
                return "tensor " + output
                        + ", an output of the model, lies inside the chip's part, which has one output";
            }
        }
        return "";
    }

    private CompiledNetwork write(List<Element> taken, Optional<Stop> stop) {
        List<Step> steps = new ArrayList<>();
        List<ConvolutionPayload.Numbers> numbers = new ArrayList<>();
        Optional<Head.Mean> mean = Optional.empty();
        List<Head.Layer> layers = new ArrayList<>();
        Optional<Head.Softmax> softmax = Optional.empty();
        for (Element element : taken) {
            if (element.part() instanceof Element.ImageStep image) {
                steps.add(image.step());
                image.numbers().ifPresent(numbers::add);
            } else if (element.part() instanceof Element.MeanPart part) {
                mean = Optional.of(part.mean());
            } else if (element.part() instanceof Element.LayerPart part) {
                layers.add(part.layer());
            } else if (element.part() instanceof Element.SoftmaxPart part) {
                softmax = Optional.of(part.softmax());
            }
        }
        List<Integer> shape = source.tensors().get(found.input()).shape();
        ImageChain chain = ImageChain.of(shape.get(1), shape.get(2), shape.get(3), steps);
        NetworkProgram program = NetworkProgram.of(chain, new Head(mean, layers, softmax));
        Tensor input = source.tensors().get(found.input());
        Tensor output = source.tensors().get(taken.get(taken.size() - 1).tensor());
        Set<Integer> mapped = new HashSet<>();
        taken.forEach(element -> element.operators().forEach(operator -> mapped.add(operator.index())));
        List<Operator> behind = source.operators().stream()
                .filter(operator ->
                        !mapped.contains(operator.index()) && !found.before().contains(operator))
                .toList();
        byte[] file = new NetworkFile(program, numbers, input, output).write(source, found.before(), behind);
        return new CompiledNetwork(file, Optional.of(program), placed(mapped, stop));
    }

    private List<Placed> placed(Set<Integer> mapped, Optional<Stop> stop) {
        List<Placed> placed = new ArrayList<>();
        for (Operator operator : source.operators()) {
            boolean mine = mapped.contains(operator.index());
            String reason = "";
            if (found.before().contains(operator)) {
                reason = "QUANTIZE at the start stays on the host";
            } else if (!mine) {
                boolean first = stop.isPresent() && stop.get().operator().index() == operator.index();
                reason = first ? stop.get().reason() : "stands behind operators on the host";
            }
            placed.add(new Placed(operator, mine, reason));
        }
        return placed;
    }
}
