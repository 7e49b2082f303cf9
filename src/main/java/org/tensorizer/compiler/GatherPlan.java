package org.tensorizer.compiler;

import static org.tensorizer.conv.Arithmetic.ceilDiv;
import static org.tensorizer.conv.Arithmetic.roundUp;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.conv.DoesNotFitException;
import org.tensorizer.conv.Image;
import org.tensorizer.conv.NarrowPlan;
import org.tensorizer.conv.PlacedImage;
import org.tensorizer.conv.TileMemory;
import org.tensorizer.conv.TileMemory.Range;
import org.tensorizer.isa.Chip;

/**
 * Where the pixels of the last image are brought together, some channels of all pixels on each tile, and where their mean
 * is computed.
 *
 * @param image the last image
 * @param unit words of a pixel that a tile gets, whole groups of 64 channels
 * @param widths the same for each tile that gets any
 * @param gathered all pixels of a tile's channels
 * @param tower the channels of a row of tiles, of the pixels of a column of tiles
 * @param average the mean, a word for 4 channels
 * @param ring first of two rows of wide memory through which words are copied
 * @param averageRow first row of the pixels as weights
 * @param identityRow row of the identity matrix
 */
record GatherPlan(
        PlacedImage image,
        int unit,
        List<Integer> widths,
        Range gathered,
        Range tower,
        Range average,
        int ring,
        int averageRow,
        int identityRow) {
    private static final int GROUP_WORDS = Chip.LANES / 4;
    private static final int LAST_ROW = Chip.WIDE_ROWS - 1;

    /** Words for the relays of the four mesh units, two each. */
    private static final int IDENTITY_WORDS = 4;

    private static final int RELAY_WORDS = 8;

    /** Words of the gathered image of a tile; four pixels are read at a time, the last may lie behind the row. */
    static int gatheredWords(Image image) {
        int pixels = image.height() * image.width() + roundUp(image.width(), 4) - image.width();
        return Math.multiplyExact(pixels, Math.min(unit(image), image.pixelWords()));
    }

    private static int unit(Image image) {
        return GROUP_WORDS * ceilDiv(groups(image), Chip.TILES);
    }

    private static int groups(Image image) {
        return ceilDiv(image.channels(), Chip.LANES);
    }

    /**
     * @param layersFollow whether fully connected layers follow, which need the identity matrix where it does not lie in the
     *     way
     */
    static GatherPlan of(NarrowPlan narrow, boolean layersFollow) {
        PlacedImage last = narrow.result();
        Image image = last.image();
        int unit = unit(image);
        DoesNotFitException.require(
                image.channels() % 4 == 0
                        && image.height() >= 4
                        && image.width() >= 4
                        && unit <= Chip.LANES
                        && (unit == GROUP_WORDS || image.channels() % Chip.LANES == 0),
                "the mean of %s: expected a multiple of 4 channels (of 64 beyond 1024), up to 4096, and 4 rows and columns",
                image);
        List<Integer> widths = new ArrayList<>();
        for (int at = 0; at < image.pixelWords(); at += unit) {
            widths.add(Math.min(unit, image.pixelWords() - at));
        }
        int rows = ceilDiv(image.width(), 4) * image.height() * (unit / GROUP_WORDS);
        int[] areas = TileMemory.stack(1, 2, rows);
        Range gathered = new Range(narrow.gathered().orElseThrow(), gatheredWords(image));
        Range lastRange = new Range(last.base(), image.words());
        int most = 0;
        for (int row = 0; row < Chip.GRID; row++) {
            most = Math.max(most, slice(widths, row));
        }
        int words = image.height() * image.mostColumns() * most;
        Range room = TileMemory.lowest(words + RELAY_WORDS + 1 + IDENTITY_WORDS, lastRange, gathered);
        Range tower = new Range(room.base(), words);
        return new GatherPlan(
                last,
                unit,
                List.copyOf(widths),
                gathered,
                tower,
                TileMemory.lowest(unit, gathered),
                layersFollow ? LAST_ROW - rows - 2 : areas[1],
                layersFollow ? LAST_ROW - rows : areas[2],
                layersFollow ? LAST_ROW : areas[0]);
    }

    private static int slice(List<Integer> widths, int row) {
        int sum = 0;
        for (int k = Chip.GRID * row; k < Math.min(Chip.GRID * (row + 1), widths.size()); k++) {
            sum += widths.get(k);
        }
        return sum;
    }

    /** Words of a pixel that go to a row of tiles. */
    int slice(int row) {
        return slice(widths, row);
    }

    /** Words of a pixel that go to a tile, 0 if none. */
    int width(int tile) {
        return tile < widths.size() ? widths.get(tile) : 0;
    }

    /** Groups of 64 channels of the whole image. */
    int groups() {
        return groups(image.image());
    }

    /** Rows of wide memory of one group of 64 channels. */
    int rowsOfGroup() {
        return ceilDiv(image.image().width(), 4) * image.image().height();
    }

    /** First of two words through which a mesh unit passes on what is not for its tile; number 0 to 3. */
    int relay(int number) {
        return tower.end() + 2 * number;
    }

    /** A word that holds 1. */
    int one() {
        return tower.end() + RELAY_WORDS;
    }

    /** Words of the identity matrix. */
    int identityWords() {
        return one() + 1;
    }

    /** Highest word in use, plus 1. */
    int end() {
        return Math.max(average.end(), identityWords() + IDENTITY_WORDS);
    }

    int floor() {
        return ring;
    }

    int channelTiles() {
        return (1 << widths.size()) - 1;
    }
}
