package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorizer.isa.Chip;

/**
 * Images and steps one behind the other, before anything has an address in narrow memory: how each image is split over
 * the tiles, how each step works. A step stands on the image before it or on any older one, and several steps may read the
 * same; several images may be results. Image 0 is the input, image j the result of step j - 1. Immutable, thread-safe.
 *
 * @param sources number of the image that each step stands on
 * @param results numbers of the images that are results, in the order of the outputs
 * @param images the input, then the result of each step
 * @param strips the first convolutions where they are computed in strips
 */
public record ImageChain(
        InputPlan input,
        List<ChainStep> steps,
        List<Integer> sources,
        List<Integer> results,
        List<Image> images,
        List<StepPlan> plans,
        Optional<Strips> strips) {
    public ImageChain {
        steps = List.copyOf(steps);
        sources = List.copyOf(sources);
        results = List.copyOf(results);
        images = List.copyOf(images);
        plans = List.copyOf(plans);
    }

    /**
     * Each step stands on the image before it, the last image is the result.
     *
     * @param steps at least one
     * @throws DoesNotFitException there is no program for a step; the message names it
     */
    public static ImageChain of(int height, int width, int channels, List<? extends ChainStep> steps) {
        List<Integer> sources = IntStream.range(0, steps.size()).boxed().toList();
        return of(height, width, channels, steps, sources, List.of(steps.size()));
    }

    /**
     * @param steps none if what follows takes the input itself
     * @param sources number of the image that each step stands on
     * @param results numbers of the images that leave the chip; what follows takes the last image in any case
     * @throws DoesNotFitException there is no program for a step; the message names it
     */
    public static ImageChain of(
            int height,
            int width,
            int channels,
            List<? extends ChainStep> steps,
            List<Integer> sources,
            List<Integer> results) {
        DoesNotFitException.require(
                !steps.isEmpty() || results.isEmpty(), "a chain without steps, whose result would be its input");
        InputPlan input = InputPlan.of(height, width, channels);
        List<List<Reach>> readers = readers(steps, sources);
        List<Image> images = new ArrayList<>();
        List<StepPlan> plans = new ArrayList<>();
        try {
            images.add(Image.of(height, width, channels, readers.get(0)));
        } catch (DoesNotFitException reason) {
            String first = steps.isEmpty() ? "" : "step 0, " + steps.get(0).describe() + ": ";
            throw new DoesNotFitException(first + reason.getMessage(), 1);
        }
        for (int i = 0; i < steps.size(); i++) {
            ChainStep step = steps.get(i);
            try {
                int number = sources.get(i);
                Image source = images.get(number);
                images.add(Image.of(
                        step.reach().outputs(source.height()),
                        step.reach().outputs(source.width()),
                        step.outputs(),
                        readers.get(i + 1)));
                plans.add(plan(step, images, source, images.get(i + 1)));
                if (number == i && i > 0 && step.reach().reachesOver()) {
                    requireWholeChunks(source, steps.get(i - 1));
                }
            } catch (DoesNotFitException reason) {
                throw new DoesNotFitException("step " + i + ", " + step.describe() + ": " + reason.getMessage(), i + 1);
            }
        }
        return new ImageChain(input, List.copyOf(steps), sources, results, images, plans, Optional.empty());
    }

    /**
     * The same with its first convolutions in strips.
     *
     * @param first how many convolutions, up to {@link #mostInStrips}
     * @throws DoesNotFitException a tile's part has fewer rows than there are strips
     */
    public ImageChain inStrips(int first, int count) {
        List<Convolution> convolutions =
                steps.subList(0, first).stream().map(Convolution.class::cast).toList();
        Strips cut = Strips.of(convolutions, images, count);
        List<StepPlan> plans = new ArrayList<>(this.plans);
        for (int i = 0; i < first; i++) {
            plans.set(i, ConvolutionPlan.of(convolutions.get(i), images.get(i).channels(), cut.mostPixels(i + 1)));
        }
        return new ImageChain(input, steps, sources, results, images, plans, Optional.of(cut));
    }

    /** How many steps at the beginning are convolutions that nothing but the next step reads. */
    public int mostInStrips() {
        int most = 0;
        while (most < steps.size() && steps.get(most) instanceof Convolution && mayBeInStrips(most)) {
            most++;
        }
        return most;
    }

    private boolean mayBeInStrips(int step) {
        long readers = IntStream.range(0, steps.size())
                .filter(i -> sources.get(i) == step || steps.get(i).others().contains(step))
                .count();
        return sources.get(step) == step && readers == 1 && !results.contains(step);
    }

    /** How many strips the first convolutions are computed in, 1 where they are not. */
    public int stripCount() {
        return strips.map(Strips::count).orElse(1);
    }

    /** What needs room around each image: its own readers, and those of what one walk reads together with it. */
    private static List<List<Reach>> readers(List<? extends ChainStep> steps, List<Integer> sources) {
        List<List<Reach>> readers = new ArrayList<>();
        for (int i = 0; i <= steps.size(); i++) {
            readers.add(new ArrayList<>());
        }
        for (int i = 0; i < steps.size(); i++) {
            readers.get(sources.get(i)).add(steps.get(i).reach());
        }
        for (int round = 0; round < steps.size(); round++) {
            boolean grown = false;
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i) instanceof Sum sum) {
                    grown |= share(readers.get(sum.older()), readers.get(sources.get(i)));
                }
            }
            if (!grown) {
                break;
            }
        }
        return readers;
    }

    private static boolean share(List<Reach> a, List<Reach> b) {
        boolean grown = false;
        for (Reach reach : a) {
            grown |= !b.contains(reach) && reach.reachesOver() && b.add(reach);
        }
        for (Reach reach : b) {
            grown |= !a.contains(reach) && reach.reachesOver() && a.add(reach);
        }
        return grown;
    }

    private static StepPlan plan(ChainStep step, List<Image> images, Image source, Image result) {
        if (step instanceof Convolution convolution) {
            return ConvolutionPlan.of(convolution, source.channels(), result.mostPixels());
        }
        if (step instanceof ChainStep.Concatenation) {
            return StepPlan.WithoutParameters.handingOn(step);
        }
        DoesNotFitException.require(
                source.channels() == step.outputs(),
                "%d channels in, %d out, expected the same",
                source.channels(),
                step.outputs());
        if (step instanceof ChainStep.MaxPool pool) {
            return StepPlan.WithoutParameters.of(pool, result);
        }
        if (step instanceof Sum sum) {
            requireOnePitch(images.get(sum.older()), source);
            return StepPlan.WithoutParameters.of(sum);
        }
        return step instanceof ChainStep.Product product
                ? StepPlan.WithoutParameters.of(product, result)
                : StepPlan.WithoutParameters.handingOn(step);
    }

    /** One walk goes over both operands. */
    private static void requireOnePitch(Image older, Image before) {
        for (int tile = 0; tile < Chip.TILES; tile++) {
            DoesNotFitException.require(
                    older.pitch(tile) == before.pitch(tile), "operands of %s and %s pixels", older, before);
        }
    }

    /** A depthwise convolution counts its results in 4 channels, the mesh sends 64 at a time. */
    private static void requireWholeChunks(Image source, ChainStep before) {
        boolean depthwise = before instanceof Convolution convolution && convolution.depthwise();
        DoesNotFitException.require(
                !depthwise || source.pixelWords() <= 16 || source.pixelWords() % 16 == 0,
                "the border of a depthwise result of %d channels, expected up to 64 or a multiple of 64",
                source.channels());
    }

    /** Number of the image that a step stands on. */
    public int source(int step) {
        return sources.get(step);
    }

    /** The last step that reads an image, the number of steps where it is a result or the last, -1 where nobody reads it. */
    int lastReader(int image) {
        int last = results.contains(image) || image == steps.size() ? steps.size() : -1;
        for (int i = 0; i < steps.size(); i++) {
            if (sources.get(i) == image || steps.get(i).others().contains(image)) {
                last = Math.max(last, i);
            }
        }
        return last;
    }

    /** The last image. */
    public Image result() {
        return images.get(images.size() - 1);
    }

    /** The convolutions among the plans, which are those that have parameters, in order. */
    public List<ConvolutionPlan> convolutions() {
        return plans.stream()
                .filter(ConvolutionPlan.class::isInstance)
                .map(ConvolutionPlan.class::cast)
                .toList();
    }

    /** Lowest row of wide memory that input and steps work in. */
    public int floor() {
        int floor = input.floor();
        for (StepPlan plan : plans) {
            floor = Math.min(floor, plan.floor());
        }
        return floor;
    }
}
