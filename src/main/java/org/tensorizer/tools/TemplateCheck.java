package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Printable;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Whether a model file can be read, is compiled for this chip and this runtime, and can be patched safely. */
final class TemplateCheck {
    private static final String CHECK = "template";

    private TemplateCheck() {}

    static Finding run(Path file, OptionalInt runtimeVersion) {
        TfliteModel model;
        try {
            model = TfliteModel.read(file);
        } catch (BadInputException e) {
            return Finding.problem(CHECK, e.getMessage(), "compile it again, or name another file");
        }
        if (!model.isCompiled()) {
            return Finding.note(
                    CHECK, file + ": not compiled for the Edge TPU", "runs on device cpu only; compile it for a Coral");
        }
        List<EdgeTpuPackage> packages = model.packages();
        int needs = packages.stream()
                .mapToInt(EdgeTpuPackage::minRuntimeVersion)
                .max()
                .orElse(0);
        if (runtimeVersion.isPresent() && needs > runtimeVersion.getAsInt()) {
            return Finding.problem(
                    CHECK,
                    file + ": needs runtime version " + needs + ", libedgetpu has " + runtimeVersion.getAsInt(),
                    "update libedgetpu, or compile with --min_runtime_version " + runtimeVersion.getAsInt());
        }
        List<Executable> executables =
                packages.stream().flatMap(each -> each.executables().stream()).toList();
        for (Executable executable : executables) {
            if (!executable.chip().isEmpty() && !executable.chip().equals(Executable.EDGE_TPU)) {
                return Finding.problem(
                        CHECK,
                        file + ": compiled for chip " + Printable.name(executable.chip()),
                        "compile it for " + Executable.EDGE_TPU + ", the Edge TPU");
            }
        }
        return patchable(file, needs, executables);
    }

    private static Finding patchable(Path file, int needs, List<Executable> executables) {
        String payload = executables.stream()
                .filter(executable -> !executable.parameters().isEmpty())
                .map(executable -> executable.parameters().toString())
                .collect(Collectors.joining(", "));
        String found = file + ": compiled, needs runtime version " + needs;
        if (payload.isEmpty()) {
            return Finding.note(CHECK, found + ", no payload", "nothing in it can be patched");
        }
        boolean tokens = executables.stream().allMatch(each -> each.tokenField().isPresent());
        return tokens
                ? Finding.ok(CHECK, found + ", payload " + payload)
                : Finding.note(
                        CHECK,
                        found + ", payload " + payload + ", an executable without a parameter-caching token",
                        "patches of it cannot get fresh tokens: one session of the device for each");
    }
}
