package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.tensorizer.picture.Scale.Palette;
import org.tensorizer.picture.Sheet.Lettering;

/**
 * A grid as coloured cells under a caption.
 *
 * <p>Cells are whole pixels where the grid fits. A larger grid is reduced by blocks, and a block shows the cell of it
 * that is furthest from the scale's middle, so that one wrong cell among four million stays visible.
 */
public final class HeatMap {
    private static final int FRAME = 1;
    private static final Color GREY = new Color(0xb0, 0xb0, 0xb0);

    private final String title;
    private final Grid grid;
    private final Scale scale;

    public HeatMap(String title, Grid grid, Scale scale) {
        this.title = title;
        this.grid = grid;
        this.scale = scale;
    }

    /** Every cell as one pixel, for whoever enlarges and letters it by other means. */
    public static BufferedImage pixels(Grid grid, Scale scale) {
        BufferedImage image = new BufferedImage(grid.columns(), grid.rows(), BufferedImage.TYPE_INT_RGB);
        for (int r = 0; r < grid.rows(); r++) {
            for (int c = 0; c < grid.columns(); c++) {
                image.setRGB(c, r, scale.rgb(grid.at(r, c)));
            }
        }
        return image;
    }

    /**
     * @param width pixels available for the cells
     * @param height pixels available for the cells
     */
    public BufferedImage draw(int width, int height) {
        BufferedImage cells = cells(width, height);
        BufferedImage image = new BufferedImage(
                Math.max(width, cells.getWidth()) + 2 * FRAME,
                cells.getHeight() + Lettering.HEIGHT + 2 * FRAME,
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = Sheet.blank(image);
        Lettering.draw(graphics, title + legend(), FRAME, 0);
        graphics.setColor(GREY);
        graphics.fillRect(0, Lettering.HEIGHT, cells.getWidth() + 2 * FRAME, cells.getHeight() + 2 * FRAME);
        graphics.drawImage(cells, FRAME, Lettering.HEIGHT + FRAME, null);
        graphics.dispose();
        return image;
    }

    private String legend() {
        String range = grid.min() == grid.max() ? "all " + grid.min() : scale.legend();
        return scale.legend().isEmpty() ? "" : "   " + range;
    }

    private BufferedImage cells(int width, int height) {
        int cellWidth = Math.max(1, width / grid.columns());
        int cellHeight = Math.max(1, height / grid.rows());
        int blockColumns = (grid.columns() + width - 1) / width;
        int blockRows = (grid.rows() + height - 1) / height;
        int columns = (grid.columns() + blockColumns - 1) / blockColumns;
        int rows = (grid.rows() + blockRows - 1) / blockRows;
        BufferedImage image = new BufferedImage(columns * cellWidth, rows * cellHeight, BufferedImage.TYPE_INT_RGB);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int rgb = scale.rgb(outlier(r * blockRows, blockRows, c * blockColumns, blockColumns));
                for (int y = r * cellHeight; y < (r + 1) * cellHeight; y++) {
                    for (int x = c * cellWidth; x < (c + 1) * cellWidth; x++) {
                        image.setRGB(x, y, rgb);
                    }
                }
            }
        }
        return image;
    }

    private int outlier(int row, int rows, int column, int columns) {
        double middle = (scale.min() + (double) scale.max()) / 2;
        int found = grid.at(row, column);
        for (int r = row; r < Math.min(row + rows, grid.rows()); r++) {
            for (int c = column; c < Math.min(column + columns, grid.columns()); c++) {
                if (Math.abs(grid.at(r, c) - middle) > Math.abs(found - middle)) {
                    found = grid.at(r, c);
                }
            }
        }
        return found;
    }

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
}
