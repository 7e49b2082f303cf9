package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import org.tensorizer.picture.Sheet.Lettering;

/**
 * A grid as coloured cells under a caption.
 *
 * <p>Cells are whole pixels where the grid fits. A larger grid is reduced by blocks, and a block shows the cell of it
 * that is furthest from the scale's middle, so that one wrong cell among four million stays visible.
 */
public final class HeatMap {
    private static final int FRAME = 1;
    private static final int BAR = 64;
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

    /** The colours of a scale from its smallest value to its largest, a pixel high. */
    public static BufferedImage bar(Scale scale) {
        BufferedImage image = new BufferedImage(BAR, 1, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < BAR; x++) {
            image.setRGB(x, 0, scale.palette().rgb(x / (BAR - 1.0)));
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
}
