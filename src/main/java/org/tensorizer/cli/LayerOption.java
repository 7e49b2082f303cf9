package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Npy;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.LayerCells;
import org.tensorizer.network.Network;
import org.tensorizer.network.NetworkWriter;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.patch.BytePattern;
import org.tensorizer.patch.Pattern;
import picocli.CommandLine.Option;

/** {@code --layer} of {@code patch}: weights of one layer of any network, found from its program. */
final class LayerOption {
    @Option(
            names = "--layer",
            paramLabel = "N",
            description = "Patch weights of this layer of any network, numbered as by explain; modes on bytes only.")
    private Integer layer;

    @Option(names = "--row", paramLabel = "OUT", description = "With --layer: only this output channel.")
    private Integer row;

    @Option(names = "--kernel", paramLabel = "Y,X", description = "With --layer: only this tap of the kernel.")
    private String kernel;

    @Option(names = "--channels", paramLabel = "A:B", description = "With --layer: only input channels A to B - 1.")
    private String channels;

    @Option(
            names = "--weights",
            paramLabel = "FILE.npy",
            description =
                    "With --layer: all its weights, int8 [out, ky, kx, in], of a depthwise layer [channel, ky, kx].")
    private Path weights;

    boolean isGiven() {
        return layer != null;
    }

    /** @return the patched model, and what was written */
    byte[] patch(TfliteModel model, List<String> modes, boolean keepToken, Facts facts) {
        Network network = Network.of(model);
        LayerOperator chosen = network.layer(layer);
        NetworkWriter writer = NetworkWriter.open(network);
        int written = weights != null ? whole(writer, chosen) : 0;
        LayerCells cells = cells(chosen);
        for (String mode : modes) {
            Pattern pattern = PatternOption.parse(mode);
            if (!(pattern instanceof BytePattern bytes)) {
                throw new BadInputException("mode '" + mode + "': with --layer expected a mode on bytes, such as zero,"
                        + " byte:V, ramp, xor:V or random:SEED");
            }
            written = Math.max(written, cells.write(writer, chosen, bytes));
        }
        if (written == 0) {
            throw new BadInputException("patch: with --layer expected --mode or --weights");
        }
        if (!keepToken) {
            writer.refreshToken();
        }
        facts.put("layer", layer + ": " + chosen)
                .put("at", network.range(chosen).toString())
                .put("weights_written", written);
        return writer.bytes();
    }

    private int whole(NetworkWriter writer, LayerOperator chosen) {
        Npy array = WeightsOption.int8(weights);
        var layout = chosen.layout();
        List<Integer> expected = chosen.kind() == LayerOperator.Kind.DEPTHWISE_CONV_2D
                ? List.of(layout.outputs(), layout.height(), layout.width())
                : List.of(layout.outputs(), layout.height(), layout.width(), layout.inputs());
        if (!array.shape().equals(expected)) {
            throw new BadInputException(weights + ": expected shape " + expected + ", found " + array.shape());
        }
        byte[] bytes = array.data().clone();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= (byte) 0x80;
        }
        writer.weights(chosen, bytes);
        return bytes.length;
    }

    private LayerCells cells(LayerOperator chosen) {
        LayerCells cells = LayerCells.all(chosen);
        if (row != null) {
            cells = cells.outputs(row, row + 1);
        }
        if (kernel != null) {
            int[] tap = numbers("--kernel", kernel, ",");
            cells = cells.tap(tap[0], tap[1]);
        }
        if (channels != null) {
            int[] range = numbers("--channels", channels, ":");
            cells = cells.inputs(range[0], range[1]);
        }
        return cells;
    }

    private static int[] numbers(String option, String text, String separator) {
        if (!text.matches("[0-9]{1,6}" + separator + "[0-9]{1,6}")) {
            throw new BadInputException(option + " " + text + ": expected two numbers around '" + separator + "'");
        }
        String[] parts = text.split(separator);
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
    }
}
