package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.tensorizer.conv.ConvolutionPayload;
import org.tensorizer.conv.ConvolutionPlan;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.ImageCode;
import org.tensorizer.conv.NarrowPlan;
import org.tensorizer.conv.ParameterCode;
import org.tensorizer.conv.ParameterPlaces;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.conv.ParameterPlaces.Wish;
import org.tensorizer.conv.Progress;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.ProgramBuilder;

/**
 * A whole network as two programs: images first ({@link ImageChain}), then what follows them ({@link Head}).
 *
 * <p>Immutable, thread-safe.
 *
 * @param head what follows the images, where anything does
 * @param places where broadcast parameters are kept: of convolutions, streamed layers, far tables of a softmax
 */
public record NetworkProgram(ImageChain chain, NarrowPlan narrow, Optional<HeadPlan> head, ParameterPlaces places) {
    private static final int MOST_STRIPS = 16;

    /** @throws DoesNotFitException there is no room for it, or no program is known */
    public static NetworkProgram of(ImageChain chain, Head head) {
        int gathered = head.mean().isPresent() ? GatherPlan.gatheredWords(chain.result()) : 0;
        NarrowPlan narrow;
        try {
            narrow = NarrowPlan.of(chain, gathered);
        } catch (DoesNotFitException full) {
            return inStrips(chain, head, gathered, full);
        }
        return of(chain, head, narrow);
    }

    /** The fewest strips of the fewest convolutions that have room. */
    private static NetworkProgram inStrips(ImageChain chain, Head head, int gathered, DoesNotFitException full) {
        int most = chain.mostInStrips();
        for (int count = 2; count <= MOST_STRIPS; count++) {
            for (int first = 1; first <= most; first++) {
                try {
                    ImageChain cut = chain.inStrips(first, count);
                    return of(cut, head, NarrowPlan.of(cut, gathered));
                } catch (DoesNotFitException still) {
                    // the next may fit
                }
            }
        }
        throw full;
    }

    private static NetworkProgram of(ImageChain chain, Head head, NarrowPlan narrow) {
        Optional<HeadPlan> plan = head.isEmpty() ? Optional.empty() : Optional.of(HeadPlan.of(chain, narrow, head));
        List<Wish> wishes = new ArrayList<>();
        for (ConvolutionPlan convolution : chain.convolutions()) {
            wishes.add(new Wish(convolution.parameterRows(), !convolution.step().depthwise()));
        }
        streams(plan)
                .forEach(layer ->
                        wishes.add(new Wish(layer.stream().orElseThrow().parameterRows(), true)));
        plan.ifPresent(p -> p.farTables().forEach(rows -> wishes.add(new Wish(rows, false))));
        int[] start = plan.map(
                        p -> p.start().stream().mapToInt(Integer::intValue).toArray())
                .orElse(new int[Chip.TILES]);
        int floor = plan.map(HeadPlan::floor).orElse(chain.floor());
        NetworkProgram program = new NetworkProgram(chain, narrow, plan, ParameterPlaces.choose(wishes, start, floor));
        for (Piece table : program.farTables()) {
            int wanted = plan.orElseThrow().farTables().get(0);
            DoesNotFitException.require(
                    table.rows() == wanted,
                    "a table of a softmax in %d rows of one tile, the emptiest has %d free: %d too few",
                    wanted,
                    table.rows(),
                    wanted - table.rows());
        }
        for (int i = 0; chain.stripCount() > 1 && i < chain.convolutions().size(); i++) {
            DoesNotFitException.require(
                    !program.isFromHost(i),
                    "an image in %d strips and parameters of layer %d that do not fit on the chip",
                    chain.stripCount(),
                    i);
        }
        DoesNotFitException.require(
                program.payloadBytes() > 0,
                "the parameters of every layer alone take more than the tiles have; one that stays on the chip is needed");
        return program;
    }

    private static List<LayerPlan> streams(Optional<HeadPlan> head) {
        return head.map(plan ->
                        plan.layers().stream().filter(LayerPlan::isStreamed).toList())
                .orElse(List.of());
    }

    /**
     * The same with the broadcast parameters in the tiles and rows that another program chose for this network.
     *
     * @param caching its PARAMETER_CACHING program
     * @throws org.tensorizer.base.BadInputException it stores other rows
     */
    public NetworkProgram placedAs(InstructionStream caching) {
        List<Integer> rows = new ArrayList<>();
        broadcast().forEach(plan -> rows.add(plan.parameterRows()));
        List<Piece> stored = ParameterPlaces.stored(caching);
        List<List<Piece>> places =
                new ArrayList<>(ParameterPlaces.grouped(stored, rows).layers());
        int taken = places.stream().mapToInt(List::size).sum();
        head.flatMap(HeadPlan::softmax).filter(softmax -> softmax.tiles() > 1).ifPresent(softmax -> {
            List<Piece> tables = stored.subList(taken, stored.size()).stream()
                    .filter(piece -> piece.rows() == softmax.words())
                    .toList();
            if (tables.size() == SoftmaxPlan.TABLES) {
                tables.forEach(table -> places.add(List.of(table)));
            }
        });
        return withPlaces(new ParameterPlaces(places));
    }

    /**
     * The same with the broadcast parameters elsewhere: first those of the convolutions, then of streamed layers, then the
     * three tables of a softmax, which are far if they are named.
     */
    NetworkProgram withPlaces(ParameterPlaces other) {
        boolean far = head.isPresent() && other.layers().size() == broadcast().size() + SoftmaxPlan.TABLES;
        Optional<HeadPlan> plan = far ? head.map(near -> HeadPlan.withFarTables(chain, narrow, near.head())) : head;
        return new NetworkProgram(chain, narrow, plan, other);
    }

