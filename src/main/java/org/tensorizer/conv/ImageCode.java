package org.tensorizer.conv;

import java.util.List;
import java.util.OptionalInt;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileFence;

/**
 * The EXECUTION_ONLY program of a chain of images, in order: the prologue, the identity matrix, the input, then for each
 * step the border of its image and the step itself. What follows is the caller's: the result goes to the host, or a head
 * takes it.
 */
public final class ImageCode {
    private final ProgramBuilder program;
    private final ImageChain chain;
    private final NarrowPlan narrow;
    private final ParameterPlaces places;
    private final Progress progress;

    /** @param progress one that has not begun */
    public ImageCode(
            ProgramBuilder program, ImageChain chain, NarrowPlan narrow, ParameterPlaces places, Progress progress) {
        this.progress = progress;
        this.program = program;
        this.chain = chain;
        this.narrow = narrow;
        this.places = places;
    }

    /** Everything up to the last step. */
    public void emit() {
        program.begin();
        if (chain.strips().isPresent()) {
            strips(chain.strips().get());
        } else {
            input(narrow.images().get(0));
        }
        int done = chain.strips().map(Strips::steps).orElse(0);
        int convolution = done;
        for (int i = done; i < chain.steps().size(); i++) {
            border(i, narrow.images().get(chain.source(i)));
            if (i > 0 && !(chain.steps().get(i - 1) instanceof Convolution)) {
                program.fence(ProgramBuilder.TILE_COUNTERS);
                progress.clear();
            }
            StepPlan plan = chain.plans().get(i);
            PlacedImage source = narrow.images().get(chain.source(i));
            PlacedImage target = narrow.images().get(i + 1);
            if (plan instanceof ConvolutionPlan mine) {
                program.meet();
                new ConvolutionCode(program, mine, source, target, progress)
                        .emit(places.layers().get(convolution++));
            } else {
                withoutParameters(i, plan, source, target);
            }
        }
    }

    private void input(PlacedImage part) {
        IdentityCode.emit(program, chain.input(), narrow.identity());
        program.fence(0, TileFence.NARROW_TO_WIDE);
        new InputCode(program, chain.input(), part, narrow.staging().base()).emit();
    }

    /** Strip after strip: its rows of the input, then all convolutions; each leaves its rows of the last image. */
    private void strips(Strips strips) {
        for (int strip = 0; strip < strips.count(); strip++) {
            input(part(strips, strip, 0));
            for (int i = 0; i < strips.steps(); i++) {
                border(i, part(strips, strip, i));
                program.meet();
                ConvolutionPlan plan = (ConvolutionPlan) chain.plans().get(i);
                new ConvolutionCode(program, plan, part(strips, strip, i), part(strips, strip, i + 1), progress)
                        .emit(places.layers().get(i));
            }
            program.fence(ProgramBuilder.TILE_COUNTERS);
            progress.clear();
        }
    }

    private PlacedImage part(Strips strips, int strip, int image) {
        return new PlacedImage(
                strips.image(strip, image), narrow.images().get(image).base());
    }

    private void withoutParameters(int number, StepPlan plan, PlacedImage source, PlacedImage target) {
        ChainStep step = plan.step();
        int scratch = narrow.scratch(number);
        List<PlacedImage> others =
                step.others().stream().map(narrow.images()::get).toList();
        if (step instanceof ChainStep.MaxPool pool) {
            new PoolCode(pool, plan.floor(), source, target, progress)
                    .emit(program, progress.results - groups(chain.source(number) - 1));
        } else if (step instanceof Sum sum) {
            new SumCode(sum, others.get(0), source, target, scratch).emit(program);
        } else if (step instanceof ChainStep.Mapping mapping) {
            new MappingCode(program, target, scratch).map(mapping.element(), source);
        } else if (step instanceof ChainStep.Concatenation concatenation) {
            new MappingCode(program, target, scratch).join(concatenation.operands(), others);
        } else if (step instanceof ChainStep.Product product) {
            new ProductCode(product, others.get(0), source, target, scratch).emit(program);
        } else {
            new EnlargementCode((ChainStep.Enlargement) step, source, target, scratch).emit(program);
        }
    }

    /**
     * The images that are results to the host, one behind the other.
     *
     * @param names of the outputs, empty where there is one
     */
    public void giveResults(List<String> names) {
        List<Integer> results = chain.results();
        for (int i = 0; i < results.size(); i++) {
            if (i > 0 || !(chain.steps().get(chain.steps().size() - 1) instanceof Convolution)) {
                program.fence(ProgramBuilder.TILE_COUNTERS);
            }
            program.meet();
            ResultCode.emit(program, narrow.images().get(results.get(i)), progress.packetsA, names.get(i));
            progress.packetsA += Chip.TILES;
        }
    }

    /** The end of a program whose results are all there. */
    public void end() {
        program.fence(ProgramBuilder.TILE_COUNTERS);
        program.packets(progress.packetsA, progress.packetsB);
        end(program, ProgramBuilder.PACKET_COUNTERS);
    }

    /** The end of every program, behind the fence that counts its packets. */
    public static void end(ProgramBuilder program, int packetCounters) {
        program.meet(packetCounters).meetLast(0).interrupt(4, 5, 6);
    }

    private void border(int step, PlacedImage image) {
        ChainStep reader = chain.steps().get(step);
        if (!reader.reach().reachesOver()) {
            return;
        }
        int source = chain.source(step);
        ChainStep before = step == 0 ? null : chain.steps().get(step - 1);
        boolean isMadeInStrips =
                chain.strips().filter(strips -> strips.steps() == step).isPresent();
        boolean travels = !isMadeInStrips
                && source == step
                && (before instanceof Convolution || before instanceof ChainStep.MaxPool);
        if (!travels && step > 0) {
            // fills have counted as received blocks, which the border waits for; others may still read the image
            program.fence(ProgramBuilder.TILE_COUNTERS);
            progress.clear();
        }
        OptionalInt computed = travels ? OptionalInt.of(progress.results - groups(step - 1)) : OptionalInt.empty();
        boolean depthwise = before instanceof Convolution convolution && convolution.depthwise();
        int results = travels && depthwise ? 16 : 1;
        new HaloCode(program, image, reader.reach(), reader.inputZeroPoint(), progress, computed, results).emit();
    }

    /** Results that the op of a step counts, of the input none. */
    private int groups(int step) {
        return step < 0 ? 0 : chain.plans().get(step).groups();
    }
}
