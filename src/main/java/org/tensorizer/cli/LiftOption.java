package org.tensorizer.cli;

import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.lift.Lifted;
import picocli.CommandLine.Option;

/** {@code --lift}: a compiled model is turned into a plain one first, which TFLite runs anywhere. */
final class LiftOption {
    @Option(
            names = "--lift",
            description = "Turn a compiled network into a plain model first, and run that with TFLite's own kernels.")
    private boolean lift;

    TfliteModel of(TfliteModel model) {
        return lift && model.isCompiled()
                ? TfliteModel.parse(
                        model.name() + " (lifted)",
                        Lifted.of(Network.of(model), false).model())
                : model;
    }

    byte[] of(byte[] model, String name) {
        return lift ? of(TfliteModel.parse(name, model)).copy() : model;
    }
}
