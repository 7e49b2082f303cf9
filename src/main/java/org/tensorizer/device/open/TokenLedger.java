package org.tensorizer.device.open;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

/** Which payload each parameter-caching token of a device stood for first. Thread safety: yes. */
final class TokenLedger {
    /** @param payload SHA-256 of the parameters */
    record Entry(String model, String payload) {}

    private final Map<Long, Entry> entries = new HashMap<>();

    /**
     * Notes the tokens of a compiled model.
     *
     * @throws TokenReuseException one of them stands for another payload
     */
    synchronized void note(String name, byte[] bytes) {
        TfliteModel model = TfliteModel.parse(name, bytes);
        for (EdgeTpuPackage compiled : model.packages()) {
            for (Executable executable : compiled.executables()) {
                if (executable.type() == ExecutableType.PARAMETER_CACHING && executable.token() != 0) {
                    note(name, executable.token(), model.bytes(executable.parameters()));
                }
            }
        }
    }

    private void note(String model, long token, ByteBuffer parameters) {
        String payload = Sha256.of(parameters);
        Entry first = entries.putIfAbsent(token, new Entry(model, payload));
        if (first != null && !first.payload().equals(payload)) {
            throw new TokenReuseException(model, token, payload, first);
        }
    }
}
