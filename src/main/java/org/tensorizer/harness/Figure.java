package org.tensorizer.harness;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tensorizer.base.Printable;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.HeatMap;
import org.tensorizer.picture.Png;
import org.tensorizer.picture.Scale;

/**
 * Pictures of whole numbers as parts of a page: cells as an image of a pixel each, which the browser enlarges, and around it
 * row names, axis, unit and colour bar as text.
 */
final class Figure {
    private static final int NAMED_ROWS = 16;
    private static final int LINE = 15;
    private static final int MOST_PIXELS = 200;
    private static final int LONGEST_NAME = 90;

    private Figure() {}

    /**
     * Expected, observed and difference, one below the other on one axis.
     *
     * @param rows of one length, and one reference
     */
    static String comparison(List<Outputs> rows) {
        int columns = rows.get(0).expected().length;
        Grid expected = Grid.of(rows.size(), columns, (r, c) -> rows.get(r).expected()[c]);
        Grid observed = Grid.of(rows.size(), columns, (r, c) -> rows.get(r).observed()[c]);
        Grid difference = observed.minus(expected);
        String reference = rows.get(0).reference();
        String unit = rows.get(rows.size() - 1).unit();
        Scale both = Scale.spanning(expected, observed);
        List<String> names = rows.stream().map(Outputs::probe).toList();
        String axis = "output channel";
        if (difference.nonZero() == 0) {
            return "<figure class=\"comparison\">"
                    + panel(reference + " and observed, the same", expected, both, names, axis, unit) + "</figure>\n";
        }
        return "<figure class=\"comparison\">"
                + panel(reference, expected, both, names, axis, unit)
                + panel("observed", observed, both, names, axis, unit)
                + panel("difference, observed - " + reference, difference, Scale.around0(difference), names, axis, unit)
                + "</figure>\n";
    }

    /** One output vector. */
    static String vector(String name, int[] values) {
        Grid grid = Grid.row(values);
        return "<figure class=\"comparison\">"
                + panel(name, grid, Scale.spanning(grid), List.of(""), "output channel", "") + "</figure>\n";
    }

    /** A weight matrix {@code W[out][in]}. */
    static String weights(byte[] weights, int outputs, int inputs) {
        Grid grid = Grid.of(outputs, inputs, (r, c) -> weights[r * inputs + c]);
        return "<figure class=\"comparison matrix\">"
                + panel(
                        "payload, W[out][in], out downwards",
                        grid,
                        Scale.around0(grid),
                        List.of(),
                        "input channel",
                        "int8")
                + "</figure>\n";
    }

    /** A picture that an experiment has drawn itself. */
    static String picture(String caption, BufferedImage image) {
        String words = Printable.html(caption, 300);
        return "<figure><img loading=\"lazy\" alt=\"" + words + "\" src=\"" + Png.dataUri(image) + "\"><figcaption>"
                + words + "</figcaption></figure>\n";
    }

    private static String panel(String title, Grid grid, Scale scale, List<String> names, String axis, String unit) {
        boolean named = names.size() <= NAMED_ROWS && names.stream().anyMatch(name -> !name.isEmpty());
        int height = named
                ? names.size() * LINE
                : Math.max(LINE, Math.min(MOST_PIXELS, grid.rows() * (grid.rows() > NAMED_ROWS ? 2 : LINE)));
        String alt =
                Printable.html(title, LONGEST_NAME) + ": " + grid.rows() + " x " + grid.columns() + ", " + range(grid);
        String rows = named
                ? names.stream()
                        .map(name -> "<li>" + Printable.html(name, LONGEST_NAME) + "</li>")
                        .collect(Collectors.joining("", "<ol>", "</ol>"))
                : names.size() > 1
                        ? "<p class=\"rows\">" + names.size() + " probes downwards, the first "
                                + Printable.html(names.get(0), LONGEST_NAME) + ", the last "
                                + Printable.html(names.get(names.size() - 1), LONGEST_NAME) + "</p>"
                        : "";
        String last = String.valueOf(grid.columns() - 1);
        return "<div class=\"panel\"><p class=\"title\">" + Printable.html(title, LONGEST_NAME) + "</p>" + rows
                + "<div class=\"cells\"><img loading=\"lazy\" alt=\"" + alt + "\" style=\"" + size(grid, height)
                + "\" src=\""
                + Png.dataUri(HeatMap.pixels(grid, scale)) + "\"><p class=\"axis\"><span>0</span><span>" + axis
                + "</span><span>" + last + "</span></p></div><p class=\"bar\"><span>" + scale.min()
                + "</span><span class=\"colours "
                + scale.palette().name().toLowerCase(Locale.ROOT) + "\"></span><span>" + scale.max()
                + (unit.isEmpty() ? "" : " " + unit)
                + "</span></p></div>";
    }

    /** A matrix keeps its shape, a row of outputs is as wide as the page. */
    private static String size(Grid grid, int height) {
        return grid.rows() > MOST_PIXELS / 2 && grid.rows() * 4 >= grid.columns()
                ? "aspect-ratio:" + grid.columns() + "/" + grid.rows()
                : "height:" + height + "px";
    }

    static String range(Grid grid) {
        return grid.min() == grid.max() ? "all " + grid.min() : grid.min() + " to " + grid.max();
    }
}
