package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.List;

/**
 * Images and steps one behind the other, before anything has an address in narrow memory: how each image is split over
 * the tiles, how each step works. Immutable, thread-safe.
 */
public final class ImageChain {
    private final InputPlan input;
    private final List<Step> steps;
    private final List<Image> images;
    private final List<StepPlan> plans;

    private ImageChain(InputPlan input, List<Step> steps, List<Image> images, List<StepPlan> plans) {
        this.input = input;
        this.steps = List.copyOf(steps);
        this.images = List.copyOf(images);
        this.plans = List.copyOf(plans);
    }

    /**
     * @param steps at least one
     * @throws DoesNotFitException there is no program for a step; the message names it
     */
    public static ImageChain of(int height, int width, int channels, List<? extends Step> steps) {
        DoesNotFitException.require(!steps.isEmpty(), "a chain without steps");
        InputPlan input = InputPlan.of(height, width, channels);
        List<Image> images = new ArrayList<>();
        List<StepPlan> plans = new ArrayList<>();
        images.add(Image.of(height, width, channels, steps.get(0).window()));
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            try {
                Image source = images.get(i);
                Window reader = i + 1 < steps.size() ? steps.get(i + 1).window() : Window.POINT;
                Image result = Image.of(source.y().outputs(), source.x().outputs(), step.outputs(), reader);
                images.add(result);
                plans.add(plan(step, source, result));
                requireWholeChunks(source, i == 0 ? null : steps.get(i - 1));
                if (step instanceof Sum sum) {
                    requireOnePitch(images.get(sum.older()), source);
                }
            } catch (DoesNotFitException reason) {
                throw new DoesNotFitException("step " + i + ", " + step.describe() + ": " + reason.getMessage(), i + 1);
            }
        }
        return new ImageChain(input, List.copyOf(steps), images, plans);
    }

    private static StepPlan plan(Step step, Image source, Image result) {
        if (step instanceof Convolution convolution) {
            return ConvolutionPlan.of(convolution, source.channels(), result.mostPixels());
        }
        DoesNotFitException.require(
                source.channels() == step.outputs(),
                "%d channels in, %d out, expected the same",
                source.channels(),
                step.outputs());
        return step instanceof MaxPool pool ? PoolPlan.of(pool, result) : new SumPlan((Sum) step);
    }

    /** One walk goes over both operands of a sum. */
    private static void requireOnePitch(Image older, Image before) {
        for (int tile = 0; tile < 16; tile++) {
            DoesNotFitException.require(
                    older.pitch(tile) == before.pitch(tile),
                    "its operands have different borders: one of them is also read by a window that reaches over the"
                            + " edge of a tile, which is not covered");
        }
    }

    /** A depthwise convolution counts its results in 4 channels, the mesh sends 64 at a time. */
    private static void requireWholeChunks(Image source, Step before) {
        boolean depthwise = before instanceof Convolution convolution && convolution.depthwise();
        DoesNotFitException.require(
                !depthwise || !source.isBordered() || source.pixelWords() <= 16 || source.pixelWords() % 16 == 0,
                "the border of a depthwise result of %d channels, expected up to 64 or a multiple of 64",
                source.channels());
    }

    public InputPlan input() {
        return input;
    }

    public List<Step> steps() {
        return steps;
    }

    /** The input, then the result of each step. */
    public List<Image> images() {
        return images;
    }

    public List<StepPlan> plans() {
        return plans;
    }

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
