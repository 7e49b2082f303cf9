package org.tensorizer.network.explain;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
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
        return """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>%1$s</title>\
                <meta name="viewport" content="width=device-width"><style>%2$s</style></head><body><h1>%1$s</h1>\
                <p class="note">%3$d operators, %4$d bytes of parameters, %5$d of them in layers, %6$d bytes of instructions. \
                Found from the program alone; names of operators are TFLite's.</p>\
                <h2>Parameters</h2>%7$s<h2>Narrow memory</h2>%8$s<h2>Operators</h2><div class="scroll">%9$s</div>%10$s\
                </body></html>
                """.formatted(
                        name,
                        STYLE,
                        map.entries().size(),
                        map.payloadBytes(),
                        map.layerBytes(),
                        map.streamBytes(),
                        payload(),
                        memory(),
                        operators(),
                        outputs());
    }

    private static String escaped(String text) {
        return Printable.html(text, 2000);
    }

    private static String color(int layer) {
        return "hsl(" + layer * 47 % 360 + " 55% " + (layer % 2 == 0 ? 52 : 66) + "%)";
    }

    private String payload() {
        List<NetworkMap.Entry> layers =
                map.entries().stream().filter(e -> e.payload().isPresent()).toList();
        int first =
                layers.stream().mapToInt(e -> e.payload().get().start()).min().orElse(0);
        int last = layers.stream().mapToInt(e -> e.payload().get().end()).max().orElse(1);
        StringBuilder boxes = new StringBuilder();
        for (NetworkMap.Entry entry : layers) {
            ByteRange range = entry.payload().get();
            double x = (double) WIDTH * (range.start() - first) / (last - first);
            double width = (double) WIDTH * range.length() / (last - first);
            boxes.append(format(
                    "<rect x=\"%.2f\" y=\"4\" width=\"%.2f\" height=\"32\" fill=\"%s\"><title>layer %d: %s, bytes %s</title></rect>",
                    x, Math.max(width, 0.4), color(entry.layer()), entry.layer(), entry.kind(), range));
        }
        return figure(
                40,
                "which bytes of the payload feed which layer",
                boxes,
                "Bytes " + first + " to " + last + " of the file; each colour is a layer, in the table below.");
    }

    private String memory() {
        int most = Math.max(1, narrow.most());
        double step = (double) WIDTH / NarrowUse.POINTS;
        StringBuilder curves = new StringBuilder();
        for (int tile = 0; tile < narrow.bytes().length; tile++) {
            List<String> points = new ArrayList<>();
            int base = (tile + 1) * ROW - 1;
            points.add("0," + base);
            for (int point = 0; point < NarrowUse.POINTS; point++) {
                double y = base - (ROW - 2.0) * narrow.bytes()[tile][point] / most;
                points.add(format("%.1f,%.1f", (point + 0.5) * step, y));
            }
            points.add(WIDTH + "," + base);
            curves.append(format(
                    "<polygon fill=\"#5b8dc9\" points=\"%s\"><title>tile %d</title></polygon>",
                    String.join(" ", points), tile));
        }
        return figure(
                narrow.bytes().length * ROW,
                "bytes of narrow memory in use per tile over the program",
                curves,
                "Bytes still to be read, tile 0 above to tile 15 below, over the steps of the program; the highest is "
                        + narrow.most() + " bytes. The file reserves "
                        + network.program().usedNarrowMemoryBytesPerTile() + ".");
    }

    private static String figure(int height, String label, CharSequence content, String caption) {
        return format(
                "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%s</svg><figcaption>%s</figcaption></figure>",
                WIDTH, height, label, content, caption);
    }

    private String operators() {
        String head =
                "<table><tr><th></th><th>operator</th><th>input</th><th>output</th><th>kernel</th><th>weights</th>"
                        + "<th>activation</th><th class=\"n\">ops</th><th class=\"n\">tiles</th><th class=\"n\">bytes</th>"
                        + "<th class=\"n\">MACs</th><th class=\"n\">stream</th></tr>";
        return map.entries().stream().map(NetworkPage::row).collect(Collectors.joining("", head, "</table>"));
    }

    private static String row(NetworkMap.Entry entry) {
        String mark = entry.layer() < 0
                ? ""
                : "<svg viewBox=\"0 0 10 10\" style=\"width:10px;height:10px\"><rect width=\"10\" height=\"10\" fill=\""
                        + color(entry.layer()) + "\"/></svg> " + entry.layer();
        StringBuilder row = new StringBuilder("<tr><td>").append(mark);
        for (String cell : List.of(
                entry.kind(),
                String.join(", ", entry.inputs()),
                entry.output(),
                entry.kernel(),
                entry.format(),
                entry.activation())) {
            row.append("</td><td>").append(escaped(cell));
        }
        for (String cell : List.of(
                String.valueOf(entry.ops()),
                String.valueOf(entry.tiles()),
                entry.payload().map(range -> String.valueOf(range.length())).orElse(""),
                entry.macs() == 0 ? "" : String.valueOf(entry.macs()),
                format("%.1f %%", 100 * entry.stream()))) {
            row.append("</td><td class=\"n\">").append(cell);
        }
        return row.append("</td></tr>").toString();
    }

    private String outputs() {
        StringBuilder list = new StringBuilder("<h2>Outputs</h2><ul>");
        for (Graph.Output output : network.graph().outputs()) {
            String from = output.tensor()
                    .map(tensor -> tensor.shape()
                            + tensor.producer()
                                    .map(GraphOperator::name)
                                    .map(n -> " by " + n)
                                    .orElse(""))
                    .orElse("not understood: " + output.refused());
            list.append(item(output.name(), from));
        }
        list.append("</ul>");
        if (!map.unknown().isEmpty()) {
            list.append("<h2>Not understood</h2><ul>");
            map.unknown().forEach((place, reason) -> list.append(item(place.toString(), reason)));
            list.append("</ul>");
        }
        return list.toString();
    }

    private static String item(String name, String text) {
        return "<li>" + escaped(name) + ": " + escaped(text) + "</li>";
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
