package org.tensorizer.base;

import java.nio.file.Path;
import java.util.Optional;

/** Where things are kept that can be had again: libraries taken out of the jar, downloaded models. */
public final class CacheFolder {
    private CacheFolder() {}

    /** The folder the user names with {@code -Dtensorizer.cache}. */
    public static Optional<Path> named() {
        return Setting.CACHE.value().map(InputFile::path);
    }

    /** {@code $XDG_CACHE_HOME/tensorizer}, else {@code ~/.cache/tensorizer}; it need not be there. */
    public static Path ofUser() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("tensorizer");
    }

    /** Downloaded models: {@code models} in the named folder or else the user's; it need not be there. */
    public static Path models() {
        return named().orElseGet(CacheFolder::ofUser).resolve("models");
    }
}
