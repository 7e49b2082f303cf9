package org.tensorizer.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;

/**
 * Captions on a picture. A machine without fonts (a bare container, a Raspberry Pi without fontconfig) makes AWT throw;
 * pictures then go without captions, since the text beside them in the report says the same.
 */
final class Lettering {
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
