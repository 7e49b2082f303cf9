package org.tensorizer.harness;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tensorizer.picture.Scale.Palette;

/**
 * Numbers over numbers, one or more lines of them with their points marked.
 *
 * @param title of the whole
 * @param x what the horizontal axis is, with its unit
 * @param y what the vertical axis is, with its unit
 * @param lines drawn in this order; those without points are left out
 */
public record LinePlot(String title, String x, String y, List<Line> lines) {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 340;

    /**
     * One line.
     *
     * @param name for the legend
     * @param xs one for each point
     * @param ys one for each point
     */
    public record Line(String name, List<? extends Number> xs, List<? extends Number> ys) {
        public Line {
            xs = List.copyOf(xs);
            ys = List.copyOf(ys);
            if (xs.size() != ys.size()) {
                throw new IllegalArgumentException(name + ": " + xs.size() + " xs and " + ys.size() + " ys");
            }
        }
    }

    public LinePlot {
        lines = List.copyOf(lines);
    }

    /** The picture; empty on a machine without fonts, where a plot cannot be drawn. */
    public Optional<BufferedImage> draw() {
        try {
            return Optional.of(BitmapEncoder.getBufferedImage(chart()));
        } catch (RuntimeException | LinkageError | InternalError e) {
            return Optional.empty();
        }
    }

    private XYChart chart() {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        Color[] colours = new Color[lines.size()];
        List<String> names = new ArrayList<>();
        for (Line line : lines) {
            if (!line.xs().isEmpty()) {
                colours[names.size()] = new Color(Palette.CLASSES.ofClass(names.size() + 1));
                names.add(line.name());
                chart.addSeries(line.name(), line.xs(), line.ys()).setMarker(SeriesMarkers.CIRCLE);
            }
        }
        chart.getStyler().setSeriesColors(colours);
        chart.getStyler().setLegendVisible(names.size() > 1);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendBorderColor(Color.WHITE);
        return chart;
    }
}
