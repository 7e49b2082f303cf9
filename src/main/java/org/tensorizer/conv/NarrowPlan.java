package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorizer.conv.TileMemory.Range;
import org.tensorizer.isa.Chip;

/**
 * Addresses of all images of a chain in narrow memory. An image lives from the step that makes it to its last reader; a
 * sum takes the place of the image before it where neither has a border. Images are placed by size times life, what a sum
 * or a maximum joins together, each at the lowest address that is free all its life.
 *
 * <p>Source: derived; equal to the compiled program in all 63 images of a mobilenet v2, of four mobilenet v1 and of two
 * networks with maxima. Immutable, thread-safe.
 *
 * @param images the input, then the result of each step
 * @param lives when the images are in memory
 * @param gathered first word of what is made of the last image
 * @param staging the buffer of two image rows of the input
 * @param identity first word of the identity matrix
 * @param scratch the words that each step works in ({@link StepPlan#narrowWords}), by its number
 * @param words in use: the highest end
 */
public record NarrowPlan(
        List<PlacedImage> images,
        List<Life> lives,
        OptionalInt gathered,
        Range staging,
        int identity,
        Map<Integer, Range> scratch,
        int words) {
    /**
     * When something is in memory; step j makes image j + 1 at time j + 1, when all it reads must be there.
     *
     * @param made number of the step before which it is there
     * @param last number of the step behind which it is no longer needed
     */
    public record Life(int made, int last) {
        boolean meets(Life other) {
            return made <= other.last && other.made <= last;
        }

        boolean has(int time) {
            return made <= time && time <= last;
        }

        int length() {
            return last - made;
        }
    }

    /**
     * @param gatheredWords of what is made of the last image before that one's place is free, 0 for nothing
     * @throws DoesNotFitException narrow memory is full
     */
    public static NarrowPlan of(ImageChain chain, int gatheredWords) {
        return new Placement(chain, gatheredWords).place();
    }

    public PlacedImage result() {
        return images.get(images.size() - 1);
    }

    /** First of the words that a step works in, 0 where it needs none. */
    int scratch(int step) {
        return scratch.containsKey(step) ? scratch.get(step).base() : 0;
    }

    private static final class Placement {
        private final ImageChain chain;
        private final int count;
        private final int[] words;
        private final int[] last;
        /** Images that take the place of another: number to number. */
        private final Map<Integer, Integer> inPlace = new HashMap<>();

        private final Range[] ranges;
        private final List<Integer> placed = new ArrayList<>();
        private final Map<Integer, Range> scratch = new HashMap<>();
        private final boolean gathers;
        private Range staging;
        private int identity;

        Placement(ImageChain chain, int gatheredWords) {
            this.chain = chain;
            gathers = gatheredWords > 0;
            int images = chain.images().size();
            count = images + (gathers ? 1 : 0);
            words = new int[count];
            last = new int[count];
            ranges = new Range[count];
            for (int j = 0; j < count; j++) {
                words[j] = j < images ? words(j) : gatheredWords;
                last[j] = j < images ? Math.max(j, chain.lastReader(j)) + 1 : j + 1;
            }
        }

        private int words(int image) {
            return chain.strips()
                    .filter(strips -> image < strips.steps())
                    .map(strips -> strips.words(image))
                    .orElse(chain.images().get(image).words());
        }

        /** What strips make of the input while more of it comes. */
        private boolean isMadeInStrips(int image) {
            return chain.strips().filter(strips -> image == strips.steps()).isPresent();
        }

        NarrowPlan place() {
            for (int j = 0; j < chain.steps().size(); j++) {
                if (chain.steps().get(j) instanceof ChainStep.MaxPool pool) {
                    words[chain.source(j)] += readBeyond(j, pool);
                }
                int source = chain.source(j);
                boolean mayReplace =
                        (chain.steps().get(j) instanceof Sum || chain.steps().get(j) instanceof ChainStep.Mapping)
                                && chain.lastReader(source) == j
                                && !chain.images().get(source).isBordered()
                                && !chain.images().get(j + 1).isBordered();
                if (mayReplace) {
                    inPlace.put(j + 1, inPlace.getOrDefault(source, source));
                }
            }
            inPlace.forEach((j, host) -> last[host] = Math.max(last[host], last[j]));
            groups().forEach(group -> group.forEach(this::placeImage));
            inPlace.forEach((j, host) -> ranges[j] = ranges[host]);
            Range first = ranges[0];
            List<Range> kept = new ArrayList<>(List.of(first));
            chain.strips().ifPresent(strips -> kept.add(ranges[strips.steps()]));
            staging = TileMemory.lowest(chain.input().stagingWords(), kept);
            kept.add(staging);
            identity = TileMemory.lowest(chain.input().identityWords(), kept).base();
            placeScratch();
            requireRoom();
            List<Image> all = chain.images();
            return new NarrowPlan(
                    IntStream.range(0, all.size())
                            .mapToObj(j -> new PlacedImage(all.get(j), ranges[j].base()))
                            .toList(),
                    IntStream.range(0, all.size()).mapToObj(this::life).toList(),
                    gathers ? OptionalInt.of(ranges[count - 1].base()) : OptionalInt.empty(),
                    staging,
                    identity,
                    Map.copyOf(scratch),
                    end());
        }

        /** Words behind a part that a maximum reads: it takes four pixels of a row at a time. */
        private int readBeyond(int step, ChainStep.MaxPool pool) {
            int most = 0;
            for (int column = 0; column < Chip.GRID; column++) {
                int columns = pool.window().read(chain.images().get(step + 1).columns(column));
                most = Math.max(most, Arithmetic.roundUp(columns, 4) - columns);
            }
            return most * chain.images().get(chain.source(step)).pixelWords();
        }

        /** What is placed together, in the order of placing. */
        private List<List<Integer>> groups() {
            List<List<Integer>> groups = new ArrayList<>();
            boolean[] grouped = new boolean[count];
            for (int j = 0; j < chain.steps().size(); j++) {
                List<Integer> group = List.of();
                if (chain.steps().get(j) instanceof ChainStep.MaxPool) {
                    group = List.of(chain.source(j), j + 1);
                } else if (chain.steps().get(j) instanceof Sum sum) {
                    int mine = inPlace.getOrDefault(j + 1, chain.source(j));
                    int older = inPlace.getOrDefault(sum.older(), sum.older());
                    group = grouped[older] ? List.of(mine) : List.of(mine, older);
                }
                if (!group.isEmpty()) {
                    groups.add(group);
                    group.forEach(member -> grouped[member] = true);
                }
            }
            for (int j = 0; j < count; j++) {
                if (!inPlace.containsKey(j) && !grouped[j]) {
                    groups.add(List.of(j));
                }
            }
            groups.sort(Comparator.<List<Integer>>comparingLong(this::rank)
                    .reversed()
                    .thenComparing(group -> Collections.min(group)));
            return groups;
        }

        /** Words times steps of life: of a maximum the larger of its two images, else the sum. */
        private long rank(List<Integer> group) {
            boolean maximum = IntStream.range(0, chain.steps().size())
                    .anyMatch(
                            i -> chain.steps().get(i) instanceof ChainStep.MaxPool && group.contains(chain.source(i)));
            long rank = 0;
            for (int j : group) {
                long mine = (long) words[j] * life(j).length();
                rank = maximum ? Math.max(rank, mine) : rank + mine;
            }
            return rank;
        }

        private void placeImage(int j) {
            if (ranges[j] != null) {
                return;
            }
            ranges[j] = TileMemory.lowest(words[j], placed(life(j)::meets));
            placed.add(j);
        }

        private List<Range> placed(Predicate<Life> when) {
            return placed.stream()
                    .filter(k -> when.test(life(k)))
                    .map(k -> ranges[k])
                    .toList();
        }

        private void placeScratch() {
            for (int j = 0; j < chain.steps().size(); j++) {
                int needed = chain.plans().get(j).narrowWords();
                if (needed > 0) {
                    int time = j + 1;
                    scratch.put(j, TileMemory.lowest(needed, placed(life -> life.has(time))));
                }
            }
        }

        private Life life(int j) {
            return new Life(isMadeInStrips(j) ? 0 : j, last[j]);
        }

        private void requireRoom() {
            int largest = 0;
            for (int j = 1; j < chain.images().size(); j++) {
                largest = words[j] > words[largest] ? j : largest;
            }
            try {
                TileMemory.require(
                        end(),
                        "the plan of " + chain.steps().size() + " steps (largest image " + largest + ", "
                                + chain.images().get(largest) + ", " + 4 * words[largest] + " bytes a tile)");
            } catch (DoesNotFitException full) {
                throw new DoesNotFitException(full.getMessage(), largest);
            }
        }

        private int end() {
            int end = Math.max(staging.end(), identity + chain.input().identityWords());
            return Stream.concat(Arrays.stream(ranges), scratch.values().stream())
                    .mapToInt(Range::end)
                    .reduce(end, Math::max);
        }
    }
}
