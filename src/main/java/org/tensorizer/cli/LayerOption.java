package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Npy;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import picocli.CommandLine.Option;

/** {@code --layer} of {@code patch}: weights of one layer of any network, found from its program. */
final class LayerOption {
    @Option(
            names = "--layer",
            paramLabel = "N",
            description = "Patch weights of this layer of any network, numbered as by explain.")
    private Integer layer;

    @Option(names = "--row", paramLabel = "OUT", description = "Only this output channel.")
    private Integer row;

    @Option(names = "--kernel", paramLabel = "Y,X", description = "Only this tap of the kernel.")
    private String kernel;

    @Option(names = "--channels", paramLabel = "A:B", description = "Only input channels A to B - 1.")
    private String channels;

    @Option(
            names = "--weights",
            paramLabel = "FILE.npy",
            description =
                    "Before all modes: all weights, int8 [out, ky, kx, in], of a depthwise layer [channel, ky, kx].")
    private Path weights;

    /** The layer that was asked for, or the only one. */
    PatchTarget target(TfliteModel model) {
        Network network = Network.of(model);
        List<LayerOperator> layers = network.layers();
        if (layer == null && layers.size() != 1) {
            throw new BadInputException(model.name() + ": " + layers.size() + " layers, choose one with --layer N");
        }
        return network.target(network.layer(layer == null ? 0 : layer));
    }

    /** Whether a layer of several was chosen. */
    boolean isGiven() {
        return layer != null;
    }

    /** Whether options speak of weights. */
    boolean speaksOfWeights() {
        return row != null || kernel != null || channels != null || weights != null;
    }

    /** Where a mode goes for which nothing else was said. */
    Region region(Pattern pattern) {
        if (row == null && kernel == null && channels == null) {
            return layer == null ? pattern.defaultRegion() : Region.weights();
        }
        int[] tap = kernel == null ? new int[] {-1, -1} : numbers("--kernel", kernel, ",");
        int[] range = channels == null ? new int[] {-1, -1} : numbers("--channels", channels, ":");
        if (row != null && row < 0) {
            throw new BadInputException("--row " + row + ": expected an output channel, from 0 on");
        }
        return new Region.Part(row == null ? -1 : row, tap[0], tap[1], range[0], range[1]);
    }

    boolean hasWeights() {
        return weights != null;
    }

    /** The weights of a file. */
    Pattern matrix(PatchTarget target) {
        PayloadLayout layout = target.layer().orElseThrow().layout();
        Npy array = WeightsOption.int8(weights);
        List<Integer> kernels = List.of(layout.outputs(), layout.height(), layout.width(), layout.inputs());
        boolean fits = array.shape().equals(kernels)
                || layout.inputs() == 1 && array.shape().equals(kernels.subList(0, 3))
                || layout.taps() == 1 && array.shape().equals(List.of(layout.outputs(), layout.inputs()));
        if (!fits) {
            throw new BadInputException(weights + ": expected shape "
                    + (layout.inputs() == 1 ? kernels.subList(0, 3) : kernels) + ", found " + array.shape());
        }
        return Pattern.matrix(array.data());
    }

    /** Two numbers. */
    static int[] numbers(String option, String text, String separator) {
        if (!text.matches("[0-9]{1,6}" + separator + "[0-9]{1,6}")) {
            throw new BadInputException(option + " " + text + ": expected two numbers around '" + separator + "'");
        }
        String[] parts = text.split(separator);
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
    }
}
