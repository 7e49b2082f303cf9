package org.tensorizer.cli;

import java.nio.file.Path;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;
import picocli.CommandLine.Option;

/** {@code --overwrite}, and the files that a command writes with it or without. */
final class OverwriteOption {
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
