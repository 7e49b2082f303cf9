package org.tensorizer.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.model.TfliteModel;

/**
 * The committed templates come out of their recipes byte for byte. After a change to a writer,
 * {@code mvn surefire:test -Dtest=FixturesTest -Dtensorizer.fixtures.write=true} writes them anew.
 */
class FixturesTest {
    private static final Path FOLDER = Path.of("fixtures", "templates");

    @ParameterizedTest
    @EnumSource
    void comesOutOfItsRecipe(FixtureTemplate fixture) throws IOException {
        for (Map.Entry<String, byte[]> file : fixture.files().entrySet()) {
            Path path = FOLDER.resolve(file.getKey());
            if (Boolean.getBoolean("tensorizer.fixtures.write")) {
                Files.createDirectories(FOLDER);
                Files.write(path, file.getValue());
            }
            assertThat(path).hasBinaryContent(file.getValue());
        }
    }

    @Test
    void signedRampInGivesSignedRampOut() {
        DenseTemplate template =
                DenseTemplate.of(TfliteModel.read(FOLDER.resolve("dense_256_int8_identity_edgetpu.tflite")));
        byte[] ramp = new byte[FixtureTemplate.CHANNELS];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = (byte) (i - 128);
        }
        assertThat(template.expected(ramp)).isEqualTo(ramp);
    }

    @Test
    void theFolderHoldsNothingElse() throws IOException {
        try (var files = Files.list(FOLDER)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(FixtureTemplate.values())
                            .flatMap(f -> f.files().keySet().stream())
                            .toList());
        }
    }
}
