package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.Step;
import org.tensorizer.isa.Chip;

/** What in a program no compiled program at hand shows: forms of ours, put together from pieces of several. */
final class OwnForms {
    private OwnForms() {}

    static List<String> of(NetworkProgram program) {
        List<String> found = new ArrayList<>();
        Image input = program.chain().images().get(0);
        boolean uneven = input.height() % Chip.GRID != 0 || input.width() % Chip.GRID != 0;
        if (input.channels() == 2 || input.channels() > 3 && uneven) {
            found.add("an input of " + input);
        }
        if (program.chain().stripCount() > 1) {
            found.add("the first images in " + program.chain().stripCount() + " strips");
        }
        program.chain().steps().stream()
                .filter(OwnForms::isOurs)
                .map(Step::describe)
                .distinct()
                .forEach(found::add);
        if (program.hostBytes() > 0) {
            found.add(program.hostBytes() + " bytes of parameters from the host in every inference");
        }
        List<LayerPlan> layers = program.head().map(HeadPlan::layers).orElse(List.of());
        if (layers.stream().anyMatch(LayerPlan::isStreamed)) {
            found.add("weights of a fully connected layer broadcast to all tiles");
        }
        if (layers.stream()
                .anyMatch(layer -> !layer.isStreamed() && layer.layer().format().isPerChannel())) {
            found.add("a weight scale for each output of a fully connected layer in place");
        }
        if (!layers.isEmpty() && program.head().flatMap(HeadPlan::gather).isEmpty()) {
            found.add("an image flattened by packets");
        }
        if (program.head().map(HeadPlan::head).stream().anyMatch(OwnForms::passesNumbers)) {
            found.add("a softmax that stands behind no fully connected layer");
        }
        return found;
    }

    private static boolean passesNumbers(Head head) {
        if (head.softmax().isEmpty() || head.layers().isEmpty()) {
            return false;
        }
        Head.Layer last = head.layers().get(head.layers().size() - 1);
        return last.inputs() == last.outputs()
                && Arrays.equals(
                        last.weights(),
                        head.softmax().get().passing(last.outputs()).weights());
    }

    private static boolean isOurs(Step step) {
        return step instanceof Step.Product
                || step instanceof Step.Concatenation
                || step instanceof Step.Enlargement enlargement && !enlargement.bilinear();
    }
}
