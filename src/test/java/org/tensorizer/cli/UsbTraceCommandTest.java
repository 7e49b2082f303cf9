package org.tensorizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsbTraceCommandTest {
    @TempDir
    Path folder;

    private Path trace;

    @BeforeEach
    void write() throws Exception {
        trace = Files.writeString(
                folder.resolve("usb.trace"),
                "init\nread32 1a318 0xa00000\nheader 3004000000000000 length 1072 tag 0\nin ep1 256\nin ep2 0 failed: stall\n");
    }

    @Test
    void namesRegistersTagsAndEndpoints() {
        Shell result = Shell.run("usb-trace", trace.toString());
        assertEquals(FactsCommand.OK, result.status());
        assertTrue(result.out().contains("read32 1a318 0xa00000"), result.out());
        assertTrue(result.out().contains("SCU_CTRL_3"), result.out());
        assertTrue(result.out().contains("tag 0"), result.out());
        assertTrue(result.out().contains("instructions"), result.out());
        assertTrue(result.out().contains("output"), result.out());
    }

    @Test
    void leavesRegistersOutIfOneLikes() {
        Shell result = Shell.run("usb-trace", "--registers", "false", trace.toString());
        assertFalse(result.out().contains("SCU_CTRL_3"), result.out());
        assertTrue(result.out().contains("in ep1 256"), result.out());
    }

    @Test
    void jsonHasTheSame() {
        Shell result = Shell.run("usb-trace", "--json", trace.toString());
        assertTrue(result.out().contains("\"event\":\"in ep1 256\""), result.out());
    }

    @Test
    void anotherFileIsRefusedWithTheLine() throws Exception {
        Files.writeString(trace, "init\nwrite32 zz 0x1\n");
        Shell result = Shell.run("usb-trace", trace.toString());
        assertEquals(FactsCommand.BAD_INPUT, result.status());
        assertTrue(result.err().contains("line 2: expected an event of a USB trace"), result.err());
    }
}
