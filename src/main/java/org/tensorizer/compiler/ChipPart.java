package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorizer.base.BadInputException;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.OperatorNumbers;

/**
 * The operators of a source that the chip executes: a chain without gaps, which the custom op of the compiled model stands
 * for. Everything else stays on the host, in front of it or behind it.
 *
 * @param input tensor of the source that enters the chip
 * @param image the same numbers with the dimensions that the first element takes them with
 * @param elements the chain, at least one
 */
record ChipPart(TfliteModel source, int input, int image, List<Element> elements) {
    ChipPart {
        elements = List.copyOf(elements);
    }

    Tensor inputTensor() {
        return source.tensors().get(input);
    }

    /** @param number of the image: 0 the first element's input, then what each step over images gives */
    Tensor imageTensor(int number) {
        int tensor = image;
        int left = number;
        for (Element element : elements) {
            if (left > 0 && element.part() instanceof Element.ImageStep && --left == 0) {
                tensor = element.tensor();
            }
        }
        return source.tensors().get(tensor);
    }

    /** @throws BadInputException a tensor of the source has another shape than its operator gives */
    void requireShapes(ImageChain chain) {
        int number = 0;
        for (Element element : elements) {
            List<Integer> declared = source.tensors().get(element.tensor()).shape();
            if (element.part() instanceof Element.ImageStep) {
                Image given = chain.images().get(++number);
                List<Integer> shape = List.of(1, given.height(), given.width(), given.channels());
                if (!declared.equals(shape)) {
                    throw contradiction(element, declared, shape.toString());
                }
            } else if (element.part() instanceof Element.LayerPart part) {
                int outputs = part.layer().outputs();
                if (source.tensors().get(element.tensor()).elements() != outputs) {
                    throw contradiction(element, declared, outputs + " numbers");
                }
            }
        }
    }

    private BadInputException contradiction(Element element, List<Integer> declared, String given) {
        Operator operator = element.operators().get(element.operators().size() - 1);
        return OperatorNumbers.refusal(
                source, operator, "gives " + given + ", its tensor " + element.tensor() + " has shape " + declared);
    }

    /**
     * A tensor that leaves the chip.
     *
     * @param image number of the image that it is, -1 for what the head gives
     */
    record Output(Tensor tensor, int image) {}

    /** Images that something on the host needs, in the order they are made; last what the head gives. */
    List<Output> outputs() {
        List<Output> outputs = new ArrayList<>();
        Set<Integer> wanted = wantedOutside();
        images().forEach((tensor, image) -> {
            if (wanted.contains(tensor)) {
                outputs.add(new Output(source.tensors().get(tensor), image));
            }
        });
        int last = elements.get(elements.size() - 1).tensor();
        if (!images().containsKey(last)) {
            outputs.add(new Output(source.tensors().get(last), -1));
        } else if (outputs.isEmpty()) {
            outputs.add(new Output(source.tensors().get(last), images().get(last)));
        }
        return outputs;
    }

    /** Numbers of the images that the part makes, by their tensors; under other dimensions, too. */
    private Map<Integer, Integer> images() {
        Map<Integer, Integer> images = new LinkedHashMap<>();
        int number = 0;
        for (Element element : elements) {
            int from = element.operators().get(0).inputs().get(0);
            if (element.part() instanceof Element.ImageStep) {
                images.put(element.tensor(), ++number);
            } else if (element.part() instanceof Element.Renamed && images.containsKey(from)) {
                images.put(element.tensor(), images.get(from));
            }
        }
        return images;
    }

    /** Tensors that operators on the host take, and outputs of the model. */
    private Set<Integer> wantedOutside() {
        Set<Integer> wanted = new HashSet<>(source.outputs());
        List<Operator> mapped = operators();
        source.operators().stream()
                .filter(operator -> !mapped.contains(operator))
                .forEach(operator -> wanted.addAll(operator.inputs()));
        return wanted;
    }

    /** Operators of the source that the elements stand for, in order. */
    List<Operator> operators() {
        return elements.stream()
                .flatMap(element -> element.operators().stream())
                .toList();
    }

    /** Says which tensor inside the part something on the host needs that cannot leave it, nothing if there is none. */
    String crossing() {
        Set<Integer> leaving = new HashSet<>();
        outputs().forEach(output -> leaving.add(output.tensor().index()));
        Set<Integer> wanted = wantedOutside();
        for (Operator operator : operators()) {
            for (int tensor : operator.outputs()) {
                if (wanted.contains(tensor) && !leaving.contains(tensor)) {
                    return "cannot end the chip's part: tensor " + tensor + ", which operator " + operator.index()
                            + " ("
                            + operator.name() + ") gives, is needed on the host, and only images and the last vector"
                            + " leave the chip";
                }
            }
        }
        return "";
    }

    /** Operators that make the input of the part, in order. */
    List<Operator> before() {
        Set<Integer> wanted = new HashSet<>(List.of(input));
        List<Operator> before = new ArrayList<>();
        List<Operator> operators = source.operators();
        for (int i = operators.size() - 1; i >= 0; i--) {
            Operator operator = operators.get(i);
            if (operator.outputs().stream().anyMatch(wanted::contains)) {
                before.add(0, operator);
                wanted.addAll(operator.inputs());
            }
        }
        return before;
    }

    /** All other operators on the host, in order. */
    List<Operator> behind() {
        List<Operator> others = new ArrayList<>(operators());
        others.addAll(before());
        return source.operators().stream()
                .filter(operator -> !others.contains(operator))
                .toList();
    }
}
