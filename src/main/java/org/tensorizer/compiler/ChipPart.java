package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

    Tensor outputTensor() {
        return source.tensors().get(elements.get(elements.size() - 1).tensor());
    }

    /** Operators of the source that the elements stand for, in order. */
    List<Operator> operators() {
        return elements.stream()
                .flatMap(element -> element.operators().stream())
                .toList();
    }

    /** Says which tensor inside the part something on the host needs, nothing if there is none. */
    String crossing() {
        Set<Integer> inside = new HashSet<>();
        List<Operator> mapped = operators();
        mapped.forEach(operator -> inside.addAll(operator.outputs()));
        inside.remove(outputTensor().index());
        for (Operator operator : source.operators()) {
            for (int input : operator.inputs()) {
                if (!mapped.contains(operator) && inside.contains(input)) {
                    return "cannot end the chip's part: operator " + operator.index() + " (" + operator.name()
                            + ") on the host takes tensor " + input
                            + " from inside the chip's part, which has one output";
                }
            }
        }
        for (int output : source.outputs()) {
            if (inside.contains(output)) {
                return "cannot end the chip's part: tensor " + output
                        + ", an output of the model, lies inside the chip's part, which has one output";
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
