package org.tensorizer.device.library;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64, linux-x86-64",
        "Linux, aarch64, linux-arm64, linux-aarch64",
        "Mac OS X, aarch64, macosx-arm64, macosx-aarch64"
    })
    void speaksEachDialect(String os, String arch, String bytedeco, String jna) {
        Platform platform = Platform.of(os, arch);
        assertThat(platform.bytedeco()).isEqualTo(bytedeco);
        assertThat(platform.jna()).isEqualTo(jna);
    }
}
