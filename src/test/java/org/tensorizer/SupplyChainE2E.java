package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Sha256;

/** The bill of materials in target/bom.json is what the runnable jar is made of: no more, no less, byte by byte. */
class SupplyChainE2E {
    private static final Path BILL = Path.of("target/bom.json");
    private static final Path RUNNABLE = Path.of("target/tensorizer.jar");

    /** A library of the bill as a file, found among the jars that this test runs with. */
    private record Component(String purl, Path jar, String sha256) {}

    private static List<Component> bill() throws Exception {
        need(BILL, "mvn verify makes it, but not with -o");
        need(RUNNABLE, "mvn package makes it");
        JsonObject bill = JsonParser.object().from(Files.readString(BILL, StandardCharsets.UTF_8));
        return bill.getArray("components").stream()
                .map(JsonObject.class::cast)
                .map(SupplyChainE2E::component)
                .toList();
    }

    /** In CI what is missing fails the run; elsewhere it skips with its reason. */
    private static void need(Path file, String how) {
        String reason = "no " + file + ": " + how;
        assumeTrue(Files.exists(file) || "true".equals(System.getenv("CI")), reason);
        assertThat(file).as(reason).exists();
    }

    private static Component component(JsonObject json) {
        String purl = json.getString("purl");
        String classifier = purl.contains("classifier=") ? "-" + purl.replaceFirst(".*classifier=([^&]+).*", "$1") : "";
        String file = json.getString("name") + "-" + json.getString("version") + classifier + ".jar";
        Path jar = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(each -> each.endsWith(file))
                .findFirst()
                .orElseThrow(() -> new AssertionError(purl + ": no " + file + " on the class path of this test"));
        String sha256 = json.getArray("hashes").stream()
                .map(JsonObject.class::cast)
                .filter(hash -> hash.getString("alg").equals("SHA-256"))
                .map(hash -> hash.getString("content"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(purl + ": no SHA-256 in the bill"));
        return new Component(purl, jar, sha256);
    }

    @Test
    void everyLibraryOfTheBillIsTheFileThatWasBuiltWith() throws Exception {
        assertThat(bill())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(Sha256.of(InputFile.read(each.jar)))
                        .as(each.purl)
                        .isEqualTo(each.sha256));
    }

    @Test
    void everyFileOfTheRunnableJarIsOursOrOneOfTheBills() throws Exception {
        Map<Path, Map<String, String>> sources = new LinkedHashMap<>();
        try (Stream<Path> target = Files.list(Path.of("target"))) {
            target.filter(file -> file.getFileName().toString().matches("tensorizer-[0-9.]+(-SNAPSHOT)?\\.jar"))
                    .forEach(own -> sources.put(own, digests(own)));
        }
        assertThat(sources).as("our own jar").hasSize(1);
        bill().forEach(each -> sources.put(each.jar, digests(each.jar)));
        TreeSet<String> foreign = new TreeSet<>();
        Map<Path, Integer> taken = new LinkedHashMap<>();
        digests(RUNNABLE).forEach((name, digest) -> {
            if (name.equals("META-INF/MANIFEST.MF")) {
                return;
            }
            List<Path> from = sources.entrySet().stream()
                    .filter(each -> digest.equals(each.getValue().get(name)))
                    .map(Map.Entry::getKey)
                    .toList();
            from.forEach(jar -> taken.merge(jar, 1, Integer::sum));
            if (from.isEmpty()) {
                foreign.add(name);
            }
        });
        assertThat(foreign).as("in the jar and in no library of the bill").isEmpty();
        assertThat(taken.keySet())
                .as("libraries that gave something")
                .containsExactlyInAnyOrderElementsOf(sources.keySet());
    }

    private static Map<String, String> digests(Path jar) {
        Map<String, String> digests = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.isDirectory()) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        digests.put(entry.getName(), Sha256.of(in.readAllBytes()));
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError(jar.toString(), e);
        }
        return digests;
    }
}
