package org.tensorizer.compiler;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.conv.Digest;
import org.tensorizer.conv.NetworkText;

/** Programs of whole networks against those of an independent implementation, byte by byte. */
class NetworkProgramTest {
    @Test
    void equalsWhatAnIndependentImplementationMakesOfSeededNetworks() {
        List<String> lines = new ArrayList<>(Digest.lines("heads.txt"));
        lines.addAll(Digest.lines("chains.txt"));
        Digest.assertMade(lines, 300, NetworkProgramTest::make);
    }

    private static String make(String network) {
        NetworkText text = NetworkText.of(network);
        NetworkProgram program = NetworkProgram.of(text.chain(), HeadText.of(text));
        byte[] payload = new byte[program.payloadBytes()];
        program.writePayload(text.numbers(), payload, 0);
        return program.narrowBytes() + " " + Digest.of(program.executionOnly().bytes(), 32) + " "
                + Digest.of(program.parameterCaching().bytes(), 32) + " " + Digest.of(payload, 32);
    }
}
