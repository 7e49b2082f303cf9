package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the report is made with: one version of each package, each held by a digest, none of them running at installation. */
class ReportToolsTest {
    private static JsonObject read(String file) throws Exception {
        return JsonParser.object().from(Files.readString(Path.of("reports", file), StandardCharsets.UTF_8));
    }

    @Test
    void everyPackageIsLockedByADigest() throws Exception {
        JsonObject packages = read("package-lock.json").getObject("packages");

        assertThat(packages).hasSizeGreaterThan(100);
        packages.forEach((name, value) -> {
            JsonObject locked = (JsonObject) value;
            if (!name.isEmpty()) {
                assertThat(locked.getString("version")).as(name).matches("\\d+\\.\\d+\\.\\d+.*");
                assertThat(locked.getString("integrity")).as(name).matches("sha512-[A-Za-z0-9+/]{86}==");
                assertThat(locked.has("hasInstallScript"))
                        .as(name + " runs a script when installed")
                        .isFalse();
            }
        });
    }

    @Test
    void whatIsAskedForIsOneVersionAndTheLockedOne() throws Exception {
        JsonObject asked = read("package.json").getObject("devDependencies");
        JsonObject packages = read("package-lock.json").getObject("packages");

        assertThat(asked.keySet()).containsExactly("allure");
        assertThat(asked.getString("allure"))
                .matches("\\d+\\.\\d+\\.\\d+")
                .isEqualTo(packages.getObject("node_modules/allure").getString("version"));
        assertThat(packages.getObject("").getObject("devDependencies")).isEqualTo(asked);
    }

    @Test
    void theScriptInstallsWhatIsLockedAndRunsNothing() throws Exception {
        assertThat(Files.readString(Path.of("reports/generate")))
                .contains("npm ci --silent --ignore-scripts")
                .contains("npx --no-install")
                .doesNotContain("npm install");
    }
}
