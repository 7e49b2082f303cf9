package org.tensorizer.patch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.TfliteModel;

/**
 * The payload to patch: one executable of one package of a compiled model, and the layer in it if one is known. Immutable.
 *
 * @param model the model, which stays as it is
 * @param edgeTpuPackage one of its packages
 * @param executable the executable of the package that holds the payload
 * @param layer in the payload; needed by all regions and patterns that speak of weights
 */
public record PatchTarget(
        TfliteModel model, EdgeTpuPackage edgeTpuPackage, Executable executable, Optional<PatchedLayer> layer) {
    /** @throws BadInputException the executable has no payload or is for another chip, or the layer does not lie in the payload */
    public PatchTarget {
        if (executable.parameters().isEmpty()) {
            throw new BadInputException(where(model, edgeTpuPackage) + ", executable " + executable.index() + " ("
                    + executable.type() + ", bytes " + executable.range() + ") has no parameters, so nothing to patch");
        }
        if (!executable.chip().isEmpty() && !executable.chip().equals(Executable.EDGE_TPU)) {
            throw new BadInputException(
                    where(model, edgeTpuPackage) + ", executable " + executable.index() + ": expected chip "
                            + Executable.EDGE_TPU + " (Edge TPU), found " + Printable.name(executable.chip()));
        }
        if (layer.isPresent()) {
            int end = layer.get().at() + layer.get().layout().size();
            if (end > executable.parameters().length()) {
                throw new BadInputException(where(model, edgeTpuPackage) + ": parameters " + executable.parameters()
                        + " have " + executable.parameters().length() + " bytes, "
                        + layer.get().name() + " ends at byte " + end);
            }
        }
    }

    /**
     * The payload of a model with one package: that of its PARAMETER_CACHING executable, or else of the only executable
     * with parameters.
     *
     * @throws org.tensorizer.base.BadInputException the model is not compiled, has several packages, or no payload
     */
    public static PatchTarget of(TfliteModel model) {
        if (model.packages().size() > 1) {
            throw new BadInputException(model.name() + ": expected one compiled package, found "
                    + model.packages().size() + ": choose one (patch --package N)");
        }
        return in(model, model.onlyPackage());
    }

    /**
     * The payload of one package, chosen as by {@link #of(TfliteModel)}.
     *
     * @throws BadInputException there is no such package, or it has no payload
     */
    public static PatchTarget of(TfliteModel model, int packageIndex) {
        return in(model, model.packageAt(packageIndex));
    }

    /**
     * The payload of one executable.
     *
     * @throws BadInputException there is no such package or executable, or it has no payload
     */
    public static PatchTarget of(TfliteModel model, int packageIndex, int executableIndex) {
        EdgeTpuPackage chosen = model.packageAt(packageIndex);
        int count = chosen.executables().size();
        if (executableIndex < 0 || executableIndex >= count) {
            throw new BadInputException(
                    where(model, chosen) + ": executable " + executableIndex + ", expected 0 to " + (count - 1));
        }
        return new PatchTarget(model, chosen, chosen.executables().get(executableIndex), Optional.empty());
    }

    /**
     * This with a layer.
     *
     * @throws BadInputException the payload is too short for it
     */
    public PatchTarget withLayer(PatchedLayer known) {
        return new PatchTarget(model, edgeTpuPackage, executable, Optional.of(known));
    }

    /** Where the payload is in the file. */
    public ByteRange payload() {
        return executable.parameters();
    }

    /**
     * Where the parameter-caching tokens of the package are in the file.
     *
     * @throws BadInputException an executable whose token the runtime compares has no place for it
     */
    public List<ByteRange> tokenFields() {
        List<ByteRange> fields = new ArrayList<>();
        for (Executable each : edgeTpuPackage.executables()) {
            if (each.tokenField().isPresent()) {
                fields.add(each.tokenField().get());
            } else if (each.type() != ExecutableType.STAND_ALONE) {
                throw new BadInputException(where(model, edgeTpuPackage) + ", executable " + each.index() + " ("
                        + each.type() + ", bytes " + each.range()
                        + ") leaves parameter_caching_token out, so it cannot get a fresh token; the chip may keep old"
                        + " weights. Patching is possible if the token is kept");
            }
        }
        if (fields.isEmpty()) {
            throw new BadInputException(where(model, edgeTpuPackage)
                    + ": no executable has a parameter_caching_token; patching is possible if the token is kept");
        }
        return fields;
    }

    private static PatchTarget in(TfliteModel model, EdgeTpuPackage chosen) {
        List<Executable> candidates = chosen.executables().stream()
                .filter(each -> !each.parameters().isEmpty())
                .toList();
        Optional<Executable> caching = candidates.stream()
                .filter(each -> each.type() == ExecutableType.PARAMETER_CACHING)
                .findFirst();
        if (caching.isEmpty() && candidates.size() > 1) {
            throw new BadInputException(where(model, chosen) + ": " + candidates.size()
                    + " executables have parameters and none is PARAMETER_CACHING, choose one: "
                    + candidates.stream().map(Executable::index).toList());
        }
        Executable executable = caching.or(() -> candidates.stream().findFirst())
                .orElseThrow(() -> new BadInputException(where(model, chosen) + ": none of its "
                        + chosen.executables().size() + " executables has parameters, so nothing to patch"));
        return new PatchTarget(model, chosen, executable, Optional.empty());
    }

    private static String where(TfliteModel model, EdgeTpuPackage in) {
        return model.name() + ": package " + in.index() + " at byte "
                + in.range().start();
    }
}
