package org.tensorizer.device.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

class TokenGuardTest {
    private final byte[] original = Fixture.compiledBytes();
    private final List<String> loaded = new ArrayList<>();
    private final Device guarded = new Devices.TokenGuard(new Device() {
        @Override
        public String name() {
            return "below";
        }

        @Override
        public Provenance provenance() {
            return Provenance.DOUBLE;
        }

        @Override
        public Session open(TfliteModel model) {
            loaded.add(model.name());
            return null;
        }
    });

    @Test
    void anotherPayloadUnderASeenTokenIsAnError() {
        guarded.open("original", original);
        assertThatThrownBy(() -> guarded.open("patched", withPayloadByte(77)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("patched: parameter-caching token 0x")
                .hasMessageContaining("payload of original")
                .hasMessageContaining("fresh token");
        assertThat(loaded).containsExactly("original");
    }

    @Test
    void theSamePayloadMayBeLoadedAgain() {
        guarded.open("original", original);
        guarded.open("again", original.clone());
        assertThat(loaded).containsExactly("original", "again");
    }

    @Test
    void aFreshTokenIsFine() {
        guarded.open("original", original);
        byte[] patched = withPayloadByte(77);
        for (Executable executable :
                TfliteModel.parse("patched", patched).onlyPackage().executables()) {
            patched[executable.tokenField().orElseThrow().start()] ^= 1;
        }
        guarded.open("patched", patched);
        assertThat(loaded).containsExactly("original", "patched");
    }

    @Test
    void whoAsksForItGetsTheDeviceItself() {
        guarded.open("original", original);
        guarded.allowingTokenReuse().open("patched", withPayloadByte(77));
        assertThat(loaded).containsExactly("original", "patched");
    }

    @Test
    void plainModelsHaveNoTokens() {
        guarded.open("plain", Fixture.sourceBytes());
        assertThat(loaded).containsExactly("plain");
    }

    private byte[] withPayloadByte(int value) {
        byte[] patched = original.clone();
        Executable caching =
                TfliteModel.parse("original", original).onlyPackage().parameterCaching();
        patched[caching.parameters().end() - 1] = (byte) value;
        return patched;
    }
}
