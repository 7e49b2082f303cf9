package org.tensorizer.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final int WHITE = 0xffffffff;
    private static final int STRONG_RED = 0xffa8201a;

    @Test
    void oneWrongOutputOfAVectorIsTheOnlyColourInTheDifference() {
        Grid expected = Grid.of(1, 256, (r, c) -> c - 128);
        Grid observed = Grid.of(1, 256, (r, c) -> c == 200 ? 127 : c - 128);
        BufferedImage picture = new Comparison(expected, observed).draw();
        assertThat(columnsWith(picture, STRONG_RED)).containsExactly(413, 414); // 12 + 1 + 200 * 2
    }

    @Test
    void oneWrongCellOfFourMillionStaysVisible() {
        Grid expected = Grid.of(2048, 2048, (r, c) -> 0);
        Grid observed = Grid.of(2048, 2048, (r, c) -> r == 1001 && c == 1003 ? 1 : 0);
        BufferedImage picture = new Comparison(expected, observed).draw();
        assertThat(columnsWith(picture, STRONG_RED)).hasSize(1);
        assertThat(new Comparison(expected, observed).differing()).isEqualTo(1);
    }

    @Test
    void equalGridsLeaveTheDifferenceWhite() {
        Grid grid = Grid.of(64, 64, (r, c) -> r == c ? 127 : 0);
        BufferedImage picture = new Comparison(grid, grid).draw();
        int left = picture.getWidth() - 12 - 1 - 256;
        for (int y = 40; y < 200; y++) {
            for (int x = left; x < left + 256; x++) {
                assertThat(picture.getRGB(x, y)).isEqualTo(WHITE);
            }
        }
    }

    @Test
    void differentShapesAreRefused() {
        assertThatThrownBy(() -> new Comparison(Grid.row(1, 2), Grid.row(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 x 2");
    }

    @Test
    void pngReadsBackPixelForPixel() throws Exception {
        BufferedImage picture =
                new HeatMap("ramp", Grid.of(16, 16, (r, c) -> r * c), Scale.spanning(Grid.row(0, 225))).draw(64, 64);
        BufferedImage back = ImageIO.read(new ByteArrayInputStream(Png.bytes(picture)));
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                assertThat(back.getRGB(x, y)).isEqualTo(picture.getRGB(x, y));
            }
        }
        assertThat(Png.dataUri(picture)).startsWith("data:image/png;base64,iVBOR");
    }

    private static Set<Integer> columnsWith(BufferedImage picture, int rgb) {
        Set<Integer> found = new HashSet<>();
        for (int x = 0; x < picture.getWidth(); x++) {
            for (int y = 0; y < picture.getHeight(); y++) {
                if (picture.getRGB(x, y) == rgb) {
                    found.add(x);
                }
            }
        }
        return found;
    }
}
