package org.tensorizer.network.explain;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.GraphOperator;

/** The map of a network as one HTML page that needs nothing else: layers as they follow, payload, memory over the program. */
public final class NetworkPage {
    private static final int WIDTH = 960;
    private static final int ROW = 14;
    private static final String STYLE = """
            body{font:14px/1.5 system-ui,sans-serif;margin:24px auto;max-width:1040px;padding:0 16px;color:#1c2430;background:#fff}
            h1{font-size:20px}h2{font-size:16px;margin-top:28px}table{border-collapse:collapse;width:100%}
            td,th{padding:3px 10px 3px 0;text-align:left;border-bottom:1px solid #e3e7ec;white-space:nowrap}
            td.n,th.n{text-align:right}svg{width:100%;height:auto}figure{margin:8px 0;overflow-x:auto}
            figcaption,.note{color:#5a6675}div.scroll{overflow-x:auto}
            """;

    private final Network network;
    private final NetworkMap map;
    private final NarrowUse narrow;
    private final StringBuilder page = new StringBuilder();

    private NetworkPage(Network network, NetworkMap map, NarrowUse narrow) {
        this.network = network;
        this.map = map;
        this.narrow = narrow;
    }

    /** The whole page. */
    public static String of(Network network, NetworkMap map, NarrowUse narrow) {
        return new NetworkPage(network, map, narrow).write();
    }

    private String write() {
        String name = escaped(Path.of(network.model().name()).getFileName().toString());
        page.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(name)
                .append("</title><meta name=\"viewport\" content=\"width=device-width\"><style>")
                .append(STYLE)
                .append("</style></head><body><h1>")
                .append(name)
                .append("</h1><p class=\"note\">")
                .append(map.entries().size())
                .append(" operators, ")
                .append(map.payloadBytes())
                .append(" bytes of parameters, ")
                .append(map.layerBytes())
                .append(" of them in layers, ")
                .append(map.streamBytes())
                .append(" bytes of instructions. Found from the program alone; names of operators are TFLite's.</p>");
        page.append("<h2>Parameters</h2>");
        payload();
        page.append("<h2>Narrow memory</h2>");
        memory();
        page.append("<h2>Operators</h2><div class=\"scroll\">");
        operators();
        page.append("</div>");
        outputs();
        return page.append("</body></html>\n").toString();
    }

    private static String escaped(String text) {
        return Printable.html(text, 2000);
    }

    private static String color(int layer) {
        return "hsl(" + layer * 47 % 360 + " 55% " + (layer % 2 == 0 ? 52 : 66) + "%)";
    }

    private void payload() {
        List<NetworkMap.Entry> layers =
                map.entries().stream().filter(e -> e.payload().isPresent()).toList();
        page.append("<figure><svg viewBox=\"0 0 ")
                .append(WIDTH)
                .append(" 40\" role=\"img\" aria-label=\"which bytes of the payload feed which layer\">");
        int first =
                layers.stream().mapToInt(e -> e.payload().get().start()).min().orElse(0);
        int last = layers.stream().mapToInt(e -> e.payload().get().end()).max().orElse(1);
        for (NetworkMap.Entry entry : layers) {
            ByteRange range = entry.payload().get();
            double x = (double) WIDTH * (range.start() - first) / (last - first);
            double width = (double) WIDTH * range.length() / (last - first);
            page.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.2f\" y=\"4\" width=\"%.2f\" height=\"32\" fill=\"%s\"><title>layer %d: %s, bytes %s</title></rect>",
                    x,
                    Math.max(width, 0.4),
                    color(entry.layer()),
                    entry.layer(),
                    entry.kind(),
                    range));
        }
        page.append("</svg><figcaption>Bytes ")
                .append(first)
                .append(" to ")
                .append(last)
                .append(" of the file; each colour is a layer, in the table below.</figcaption></figure>");
    }

    private void memory() {
        int most = Math.max(1, narrow.most());
        int height = narrow.bytes().length * ROW;
        page.append("<figure><svg viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" aria-label=\"bytes of narrow memory in use per tile over the program\">");
        double step = (double) WIDTH / NarrowUse.POINTS;
        for (int tile = 0; tile < narrow.bytes().length; tile++) {
            List<String> points = new ArrayList<>();
            int base = (tile + 1) * ROW - 1;
            points.add("0," + base);
            for (int point = 0; point < NarrowUse.POINTS; point++) {
                double y = base - (ROW - 2.0) * narrow.bytes()[tile][point] / most;
                points.add(String.format(Locale.ROOT, "%.1f,%.1f", (point + 0.5) * step, y));
            }
            points.add(WIDTH + "," + base);
            page.append("<polygon fill=\"#5b8dc9\" points=\"")
                    .append(String.join(" ", points))
                    .append("\"><title>tile ")
                    .append(tile)
                    .append("</title></polygon>");
        }
        page.append(
                        "</svg><figcaption>Bytes still to be read, tile 0 above to tile 15 below, over the steps of the program;")
                .append(" the highest is ")
                .append(narrow.most())
                .append(" bytes. The file reserves ")
                .append(network.program().usedNarrowMemoryBytesPerTile())
                .append(".</figcaption></figure>");
    }

    private void operators() {
        page.append("<table><tr><th></th><th>operator</th><th>input</th><th>output</th><th>kernel</th><th>weights</th>")
                .append(
                        "<th>activation</th><th class=\"n\">ops</th><th class=\"n\">tiles</th><th class=\"n\">bytes</th>")
                .append("<th class=\"n\">MACs</th><th class=\"n\">stream</th></tr>");
        for (NetworkMap.Entry entry : map.entries()) {
            String mark = entry.layer() < 0
                    ? ""
                    : "<svg viewBox=\"0 0 10 10\" style=\"width:10px;height:10px\"><rect width=\"10\" height=\"10\" fill=\""
                            + color(entry.layer()) + "\"/></svg> " + entry.layer();
            page.append("<tr><td>").append(mark);
            for (String cell : List.of(
                    entry.kind(),
                    String.join(", ", entry.inputs()),
                    entry.output(),
                    entry.kernel(),
                    entry.format(),
                    entry.activation())) {
                page.append("</td><td>").append(escaped(cell));
            }
            for (String cell : List.of(
                    String.valueOf(entry.ops()),
                    String.valueOf(entry.tiles()),
                    entry.payload().map(range -> String.valueOf(range.length())).orElse(""),
                    entry.macs() == 0 ? "" : String.valueOf(entry.macs()),
                    String.format(Locale.ROOT, "%.1f %%", 100 * entry.stream()))) {
                page.append("</td><td class=\"n\">").append(cell);
            }
            page.append("</td></tr>");
        }
        page.append("</table>");
    }

    private void outputs() {
        page.append("<h2>Outputs</h2><ul>");
        for (Graph.Output output : network.graph().outputs()) {
            String from = output.tensor()
                    .map(tensor -> tensor.shape()
                            + tensor.producer()
                                    .map(GraphOperator::name)
                                    .map(n -> " by " + n)
                                    .orElse(""))
                    .orElse("not understood: " + output.refused());
            page.append("<li>")
                    .append(escaped(output.name()))
                    .append(": ")
                    .append(escaped(from))
                    .append("</li>");
        }
        page.append("</ul>");
        if (!map.unknown().isEmpty()) {
            page.append("<h2>Not understood</h2><ul>");
            map.unknown()
                    .forEach((place, reason) -> page.append("<li>")
                            .append(place)
                            .append(": ")
                            .append(escaped(reason))
                            .append("</li>"));
            page.append("</ul>");
        }
    }
}
