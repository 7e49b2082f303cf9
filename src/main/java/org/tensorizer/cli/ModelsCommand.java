package org.tensorizer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.CacheFolder;
import org.tensorizer.tools.Download;
import org.tensorizer.tools.PublicModels;
import org.tensorizer.tools.PublicModels.ModelFile;
import org.tensorizer.tools.PublicModels.PublicModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "models",
        description = "Lists public compiled networks that are worth running, and fetches them.",
        subcommands = ModelsCommand.Get.class,
        footer = {
            "",
            "Experiments look into the folder they are fetched to.",
            "Example: tensorizer models get mobilenet_v1_0.25_128_quant"
        })
final class ModelsCommand extends FactsCommand {
    @Override
    public Integer call() {
        if (json) {
            print(new Facts()
                    .put("folder", CacheFolder.models())
                    .list(
                            "models",
                            PublicModels.all(),
                            model -> new Facts()
                                    .put("name", model.name())
                                    .put("what", model.what())
                                    .put("licence", "Apache-2.0")
                                    .list("files", model.files(), ModelsCommand::facts)));
        } else {
            PublicModels.all().forEach(model -> out().printf("%-55s %s%n", model.name(), model.what()));
            out().println();
            out().println("Fetch one with its source: tensorizer models get NAME    into " + CacheFolder.models());
        }
        return OK;
    }

    private static Facts facts(ModelFile file) {
        return new Facts()
                .put("file", file.file())
                .put("bytes", file.bytes().isPresent() ? file.bytes().getAsLong() : null)
                .put("sha256", file.sha256().orElse(null))
                .put(
                        "sha256_source",
                        file.sha256().map(known -> file.digestSource()).orElse(null))
                .put("fetched", Files.isRegularFile(CacheFolder.models().resolve(file.file())))
                .put("url", file.url().toString());
    }

    @Command(
            name = "get",
            description = "Fetches a network and its source, checks size and digest, goes on where it was interrupted.",
            footer = {
                "",
                "Proxies: -Dhttps.proxyHost=HOST -Dhttps.proxyPort=N, or the variables https_proxy, http_proxy, no_proxy."
            })
    static final class Get extends FactsCommand {
        @Parameters(paramLabel = "NAME", arity = "1..*", description = "As `tensorizer models` lists it.")
        private List<String> names;

        @Option(names = "--folder", paramLabel = "DIR", description = "Where to put it. Default: the folder of models.")
        private Path folder;

        @Override
        public Integer call() throws IOException {
            List<PublicModel> models = names.stream().map(PublicModels::named).toList();
            Path into = folder == null ? CacheFolder.models() : folder;
            Download download = new Download();
            List<Facts> files = new ArrayList<>();
            for (PublicModel model : models) {
                for (ModelFile file : model.files()) {
                    files.add(get(download, file, into));
                }
            }
            print(new Facts().put("folder", into).put("files", files));
            return OK;
        }

        private Facts get(Download download, ModelFile file, Path into) throws IOException {
            ProgressBar bar = progress("bytes of " + file.file());
            try {
                Download.Result result = download.get(file, into, bar::update);
                return new Facts()
                        .put("file", result.path())
                        .put("bytes", result.bytes())
                        .put("sha256", result.sha256())
                        .put("verified", result.verified())
                        .put("fetched", result.fetched());
            } finally {
                bar.finish();
            }
        }
    }
}
