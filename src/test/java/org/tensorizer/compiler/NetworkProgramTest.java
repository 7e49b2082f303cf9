package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.conv.Digest;
import org.tensorizer.conv.NetworkText;

/** Programs of whole networks against those of an independent implementation, byte by byte. */
class NetworkProgramTest {
    @Test
    void equalsWhatAnIndependentImplementationMakesOfSeededNetworks() {
        int refused = 0;
        List<String> lines = new ArrayList<>(Digest.lines("heads.txt"));
        lines.addAll(Digest.lines("chains.txt"));
        for (String line : lines) {
            String[] sides = line.split(" = ");
            if (sides[1].equals("refused")) {
                assertThatThrownBy(() -> make(sides[0])).as(line).isInstanceOf(BadInputException.class);
                refused++;
            } else {
                assertThat(make(sides[0])).as(sides[0]).isEqualTo(sides[1]);
            }
        }
        assertThat(lines.size() - refused).isGreaterThanOrEqualTo(300);
        assertThat(refused).isPositive();
    }

    private static String make(String network) {
        NetworkText text = NetworkText.of(network);
        NetworkProgram program = NetworkProgram.of(text.chain(), HeadText.of(text));
        byte[] payload = new byte[program.payloadBytes()];
        program.writePayload(text.numbers(), payload, 0);
        return program.narrowBytes() + " "
                + Digest.of(program.executionOnly().get(0).bytes(), 32) + " "
                + Digest.of(program.parameterCaching().bytes(), 32) + " " + Digest.of(payload, 32);
    }
}
