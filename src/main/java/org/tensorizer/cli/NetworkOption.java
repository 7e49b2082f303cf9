package org.tensorizer.cli;

import java.nio.file.Path;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import picocli.CommandLine.Option;

/** {@code --package} of commands that read a compiled network. */
final class NetworkOption {
    @Option(names = "--package", paramLabel = "N", description = "Which package, where there are several.")
    private Integer index;

    Network read(Path file) {
        TfliteModel model = TfliteModel.read(file);
        return index == null ? Network.of(model) : Network.of(model, index);
    }
}
