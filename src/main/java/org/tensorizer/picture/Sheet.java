package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Pictures on one sheet of white paper, since reports are read on light and on dark pages. */
final class Sheet {
    private static final int GAP = 12;

    private Sheet() {}

    /** @param beside each other, else one below the other */
    static BufferedImage of(List<BufferedImage> pictures, boolean beside) {
        int along = GAP;
        int across = 0;
        for (BufferedImage picture : pictures) {
            along += (beside ? picture.getWidth() : picture.getHeight()) + GAP;
            across = Math.max(across, beside ? picture.getHeight() : picture.getWidth());
        }
        across += 2 * GAP;
        BufferedImage sheet =
                new BufferedImage(beside ? along : across, beside ? across : along, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = blank(sheet);
        int at = GAP;
        for (BufferedImage picture : pictures) {
            graphics.drawImage(picture, beside ? at : GAP, beside ? GAP : at, null);
            at += (beside ? picture.getWidth() : picture.getHeight()) + GAP;
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

    /**
     * Captions on a picture. A machine without fonts (a bare container, a Raspberry Pi without fontconfig) makes AWT throw;
     * pictures then go without captions, since the text beside them in the report says the same.
     */
    static final class Lettering {
        /** Height in pixels that a caption needs. */
        static final int HEIGHT = 21;

        private static final int SIZE = 16;

        private static final Color INK = new Color(0x30, 0x30, 0x30);
        private static volatile boolean noFonts;

        private Lettering() {}

        static void draw(Graphics2D graphics, String text, int x, int y) {
            if (noFonts || text.isEmpty()) {
                return;
            }
            try {
                graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
                graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, SIZE));
                graphics.setColor(INK);
                graphics.drawString(text, x, y + SIZE);
            } catch (RuntimeException | LinkageError | InternalError e) {
                noFonts = true;
            }
        }
    }
}
