package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommandReferenceTest {
    /** After a change: target/tensorizer reference --commands reports/commands.md. */
    @Test
    void theCommittedPageIsWhatTheCommandsSay() throws IOException {
        assertThat(Files.readString(Path.of("reports/commands.md")))
                .isEqualTo(ReferenceCommand.CommandReference.markdown());
    }
}
