package org.tensorizer.recovery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.Npy;

class RecoveryFilesTest {
    @Test
    void theFilesHoldTheWholeResult() throws Exception {
        FakeChip chip = FakeChip.perChannel(128, 128, false).randomWeights(2);
        RecoveredLayout layout = Recovery.of(chip).run();
        Map<String, byte[]> files = RecoveryFiles.of(layout);
        assertThat(files.keySet()).containsExactly("map.npy", "map.csv", "roles.npy", "summary.json");

        Npy map = Npy.parse("map.npy", files.get("map.npy"));
        assertThat(map.shape()).containsExactly(128, 128);
        assertThat(map.ints()[77 * 128 + 5]).isEqualTo(chip.weights.of(77, 5));
        assertThat(new String(files.get("map.csv"), US_ASCII).lines())
                .hasSize(1 + 128 * 128)
                .startsWith("out,in,offset", "0,0," + chip.weights.of(0, 0))
                .endsWith("127,127," + chip.weights.of(127, 127));
        Npy roles = Npy.parse("roles.npy", files.get("roles.npy"));
        assertThat(roles.shape()).containsExactly(chip.size);
        assertThat(roles.data()[0]).isEqualTo((byte) 2);
        assertThat(roles.data()[256]).isEqualTo((byte) 4);
        assertThat(roles.data()[512]).isEqualTo((byte) 1);

        JsonObject summary = JsonParser.object().from(new String(files.get("summary.json"), UTF_8));
        assertThat(summary.getString("evidence")).isEqualTo("test double");
        assertThat(summary.getBoolean("complete")).isTrue();
        assertThat(summary.getObject("weights").getString("formula"))
                .isEqualTo("offset = (out/64)*8704 + 512 + (in/4)*256 + (out%64)*4 + in%4");
        assertThat(summary.getObject("headers").getObject("scale").getInt("cells"))
                .isEqualTo(512);
        assertThat(summary.getObject("roles").getInt("weight")).isEqualTo(128 * 128);
        assertThat(summary.getObject("answers").getInt("used")).isEqualTo(chip.answers);
        assertThat(summary.getObject("encoding").getInt("zero_point")).isEqualTo(128);
    }
}
