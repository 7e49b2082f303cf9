package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.tensorizer.picture.Scale.Palette;
import org.tensorizer.picture.Sheet.Lettering;

/**
 * Who lived how long: a bar for each name from step 0 to the step that ended it, the survivors' bars in another colour up to
 * the last step.
 *
 * @param steps how many there were
 * @param lines drawn in this order
 */
public record Lifelines(String title, int steps, List<Line> lines) {
    /** The last step of a survivor. */
    public static final int SURVIVED = -1;

    private static final int LETTER = 9;
    private static final int BARS = 460;
    private static final int LINE = Lettering.HEIGHT;
    private static final Color ENDED = new Color(0xb0b8c4);
    private static final Color ALIVE = new Color(Palette.CLASSES.ofClass(3));
    private static final Color GRID = new Color(0xe4e4e4);

    /** @param ended 1 for the first step, {@link #SURVIVED} if none ended it */
    public record Line(String name, int ended) {}

    public Lifelines {
        lines = List.copyOf(lines);
        if (steps < 1) {
            throw new IllegalArgumentException(steps + " steps, expected at least 1");
        }
    }

    public BufferedImage draw() {
        BufferedImage image = new BufferedImage(x(steps) + 60, (lines.size() + 1) * LINE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = Sheet.blank(image);
        Lettering.draw(graphics, title, 4, 0);
        for (int step = 0; step <= steps; step++) {
            graphics.setColor(GRID);
            graphics.drawLine(x(step), LINE, x(step), (lines.size() + 1) * LINE);
        }
        int y = LINE;
        for (Line line : lines) {
            boolean alive = line.ended() == SURVIVED;
            graphics.setColor(alive ? ALIVE : ENDED);
            graphics.fillRect(x(0), y + 3, x(alive ? steps : line.ended()) - x(0), LINE - 6);
            Lettering.draw(graphics, line.name(), 4, y);
            Lettering.draw(graphics, alive ? "alive" : "" + line.ended(), x(alive ? steps : line.ended()) + 4, y);
            y += LINE;
        }
        graphics.dispose();
        return image;
    }

    private int x(int step) {
        int names = LETTER
                * (2
                        + lines.stream()
                                .mapToInt(line -> line.name().length())
                                .max()
                                .orElse(0));
        return names + BARS * step / steps;
    }
}
