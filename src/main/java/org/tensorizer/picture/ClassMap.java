package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.tensorizer.picture.Scale.Palette;
import org.tensorizer.picture.Sheet.Lettering;

/**
 * A grid of class numbers, with a legend of the classes that occur. In a grid that is reduced to fit, a block shows the
 * highest class in it: give rare classes the higher numbers.
 *
 * @param names of the classes, class 0 first
 */
public record ClassMap(String title, Grid grid, List<String> names) {
    private static final int SWATCH = 12;
    private static final int ENTRY = 160;

    public ClassMap {
        names = List.copyOf(names);
        if (grid.min() < 0 || grid.max() >= names.size()) {
            throw new IllegalArgumentException(grid + ", expected classes 0 to " + (names.size() - 1));
        }
    }

    /**
     * @param width pixels available for the cells
     * @param height pixels available for the cells
     */
    public BufferedImage draw(int width, int height) {
        BufferedImage map = new HeatMap(title, grid, Scale.classes()).draw(width, height);
        long[] cells = new long[names.size()];
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                cells[grid.at(row, column)]++;
            }
        }
        int perLine = Math.max(1, map.getWidth() / ENTRY);
        int present = 0;
        for (long count : cells) {
            present += count > 0 ? 1 : 0;
        }
        int lines = (present + perLine - 1) / perLine;
        BufferedImage image = new BufferedImage(
                map.getWidth(), map.getHeight() + 6 + lines * Lettering.HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = Sheet.blank(image);
        graphics.drawImage(map, 0, 0, null);
        int entry = 0;
        for (int type = 0; type < cells.length; type++) {
            if (cells[type] > 0) {
                int x = entry % perLine * ENTRY;
                int y = map.getHeight() + 6 + entry / perLine * Lettering.HEIGHT;
                graphics.setColor(new Color(Palette.CLASSES.ofClass(type)));
                graphics.fillRect(x, y + 5, SWATCH, SWATCH);
                Lettering.draw(graphics, names.get(type) + " " + cells[type], x + SWATCH + 4, y);
                entry++;
            }
        }
        graphics.dispose();
        return image;
    }
}
