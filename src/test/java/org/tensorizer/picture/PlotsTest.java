package org.tensorizer.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorizer.harness.LinePlot;
import org.tensorizer.picture.HeatMap.ClassMap;
import org.tensorizer.picture.Scale.Palette;

/** Class maps, line plots and lifelines: that what they show is in the picture. */
class PlotsTest {
    @Test
    void aClassMapShowsEachClassInItsColourAndOnlyThoseInTheLegend() {
        Grid grid = Grid.of(2, 2, (r, c) -> r == 0 && c == 0 ? 2 : 1);
        ClassMap map = new ClassMap("roles", grid, List.of("none", "weight", "scale"));

        BufferedImage image = map.draw(200, 200);

        assertThat(count(image, Palette.CLASSES.ofClass(2))).isEqualTo(100 * 100 + 12 * 12);
        assertThat(count(image, Palette.CLASSES.ofClass(1))).isEqualTo(3 * 100 * 100 + 12 * 12);
        assertThat(count(image, Palette.CLASSES.ofClass(0))).isLessThan(12 * 12); // no swatch; letters have greys
    }

    @Test
    void aRareClassStaysVisibleInALargeMap() {
        Grid grid = Grid.of(2048, 2048, (r, c) -> r == 1000 && c == 77 ? 2 : 1);

        BufferedImage image = new ClassMap("roles", grid, List.of("none", "weight", "scale")).draw(256, 256);

        assertThat(count(image, Palette.CLASSES.ofClass(2))).isEqualTo(1 + 12 * 12);
    }

    @Test
    void aClassWithoutANameIsRefused() {
        assertThatThrownBy(() -> new ClassMap("roles", Grid.row(0, 3), List.of("a", "b")))
                .hasMessageContaining("classes 0 to 1");
    }

    @Test
    void lifelinesEndWhereTheirRivalsDid() {
        Lifelines lines = new Lifelines(
                "rivals", 4, List.of(new Lifelines.Line("right", Lifelines.SURVIVED), new Lifelines.Line("wrong", 1)));

        BufferedImage image = lines.draw();

        assertThat(count(image, Palette.CLASSES.ofClass(3))).isEqualTo(4 * count(image, 0xb0b8c4));
        assertThatThrownBy(() -> new Lifelines("none", 0, List.of())).hasMessageContaining("at least 1");
    }

    @Test
    void aLinePlotHasBothLines() {
        LinePlot plot = new LinePlot(
                "latency",
                "size",
                "ms",
                List.of(
                        new LinePlot.Line("here", List.of(256, 512), List.of(0.1, 0.4)),
                        new LinePlot.Line("nothing", List.<Integer>of(), List.<Double>of()),
                        new LinePlot.Line("there", List.of(256, 512), List.of(0.3, 0.2))));

        Optional<BufferedImage> image = plot.draw();

        assumeTrue(image.isPresent(), "this machine has no fonts");
        assertThat(count(image.get(), Palette.CLASSES.ofClass(1))).isPositive();
        assertThat(count(image.get(), Palette.CLASSES.ofClass(2))).isPositive();
        assertThatThrownBy(() -> new LinePlot.Line("odd", List.of(1, 2), List.of(1)))
                .hasMessageContaining("2 xs and 1 ys");
    }

    private static int count(BufferedImage image, int rgb) {
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
            }
        }
        return count;
    }
}
