package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.ConvolutionPlan;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.NarrowPlan;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.conv.PlacedImage;
import org.tensorizer.conv.StepPlan;
import org.tensorizer.conv.Sum;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.isa.Chip;

/**
 * The plan of a program to look at: images over time in narrow memory, rows of wide memory, parameters on the tiles, and
 * how long the ops take by calculation.
 *
 * @param images over time
 * @param steps in order
 * @param tiles rows of parameters on each of the 16 tiles
 * @param narrowBytes in use on a tile
 * @param floor first row of wide memory that is worked in and keeps no parameters
 * @param parameterBytes of the payload
 * @param hostBytes of parameters that the tiles have no room for: the host sends them in every inference
 */
public record PlanSummary(
        List<Extent> images,
        List<Work> steps,
        List<Integer> tiles,
        int narrowBytes,
        int floor,
        int parameterBytes,
        int hostBytes) {
    /**
     * Something in narrow memory.
     *
     * @param what it is
     * @param first byte
     * @param bytes of the largest part
     * @param from column of time: 0 while the input arrives, then 1 more than the number of the step
     * @param to last column in which it is needed
     */
    public record Extent(String what, int first, int bytes, int from, int to) {}

    /**
     * A step.
     *
     * @param what it does
     * @param form order of the sums of a convolution, and whether its parameters come from the host; else empty
     * @param floor lowest row of wide memory that it works in
     * @param parameters where they are kept
     * @param cycles op steps of the busiest tile: a calculation
     */
    public record Work(String what, String form, int floor, List<Piece> parameters, long cycles) {}

    public PlanSummary {
        images = List.copyOf(images);
        steps = List.copyOf(steps);
        tiles = List.copyOf(tiles);
    }

    /** The plan of a program. */
    public static PlanSummary of(NetworkProgram program) {
        List<Extent> images = images(program);
        List<Work> steps = new ArrayList<>();
        Iterator<List<Piece>> broadcast = program.places().layers().iterator();
        for (StepPlan plan : program.chain().plans()) {
            boolean mine = plan instanceof ConvolutionPlan;
            List<Piece> pieces = mine ? broadcast.next() : List.of();
            Image result = program.chain().images().get(steps.size() + 1);
            steps.add(new Work(
                    plan.step().describe(),
                    mine ? form((ConvolutionPlan) plan, pieces) : "",
                    plan.floor(),
                    pieces,
                    cycles(plan, result)));
        }
        program.head().ifPresent(head -> head(head, broadcast, steps));
        List<Integer> tiles =
                new ArrayList<>(program.head().map(HeadPlan::start).orElse(Collections.nCopies(Chip.TILES, 0)));
        program.places()
                .layers()
                .forEach(layer -> layer.forEach(piece ->
                        tiles.set(piece.tile(), Math.max(tiles.get(piece.tile()), piece.row() + piece.rows()))));
        int floor = program.head().map(HeadPlan::floor).orElse(program.chain().floor());
        return new PlanSummary(
                images, steps, tiles, program.narrowBytes(), floor, program.payloadBytes(), program.hostBytes());
    }

    private static String form(ConvolutionPlan plan, List<Piece> pieces) {
        return plan.form() + (pieces.isEmpty() ? ", FROM HOST" : "");
    }

    private static List<Extent> images(NetworkProgram program) {
        List<Extent> images = new ArrayList<>();
        NarrowPlan narrow = program.narrow();
        for (int i = 0; i < narrow.images().size(); i++) {
            PlacedImage image = narrow.images().get(i);
            String what = i == 0 ? "input" : "result of step " + (i - 1);
            NarrowPlan.Life life = narrow.lives().get(i);
            images.add(new Extent(
                    what + " " + image.image(),
                    4 * image.base(),
                    4 * image.image().words(),
                    life.made(),
                    life.last()));
        }
        images.add(new Extent(
                "staging", 4 * narrow.staging().base(), 4 * narrow.staging().words(), 0, 0));
        Optional<HeadPlan> head = program.head();
        int end = program.chain().steps().size() + 1;
        head.flatMap(HeadPlan::gather).ifPresent(gather -> {
            images.add(extent("tower", gather.tower().base(), gather.tower().words(), end));
            images.add(extent(
                    "gathered", gather.gathered().base(), gather.gathered().words(), end));
            images.add(extent("mean", gather.average().base(), gather.average().words(), end));
        });
        head.ifPresent(plan -> {
            int time = end + (plan.gather().isPresent() ? 1 : 0);
            for (LayerPlan layer : plan.layers()) {
                images.add(extent(
                        "inputs of " + describe(layer),
                        layer.gathered().base(),
                        layer.gathered().words(),
                        time));
                images.add(extent(
                        "outputs of " + describe(layer),
                        layer.result().base(),
                        layer.result().words(),
                        time));
                time++;
            }
            int last = time;
            plan.softmax().ifPresent(softmax -> images.add(extent("softmax", 0, softmax.end(), last)));
        });
        return images;
    }

    private static Extent extent(String what, int base, int words, int time) {
        return new Extent(what, 4 * base, 4 * words, time, time);
    }

    private static String describe(LayerPlan layer) {
        return "fully connected " + layer.layer().inputs() + " to "
                + layer.layer().outputs()
                + layer.layer()
                        .function()
                        .flatMap(Elementwise::function)
                        .map(function -> ", " + function)
                        .orElse("");
    }

    private static void head(HeadPlan head, Iterator<List<Piece>> broadcast, List<Work> steps) {
        head.gather()
                .ifPresent(gather -> steps.add(new Work(
                        "mean of " + gather.image().image(),
                        "",
                        gather.floor(),
                        List.of(),
                        (long) gather.image().image().height()
                                * gather.image().image().width())));
        for (LayerPlan layer : head.layers()) {
            steps.add(new Work(
                    describe(layer),
                    layer.isStreamed() ? "STREAMED" : "IN_PLACE",
                    layer.stream().map(ConvolutionPlan::floor).orElse(head.floor()),
                    layer.isStreamed() ? broadcast.next() : inPlace(layer),
                    layer.isStreamed()
                            ? (long) layer.inputWords()
                                    * layer.stream().orElseThrow().groups()
                            : layer.inputWords()));
        }
        head.softmax()
                .ifPresent(softmax -> steps.add(new Work(
                        "softmax of " + softmax.classes(),
                        "",
                        head.floor(),
                        tables(softmax, broadcast),
                        20L * softmax.words())));
    }

    /** Headers and weights of a layer that wait on its tiles. */
    private static List<Piece> inPlace(LayerPlan layer) {
        int headers = layer.layer().format().headerRows();
        List<Piece> pieces = new ArrayList<>();
        for (int tile = 0; tile < layer.tiles(); tile++) {
            pieces.add(new Piece(tile, layer.weightsRow() - headers, headers + layer.inputWords()));
        }
        return pieces;
    }

    private static List<Piece> tables(SoftmaxPlan softmax, Iterator<List<Piece>> broadcast) {
        List<Piece> pieces = new ArrayList<>();
        for (int tile = 0; tile < softmax.tiles() && !softmax.far(); tile++) {
            pieces.add(new Piece(tile, softmax.tableRow(0, tile), SoftmaxPlan.TABLES * softmax.words(tile)));
        }
        if (softmax.isOdd()) {
            pieces.add(new Piece(0, softmax.oddRow(), 1));
        }
        while (softmax.far() && broadcast.hasNext()) {
            pieces.addAll(broadcast.next());
        }
        return pieces;
    }

    /** Op steps of the largest part; a step is up to 64 lanes times 4 inputs. */
    private static long cycles(StepPlan plan, Image result) {
        long pixels = result.mostPixels();
        if (plan instanceof ConvolutionPlan convolution) {
            return pixels * convolution.passRows() * convolution.passes() * convolution.groups();
        }
        if (plan.step() instanceof ChainStep.MaxPool pool) {
            int kernel = pool.window().kernel();
            return pixels * kernel * kernel * plan.groups();
        }
        return plan.step() instanceof Sum ? 4 * pixels * result.pixelWords() : pixels;
    }

    /** Op steps of all steps one behind the other. */
    public long cycles() {
        return steps.stream().mapToLong(Work::cycles).sum();
    }

    /** Bytes of wide memory that more parameters could take. */
    public long remainingBytes() {
        return tiles.stream().mapToLong(rows -> Math.max(0, floor - rows)).sum() * Chip.ROW_BYTES;
    }

    /** What in a program no compiled program at hand shows: forms of ours, put together from pieces of several. */
    static List<String> ownForms(NetworkProgram program) {
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
                .filter(PlanSummary::isOurs)
                .map(ChainStep::describe)
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
        if (program.head().map(HeadPlan::head).stream().anyMatch(PlanSummary::passesNumbers)) {
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

    private static boolean isOurs(ChainStep step) {
        return step instanceof ChainStep.Product
                || step instanceof ChainStep.Concatenation
                || step instanceof ChainStep.Enlargement enlargement && !enlargement.bilinear();
    }
}
