package org.tensorizer.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.tools.PublicModels.ModelFile;
import org.tensorizer.tools.PublicModels.PublicModel;

class PublicModelsTest {
    @Test
    void everyModelIsACompiledFileAndPerhapsItsSource() {
        assertThat(PublicModels.all()).hasSizeGreaterThan(10).allSatisfy(model -> {
            assertThat(model.files()).hasSizeBetween(1, 2);
            assertThat(model.files().get(0).file()).endsWith("_edgetpu.tflite");
            assertThat(model.what()).isNotBlank();
        });
        assertThat(PublicModels.all()).extracting(PublicModel::name).doesNotHaveDuplicates();
    }

    @Test
    void digestsSayWhereTheyComeFrom() {
        for (PublicModel model : PublicModels.all()) {
            for (ModelFile file : model.files()) {
                assertThat(file.url().getScheme()).isEqualTo("https");
                file.sha256().ifPresent(sha -> assertThat(sha).matches("[0-9a-f]{64}"));
                assertThat(file.digestSource().equals("none"))
                        .isEqualTo(file.sha256().isEmpty());
            }
        }
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> PublicModels.named("resnet"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("resnet")
                .hasMessageContaining("mobilenet_v1_0.25_128_quant");
    }
}
