package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tensorizer.network.Network;
import org.tensorizer.network.explain.NarrowUse;
import org.tensorizer.network.explain.NetworkMap;
import org.tensorizer.network.explain.NetworkPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description =
                "Maps a compiled network from its program alone: one line an operator with shapes, kernel, weights,"
                        + " activation, ops, tiles, payload, MACs and share of the instructions. May take seconds.",
        footer = {"", "Example: tensorizer explain mobilenet_edgetpu.tflite --html mobilenet.html"})
final class ExplainCommand extends FactsCommand {
    @Parameters(paramLabel = "MODEL", description = "A compiled .tflite.")
    private Path file;

    @Mixin
    private Options.OnePackage networks;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with pictures.")
    private Path html;

    @Mixin
    private Options.Overwrite overwrite;

    @Override
    public Integer call() {
        Network network = networks.read(file);
        NetworkMap map = NetworkMap.of(network);
        NarrowUse narrow = NarrowUse.of(network);
        if (html != null) {
            overwrite
                    .files(file)
                    .add(html, NetworkPage.of(network, map, narrow))
                    .write();
        }
        print(facts(network, map, narrow));
        return OK;
    }

    private Facts facts(Network network, NetworkMap map, NarrowUse narrow) {
        List<Facts> operators = map.entries().stream()
                .map(entry -> new Facts()
                        .put("layer", entry.layer() < 0 ? null : entry.layer())
                        .put("kind", entry.kind())
                        .put("input", String.join(" + ", entry.inputs()))
                        .put("output", entry.output())
                        .put("kernel", entry.kernel())
                        .put("weights", entry.format())
                        .put("activation", entry.activation())
                        .put("ops", entry.ops())
                        .put("tiles", entry.tiles())
                        .put("payload", entry.payload().map(Object::toString).orElse(null))
                        .put(
                                "bytes",
                                entry.payload().map(range -> range.length()).orElse(null))
                        .put("macs", entry.macs())
                        .put("stream_percent", String.format(Locale.ROOT, "%.1f", 100 * entry.stream())))
                .toList();
        return new Facts()
                .put("file", file)
                .put("page", html == null ? null : html.toString())
                .put("operators", operators)
                .put(
                        "macs",
                        map.entries().stream().mapToLong(NetworkMap.Entry::macs).sum())
                .put("payload_bytes", map.payloadBytes())
                .put("layer_bytes", map.layerBytes())
                .put("instruction_bytes", map.streamBytes())
                .put("narrow_bytes_needed", narrow.most())
                .put("narrow_bytes_reserved", network.program().usedNarrowMemoryBytesPerTile())
                .list("not_understood", map.unknown().entrySet(), each -> each.getKey() + ": " + each.getValue());
    }
}
