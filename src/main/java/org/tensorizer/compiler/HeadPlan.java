package org.tensorizer.compiler;

import static org.tensorizer.conv.Arithmetic.ceilDiv;
import static org.tensorizer.conv.Arithmetic.roundUp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.tensorizer.conv.ConvolutionPlan;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.NarrowPlan;
import org.tensorizer.conv.TileMemory;
import org.tensorizer.conv.TileMemory.Range;
import org.tensorizer.isa.Chip;

/**
 * Memory of everything behind the images: narrow memory, and the rows of wide memory that keep parameters in place, from
 * row 0 of each tile on. Immutable.
 *
 * @param gather the mean, where there is one
 * @param layers the fully connected layers
 * @param softmax where there is one
 * @param identityRow row of the identity matrix
 * @param identityWords its words
 * @param start first row of each tile that is free for broadcast parameters
 * @param floor lowest row of wide memory that is worked in
 * @param words of narrow memory in use, the images included
 */
record HeadPlan(
        Head head,
        NarrowPlan narrow,
        Optional<GatherPlan> gather,
        List<LayerPlan> layers,
        Optional<SoftmaxPlan> softmax,
        int identityRow,
        int identityWords,
        List<Integer> start,
        int floor,
        int words) {
    private static final int LAST_ROW = Chip.WIDE_ROWS - 1;

    /** Rows above belong to packets and tables. */
    private static final int PACKET_FLOOR = Packets.Rows.BELOW_TABLES.send;

    /** Rows of wide memory that may wait in place. */
    private static final int MOST_ROWS_IN_PLACE = 1600;

    private static final int TABLE_ROWS = SoftmaxPlan.TABLES * LayerPlan.TILE_WORDS + 1;

    /** @throws DoesNotFitException a memory is full */
    static HeadPlan of(ImageChain chain, NarrowPlan narrow, Head head) {
        return new Planner(chain, narrow, head, false).plan();
    }

    /** The same with far tables of the softmax. */
    static HeadPlan withFarTables(ImageChain chain, NarrowPlan narrow, Head head) {
        return new Planner(chain, narrow, head, true).plan();
    }

    /** Rows of each far table of the softmax, empty where there is none. */
    List<Integer> farTables() {
        return softmax.filter(SoftmaxPlan::far)
                .map(plan -> Collections.nCopies(SoftmaxPlan.TABLES, plan.words()))
                .orElse(List.of());
    }

    /** Words of the result of each tile that has any. */
    List<Integer> resultWords() {
        if (layers.isEmpty()) {
            return gather.orElseThrow().widths();
        }
        return layers.get(layers.size() - 1).words();
    }

    /** Channels of the result. */
    int resultChannels() {
        return layers.isEmpty()
                ? narrow.result().image().channels()
                : layers.get(layers.size() - 1).layer().outputs();
    }

    int resultBytes() {
        return resultWords().stream().mapToInt(HeadPlan::tileBytes).sum();
    }

    /** What a tile sends of so many words: units of 8 bytes. */
    static int tileBytes(int words) {
        return roundUp(4 * words, 8);
    }

    private static final class Planner {
        private final NarrowPlan narrow;
        private final Head head;
        private final Range last;
        private final int[] start = new int[Chip.TILES];
        private final List<LayerPlan> layers = new ArrayList<>();
        private Optional<GatherPlan> gather = Optional.empty();
        private Optional<SoftmaxPlan> softmax = Optional.empty();
        private int floor;
        private int words;
        private int row;
        private boolean far;
        private int logits;

        Planner(ImageChain chain, NarrowPlan narrow, Head head, boolean far) {
            this.far = far;
            this.narrow = narrow;
            this.head = head;
            this.last =
                    new Range(narrow.result().base(), narrow.result().image().words());
            this.floor = chain.floor();
            this.words = narrow.words();
        }

        HeadPlan plan() {
            Image image = narrow.result().image();
            Range source = last;
            int arrive = image.height() * image.width() * image.pixelWords();
            if (head.mean().isPresent()) {
                GatherPlan plan = GatherPlan.of(narrow, !head.layers().isEmpty());
                gather = Optional.of(plan);
                floor = Math.min(floor, plan.floor());
                use(plan.end());
                source = plan.average();
                arrive = image.pixelWords();
            }
            use(4);
            for (int i = 0; i < head.layers().size(); i++) {
                LayerPlan plan = layer(i, source, arrive);
                layers.add(plan);
                source = plan.result();
                arrive = plan.outputWords();
            }
            if (!layers.isEmpty()) {
                floor = Math.min(floor, PACKET_FLOOR);
            }
            head.softmax().ifPresent(this::softmax);
            int identityRow = gather.map(GatherPlan::identityRow).orElse(LAST_ROW);
            boolean functions =
                    layers.stream().anyMatch(plan -> plan.layer().function().isPresent());
            int identityWords =
                    functions ? words : gather.map(GatherPlan::identityWords).orElse(words);
            use(identityWords + 4);
            int most = Arrays.stream(start).max().orElseThrow();
            DoesNotFitException.require(
                    floor > most, "%d rows of parameters wait in place, a tile has %d free", most, floor);
            TileMemory.require(words, "what follows the images");
            return new HeadPlan(
                    head,
                    narrow,
                    gather,
                    List.copyOf(layers),
                    softmax,
                    identityRow,
                    identityWords,
                    Arrays.stream(start).boxed().toList(),
                    floor,
                    words);
        }

        private void use(int end) {
            words = Math.max(words, end);
        }

        private LayerPlan layer(int index, Range source, int arrive) {
            Head.Layer layer = head.layers().get(index);
            boolean first = index == 0;
            boolean lastLayer = index == head.layers().size() - 1;
            boolean flattens = first && gather.isEmpty();
            Image image = narrow.result().image();
            int pixelChannels = flattens ? image.channels() : layer.inputs();
            int pixelWords = flattens ? image.pixelWords() : ceilDiv(layer.inputs(), 4);
            DoesNotFitException.require(
                    (long) layer.inputs() * pixelWords == (long) arrive * pixelChannels,
                    "a fully connected layer of %d inputs, %d words of 4 arrive",
                    layer.inputs(),
                    arrive);
            DoesNotFitException.require(
                    layer.outputs() <= Chip.LANES * Chip.TILES,
                    "a fully connected layer of %d outputs, at most %d",
                    layer.outputs(),
                    Chip.LANES * Chip.TILES);
            Range gathered = TileMemory.lowest(arrive, source);
            boolean beforeSoftmax = head.softmax().isPresent() && lastLayer;
            int rows = layer.format().headerRows() + arrive;
            boolean spread = beforeSoftmax && layer.outputs() > Chip.LANES;
            boolean streamed = row + rows + (head.softmax().isPresent() ? TABLE_ROWS : 0) > MOST_ROWS_IN_PLACE;
            if (streamed && spread && row + rows < MOST_ROWS_IN_PLACE) {
                far = true;
                streamed = false;
            }
            Optional<ConvolutionPlan> stream = Optional.empty();
            if (streamed) {
                ConvolutionPlan plan = ConvolutionPlan.of(LayerPlan.convolution(layer), 4 * arrive, 1);
                stream = Optional.of(plan);
                floor = Math.min(floor, plan.floor());
            }
            LayerPlan bare = new LayerPlan(layer, arrive, pixelChannels, gathered, gathered, row, stream);
            int resultWords = streamed ? bare.outputWords() : LayerPlan.TILE_WORDS;
            Range result = TileMemory.lowest(resultWords, source, gathered);
            if (beforeSoftmax) {
                int behind = streamed && spread ? Math.max(result.end(), gathered.end()) : gathered.end();
                logits = Math.max(SoftmaxPlan.firstWord(bare.outputWords()), behind);
                result = streamed && spread ? result : new Range(logits, resultWords);
            }
            if (!streamed) {
                row += rows;
                for (int tile = 0; tile < bare.tiles(); tile++) {
                    start[tile] = row;
                }
            }
            use(result.end());
            use(gathered.end());
            return new LayerPlan(layer, arrive, pixelChannels, gathered, result, bare.row(), stream);
        }

        private void softmax(Head.Softmax numbers) {
            LayerPlan last = layers.get(layers.size() - 1);
            for (int tile = 0; tile < last.tiles() && !far; tile++) {
                start[tile] += SoftmaxPlan.TABLES * last.words(tile);
            }
            int classes = last.layer().outputs();
            start[0] += classes % 2;
            SoftmaxPlan plan = new SoftmaxPlan(numbers, classes, logits, row, far, start[0] - 1);
            softmax = Optional.of(plan);
            use(plan.end());
        }
    }
}