    /** Where the far tables of a softmax are kept, empty where there are none. */
    private List<Piece> farTables() {
        int from = broadcast().size();
        return places.layers().subList(from, places.layers().size()).stream()
                .map(pieces -> pieces.get(0))
                .toList();
    }

    /** What it is, in a few words. */
    public String describe() {
        String result = head.map(plan -> plan.resultChannels() + " channels")
                .orElse(chain.result().toString());
        int layers =
                chain.steps().size() + head.map(plan -> plan.layers().size()).orElse(0);
        return "network " + chain.images().get(0) + " to " + result + " in " + layers + " layers";
    }

    /** What of it no compiled program at hand shows: forms of ours, put together from pieces of several. */
    public List<String> extrapolated() {
        return PlanSummary.ownForms(this);
    }

    /** Narrow memory in use on each tile. */
    public int narrowBytes() {
        return 4 * head.map(HeadPlan::words).orElse(narrow.words());
    }

    /** How many results it has: images, then what the head gives. */
    int outputs() {
        return chain.results().size() + (head.isPresent() ? 1 : 0);
    }

    /** One inference, in as many chunks as it takes; outputs have no names. */
    public List<Program> executionOnly() {
        return executionOnly(Collections.nCopies(outputs(), ""));
    }

    /** @param names of the outputs, by which their addresses are told apart */
    List<Program> executionOnly(List<String> names) {
        ProgramBuilder program = new ProgramBuilder();
        Progress progress = new Progress();
        ImageCode images = new ImageCode(program, chain, narrow, places, progress);
        images.emit();
        images.giveResults(names);
        progress.clear();
        if (head.isEmpty()) {
            images.end();
        } else {
            List<List<Piece>> streamed = places.layers()
                    .subList(chain.convolutions().size(), broadcast().size());
            new HeadCode(program, head.get(), progress, narrow, streamed, farTables())
                    .emit(names.get(names.size() - 1));
        }
        DoesNotFitException.require(
                program.longestStretch() <= Chip.CHUNK_BUNDLES,
                "a program with %d bundles that belong together, a chunk of instructions has %d",
                program.longestStretch(),
                Chip.CHUNK_BUNDLES);
        return program.build(Chip.CHUNK_BUNDLES);
    }

    /** Brings the payload to the chip. */
    public Program parameterCaching() {
        return ParameterCode.of(parts());
    }

    private List<ParameterCode.Part> parts() {
        List<ParameterCode.Part> parts = new ArrayList<>();
        List<ConvolutionPlan> plans = broadcast();
        for (int i = 0; i < plans.size(); i++) {
            if (!isFromHost(i)) {
                parts.add(ParameterCode.part(plans.get(i), places.layers().get(i)));
            }
        }
        head.ifPresent(plan -> parts.addAll(new HeadPayload(plan, farTables()).parts()));
        return parts;
    }

    /** Convolutions, then streamed layers. */
    private List<ConvolutionPlan> broadcast() {
        List<ConvolutionPlan> plans = new ArrayList<>(chain.convolutions());
        streams(head).forEach(layer -> plans.add(layer.stream().orElseThrow()));
        return plans;
    }

    /** Whether the host sends the parameters of a layer in every inference: a convolution, then streamed layers. */
    private boolean isFromHost(int layer) {
        return places.layers().get(layer).isEmpty();
    }

    /** Bytes of parameters that the host sends in every inference, because the tiles have no room for them. */
    public int hostBytes() {
        long units = 0;
        List<ConvolutionPlan> plans = broadcast();
        for (int i = 0; i < plans.size(); i++) {
            units += isFromHost(i) ? plans.get(i).payloadUnits() : 0;
        }
        return Math.toIntExact(Chip.PARAMETER_UNIT_BYTES * units);
    }

    /** Bytes of the payload. */
    public int payloadBytes() {
        long units = parts().stream().mapToLong(ParameterCode.Part::units).sum();
        return Math.toIntExact(Chip.PARAMETER_UNIT_BYTES * units);
    }

    /**
     * Writes the payload.
     *
     * @param numbers of the convolutions, in order
     * @param target all zero; {@link #payloadBytes()} bytes are written from {@code at} on
     */
    public void writePayload(List<ConvolutionPayload.Numbers> numbers, byte[] target, int at) {
        int rest = write(numbers, false, target, at);
        head.ifPresent(plan -> new HeadPayload(plan, farTables()).write(target, rest));
    }

    /** The parameters that the host sends in every inference. */
    byte[] hostParameters(List<ConvolutionPayload.Numbers> numbers) {
        byte[] parameters = new byte[hostBytes()];
        write(numbers, true, parameters, 0);
        return parameters;
    }

    /** @return index behind what was written */
    private int write(List<ConvolutionPayload.Numbers> numbers, boolean fromHost, byte[] target, int at) {
        List<ConvolutionPayload.Numbers> all = new ArrayList<>(numbers);
        streams(head).forEach(layer -> all.add(HeadPayload.streamed(layer)));
        int next = at;
        List<ConvolutionPlan> plans = broadcast();
        for (int i = 0; i < plans.size(); i++) {
            if (isFromHost(i) == fromHost) {
                ConvolutionPayload.write(plans.get(i), all.get(i), target, next);
                next += Chip.PARAMETER_UNIT_BYTES * plans.get(i).payloadUnits();
            }
        }
        return next;
    }
}
