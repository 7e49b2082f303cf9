package org.tensorizer.cli;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Activation;
import org.tensorizer.device.Device;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.DeviceKind;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.lift.Lifted;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that several commands have, each with what it is about; mixed into them. */
final class Options {
    private Options() {}

    /** The two numbers of an option such as {@code --kernel Y,X}. */
    static int[] numbers(String option, String text, String separator) {
        if (!text.matches("[0-9]{1,6}" + separator + "[0-9]{1,6}")) {
            throw new BadInputException(option + " " + text + ": expected two numbers around '" + separator + "'");
        }
        String[] parts = text.split(separator);
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
    }

    /** {@code --device}, the same words as {@code -Dtensorizer.device}. */
    static final class OnDevice {
        @Option(
                names = "--device",
                paramLabel = "DEVICE",
                description = DeviceKind.FORMS
                        + ". Default: auto, a Coral if there is one, else the emulator (cpu for uncompiled models).")
        private String device;

        /** Opens the device; the caller closes it. */
        Device open() {
            return Devices.open(choice());
        }

        private DeviceChoice choice() {
            return device == null ? DeviceChoice.ofUser() : DeviceChoice.parse(device);
        }

        /** The device that suits a model: uncompiled ones run on TFLite's own kernels unless something else was named. */
        Device open(boolean compiled) {
            DeviceChoice choice = choice();
            return Devices.open(choice.kind() == DeviceKind.AUTO && !compiled ? DeviceChoice.CPU : choice);
        }
    }

    /** {@code --overwrite}, and the files that a command writes with it or without. */
    static final class Overwrite {
        @Option(names = "--overwrite", description = "Replace files that exist.")
        private boolean overwrite;

        /** @param inputs files that must stay as they are */
        AtomicFiles files(Path... inputs) {
            return new AtomicFiles(existing(), inputs);
        }

        /** Refuses a file now that would be refused after the work. */
        void check(Path file, Path... inputs) {
            AtomicFiles.check(file, existing(), inputs);
        }

        private Existing existing() {
            return overwrite ? Existing.REPLACE : Existing.REFUSE;
        }
    }

    /** {@code --package} of commands that read a compiled network. */
    static final class OnePackage {
        @Option(names = "--package", paramLabel = "N", description = "Which package, where there are several.")
        private Integer index;

        Network read(Path file) {
            TfliteModel model = TfliteModel.read(file);
            return index == null ? Network.of(model) : Network.of(model, index);
        }
    }

    /** {@code --lift}: a compiled model is turned into a plain one first, which TFLite runs anywhere. */
    static final class Lift {
        @Option(
                names = "--lift",
                description =
                        "Turn a compiled network into a plain model first, and run that with TFLite's own kernels.")
        private boolean lift;

        boolean isGiven() {
            return lift;
        }

        TfliteModel of(TfliteModel model) {
            return lift && model.isCompiled()
                    ? TfliteModel.parse(
                            model.name() + " (lifted)",
                            Lifted.of(Network.of(model), false).model())
                    : model;
        }
    }

    /** What commands that make a model of one layer have in common: biases, activation, and the files they write. */
    static final class NewLayer {
        @Option(names = "--bias", paramLabel = "B", description = "random:SEED or FILE.npy (int32, [outputs]).")
        String bias;

        @Option(
                names = "--activation",
                paramLabel = "none|relu|relu6",
                description = "Fused activation. Default: none.")
        Activation activation = Activation.NONE;

        @Option(
                names = {"-o", "--output"},
                required = true,
                paramLabel = "F",
                description = "The compiled model.")
        Path output;

        @Option(
                names = "--source",
                paramLabel = "F2",
                description = "Also the uncompiled quantized model of this layer.")
        Path source;

        @Mixin
        private Overwrite overwrite;

        /** @param plain the uncompiled model, made if it was asked for */
        void write(byte[] compiled, Supplier<byte[]> plain) {
            AtomicFiles files = overwrite.files().add(output, compiled);
            if (source != null) {
                files.add(source, plain.get());
            }
            files.write();
        }
    }
}
