package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Pictures on one sheet of white paper, since reports are read on light and on dark pages. */
final class Sheet {
    private static final int GAP = 12;

    private Sheet() {}

    static BufferedImage beside(List<BufferedImage> pictures) {
        int width = GAP;
        int height = 0;
        for (BufferedImage picture : pictures) {
            width += picture.getWidth() + GAP;
            height = Math.max(height, picture.getHeight());
        }
        BufferedImage sheet = new BufferedImage(width, height + 2 * GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = blank(sheet);
        int x = GAP;
        for (BufferedImage picture : pictures) {
            graphics.drawImage(picture, x, GAP, null);
            x += picture.getWidth() + GAP;
        }
        graphics.dispose();
        return sheet;
    }

    static BufferedImage below(List<BufferedImage> pictures) {
        int width = 0;
        int height = GAP;
        for (BufferedImage picture : pictures) {
            width = Math.max(width, picture.getWidth());
            height += picture.getHeight() + GAP;
        }
        BufferedImage sheet = new BufferedImage(width + 2 * GAP, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = blank(sheet);
        int y = GAP;
        for (BufferedImage picture : pictures) {
            graphics.drawImage(picture, GAP, y, null);
            y += picture.getHeight() + GAP;
        }
        graphics.dispose();
        return sheet;
    }

    static Graphics2D blank(BufferedImage image) {
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        return graphics;
    }
}
