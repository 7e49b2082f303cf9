package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.TfliteModel;

/** However damaged a model is, it is refused as bad input or it runs. Anything else thrown fails the test. */
class DamagedModelTest {
    @Test
    void flippedBytesAndTruncations() {
        byte[] model = Fixture.compiledBytes();
        EdgeTpuPackage compiled = TfliteModel.parse("whole", model).onlyPackage();
        List<ByteRange> interesting = List.of(
                compiled.executionOnly().chunks().get(0).range(),
                compiled.parameterCaching().chunks().get(0).range(),
                compiled.executionOnly().range(),
                new ByteRange(0, model.length));
        Random random = new Random(99);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = model.clone();
            ByteRange range = interesting.get(i % interesting.size());
            damaged[range.start() + random.nextInt(range.length())] = (byte) random.nextInt(256);
            refused += run(damaged) ? 0 : 1;
        }
        for (int i = 0; i < 100; i++) {
            refused += run(Arrays.copyOf(model, random.nextInt(model.length))) ? 0 : 1;
        }
        assertThat(refused).isBetween(600, 2100);
    }

    private static boolean run(byte[] bytes) {
        try {
            TfliteModel model = TfliteModel.parse("damaged", bytes);
            EmulatedProgram program = EmulatedProgram.load(model.onlyPackage(), model.bytes(), ChipParameters.EDGE_TPU);
            byte[] out = new byte[(int) program.outputs().get(0).unpaddedBytes()];
            program.run(new byte[(int) program.inputs().get(0).unpaddedBytes()], out);
            return true;
        } catch (BadInputException e) {
            return false;
        }
    }
}
