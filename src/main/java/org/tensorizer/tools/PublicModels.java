package org.tensorizer.tools;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Printable;

/**
 * Public compiled networks that are worth running, with their sources where those are public too. Real models are not ours
 * to ship; this is where they are. Immutable, thread-safe.
 */
public final class PublicModels {
    private static final String TABLE = "models.tsv";

    /**
     * A network: the compiled file first, then its source.
     *
     * @param name what the user calls it
     */
    public record PublicModel(String name, List<ModelFile> files) {
        public PublicModel {
            files = List.copyOf(files);
        }

        /** What it is, in a few words. */
        public String what() {
            return files.get(0).what();
        }
    }

    /**
     * A file of one.
     *
     * @param bytes its size, empty where nobody here has seen the file
     * @param sha256 its digest in lower-case hex, empty where none is known
     * @param digestSource where the digest comes from
     */
    public record ModelFile(
            String file, OptionalLong bytes, Optional<String> sha256, String digestSource, URI url, String what) {}

    private PublicModels() {}

    /** All of them, in the order of the table. */
    public static List<PublicModel> all() {
        Map<String, List<ModelFile>> byName = new LinkedHashMap<>();
        for (String line : InputFile.resource(PublicModels.class, TABLE)
                .lines()
                .filter(row -> !row.startsWith("#"))
                .toList()) {
            String[] column = line.split("\t", -1);
            byName.computeIfAbsent(column[0], key -> new ArrayList<>())
                    .add(new ModelFile(
                            column[1],
                            column[2].equals("-") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(column[2])),
                            column[3].equals("-") ? Optional.empty() : Optional.of(column[3]),
                            column[4],
                            URI.create(column[5]),
                            column[6]));
        }
        return byName.entrySet().stream()
                .map(each -> new PublicModel(each.getKey(), each.getValue()))
                .toList();
    }

    /**
     * The network of that name.
     *
     * @throws BadInputException there is none; the message lists the names
     */
    public static PublicModel named(String name) {
        return all().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInputException("model " + Printable.name(name)
                        + " is not in the list; expected one of "
                        + String.join(
                                ", ", all().stream().map(PublicModel::name).toList())));
    }
}
