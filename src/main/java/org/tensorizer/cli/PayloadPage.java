package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.util.List;
import java.util.Locale;
import org.tensorizer.layout.BlockLayout;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.Header;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.RowLayout;

/**
 * Where the weights of every kind of layer stand in a payload, on one page: a small layer of each kind drawn byte by byte.
 * The pictures are made from {@code layout}, which reads, writes and patches payloads. Stateless, thread-safe.
 */
final class PayloadPage {
    private static final int CELL = 13;
    private static final Header FULL = new Header(true, true, true);
    private static final Header BIAS = new Header(false, true, false);
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><meta charset="utf-8"><title>Payloads of all kinds of layers</title>
            <style>body{font:15px/1.45 sans-serif;margin:2em auto;max-width:1150px;padding:0 1em}
            rect{stroke:#fff;stroke-width:.6}text{font:9px sans-serif}svg{max-width:100%%;display:block}
            .k{display:inline-block;width:1em;height:1em;margin:0 .3em 0 1em;vertical-align:-.1em}code{font-size:13px}</style>
            <h1>Payloads of all kinds of layers</h1>
            <p>Each square is a byte, each line a row of the chip's wide memory as the payload stores it. Hover over a square for
            what it is. Colours of weights go with the input channel, a frame marks the first tap.
            <span class="k" style="background:#e8a33d"></span>scale<span class="k" style="background:#58a55c"></span>bias
            <span class="k" style="background:#d86fa5"></span>zero point
            <span class="k" style="background:#ddd"></span>padding</p>
            <p>A weight is stored as one byte, weight + 128 of int8. Header rows stand in front of each group of 64 output
            channels, as far as the layer has them: scales (float32), biases (int32), zero points (uint32), little-endian.</p>
            %s
            <p>Source: measured on compiled models with known sources, byte for byte.</p>
            </html>
            """;

    private record Kind(String title, String about, PayloadLayout layout) {}

    private PayloadPage() {}

    static String html() {
        List<Kind> kinds = List.of(
                new Kind(
                        "Dense, 8 to 6",
                        "A row of weights holds four inputs of every output channel of the group. A convolution of 1x1 has the"
                                + " same bytes, whatever the image.",
                        new RowLayout(6, 1, 1, 8, FULL, 1, RowLayout.Rows.PADDED)),
                new Kind(
                        "Convolution 3x3, 8 to 6, biases alone",
                        "For each word of four input channels the taps follow each other, row by row of the kernel.",
                        new RowLayout(6, 3, 3, 8, BIAS, 1, RowLayout.Rows.PADDED)),
                new Kind(
                        "Convolution 2x2, 16 to 6, blocks of two words",
                        "Where several words of input channels belong to one pass they stand together under each tap.",
                        new RowLayout(6, 2, 2, 16, BIAS, 2, RowLayout.Rows.PADDED)),
                new Kind(
                        "Convolution to one channel, 3x3 of 8",
                        "Rows that hold the lanes alone, without padding to 64 bytes.",
                        new RowLayout(1, 3, 3, 8, BIAS, 1, RowLayout.Rows.COMPACT)),
                new Kind(
                        "Depthwise 3x3, 6 channels",
                        "Four channels after the other. A row is one tap, 4 lanes of 4 inputs: the weights stand on the"
                                + " diagonal, the zero point everywhere else.",
                        new BlockLayout(6, 3, 3, FULL)));
        StringBuilder html = new StringBuilder();
        for (Kind kind : kinds) {
            html.append("<h2>" + escaped(kind.title) + "</h2><p>" + escaped(kind.about) + " " + kind.layout.size()
                    + " bytes.</p>\n" + picture(kind.layout));
        }
        return String.format(Locale.ROOT, PAGE, html);
    }

    private static String picture(PayloadLayout layout) {
        int width = layout instanceof RowLayout rows ? rows.rowBytes() : 16;
        int lines = layout.size() / width;
        StringBuilder squares = new StringBuilder();
        for (int offset = 0; offset < layout.size(); offset++) {
            ByteRole role = layout.role(offset);
            boolean first =
                    role instanceof ByteRole.Weight weight && layout.taps() > 1 && weight.ky() + weight.kx() == 0;
            squares.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"%s><title>%d: %s</title></rect>%n",
                    offset % width * CELL,
                    offset / width * CELL,
                    CELL,
                    CELL,
                    colour(role, layout),
                    first ? " style=\"stroke:#000\"" : "",
                    offset,
                    text(role, layout)));
        }
        return "<svg width=\"" + (width * CELL + 1) + "\" height=\"" + (lines * CELL + 1) + "\" viewBox=\"0 0 "
                + (width * CELL + 1) + " " + (lines * CELL + 1) + "\">\n" + squares + "</svg>\n";
    }

    private static String colour(ByteRole role, PayloadLayout layout) {
        if (role instanceof ByteRole.Weight weight) {
            return "hsl(215,60%," + (35 + 45 * weight.in() / Math.max(1, layout.inputs())) + "%)";
        }
        return role instanceof ByteRole.Scale
                ? "#e8a33d"
                : role instanceof ByteRole.Bias ? "#58a55c" : role instanceof ByteRole.ZeroPoint ? "#d86fa5" : "#ddd";
    }

    private static String text(ByteRole role, PayloadLayout layout) {
        if (role instanceof ByteRole.Weight weight) {
            String tap = layout.taps() > 1 ? "[" + weight.ky() + "][" + weight.kx() + "]" : "";
            return "W[" + weight.out() + "]" + tap + (layout instanceof RowLayout ? "[" + weight.in() + "]" : "");
        } else if (role instanceof ByteRole.Scale scale) {
            return "scale of output " + scale.out() + ", byte " + scale.index();
        } else if (role instanceof ByteRole.Bias bias) {
            return "bias of output " + bias.out() + ", byte " + bias.index();
        } else if (role instanceof ByteRole.ZeroPoint zero) {
            return "zero point of output " + zero.out() + ", byte " + zero.index();
        }
        return "padding";
    }
}
