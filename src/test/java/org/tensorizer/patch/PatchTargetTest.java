package org.tensorizer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.layout.DenseLayout.WeightBlock;
import org.tensorizer.model.SyntheticModel;
import org.tensorizer.model.TensorDomain;
import org.tensorizer.model.TfliteModel;

/** Which payload is meant, in models of executables and packages that no compiler in hand makes. */
class PatchTargetTest {
    private static final int STAND_ALONE = 0;
    private static final int CACHING = 1;
    private static final int EXECUTION = 2;
    private static final byte[] NONE = {};

    private static byte[] executable(int type, byte... parameters) {
        return SyntheticModel.executable(type, 5, parameters, List.of(new byte[16]));
    }

    private static TfliteModel model(byte[]... executables) {
        byte[] compiled = SyntheticModel.pack(List.of(executables));
        return TfliteModel.parse("model", SyntheticModel.tflite(List.of(SyntheticModel.options(4, List.of(compiled)))));
    }

    @Test
    void parametersToCacheComeBeforeOthers() {
        TfliteModel model = model(
                executable(STAND_ALONE, (byte) 1),
                executable(CACHING, NONE),
                executable(CACHING, (byte) 1, (byte) 2, (byte) 3));

        assertThat(PatchTarget.of(model).executable().index()).isEqualTo(2);
        assertThat(PatchTarget.of(model).payload().length()).isEqualTo(3);
    }

    @Test
    void theOnlyParametersAreMeantWhateverTheirExecutable() {
        TfliteModel model = model(executable(EXECUTION, NONE), executable(STAND_ALONE, (byte) 1, (byte) 2));

        assertThat(PatchTarget.of(model).executable().index()).isEqualTo(1);
    }

    @Test
    void whereSeveralCouldBeMeantTheUserChooses() {
        TfliteModel model =
                model(executable(STAND_ALONE, (byte) 1), executable(EXECUTION, NONE), executable(EXECUTION, (byte) 1));

        assertThatThrownBy(() -> PatchTarget.of(model))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("model: package 0 at byte "
                        + model.onlyPackage().range().start())
                .hasMessageContaining(
                        "2 executables have parameters and none is PARAMETER_CACHING, choose one: [0, 2]");
        PatchTarget chosen = PatchTarget.of(model, 0, 2);
        assertThat(chosen.executable().index()).isEqualTo(2);
        assertThat(chosen.layer()).isEmpty();
    }

    @Test
    void withoutParametersThereIsNothingToPatch() {
        TfliteModel model = model(executable(EXECUTION, NONE), executable(CACHING, NONE));

        assertThatThrownBy(() -> PatchTarget.of(model))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("none of its 2 executables has parameters, so nothing to patch");
        assertThatThrownBy(() -> PatchTarget.of(model, 0, -1)).hasMessageContaining("executable -1, expected 0 to 1");
    }

    @Test
    void ofSeveralPackagesOneIsChosen() {
        byte[] one = SyntheticModel.pack(List.of(executable(CACHING, (byte) 1)));
        byte[] two = SyntheticModel.pack(List.of(executable(CACHING, (byte) 1, (byte) 2)));
        byte[] options = SyntheticModel.options(4, List.of(one, two), 1, 2);
        TfliteModel model = TfliteModel.parse("model", SyntheticModel.tflite(List.of(options)));

        assertThat(PatchTarget.of(model, 0).payload().length()).isEqualTo(1);
        assertThat(PatchTarget.of(model, 1).payload().length()).isEqualTo(2);
        assertThatThrownBy(() -> PatchTarget.of(model, -1)).hasMessageContaining("package -1, expected 0 to 1");
        assertThatThrownBy(() -> PatchTarget.of(model, 2)).hasMessageContaining("package 2, expected 0 to 1");
    }

    /** Ragged: 70 outputs in two groups, 6 inputs in two rows of lanes. */
    @Test
    void regionsOfARaggedLayerEndWithItsWeights() {
        DenseLayout layout = DenseLayout.of(DenseShape.of(6, 70, ParameterFormat.PER_TENSOR));
        PatchTarget target = PatchTarget.of(model(executable(CACHING, new byte[layout.size()])))
                .withLayer(PatchedLayer.of(layout));

        changes(target, Region.weights(), 6 * 70);
        changes(target, Region.row(69), 6);
        changes(target, Region.row(0), 6);
        changes(target, Region.column(5), 70);
    }

    private static void changes(PatchTarget target, Region region, int weights) {
        PatchedModel patched = PatchedModel.of(target, Patch.of(region, Pattern.xor(1)));
        assertThat(patched.record().payloadBytesChanged()).as(region.toString()).isEqualTo(weights);
        assertThat(patched.record().steps().get(0).bytes()).isEqualTo(weights);
        byte[] before = weights(target.model().copy(), target);
        byte[] after = weights(patched.bytes(), target);
        int changed = 0;
        for (int i = 0; i < before.length; i++) {
            changed += before[i] == after[i] ? 0 : 1;
        }
        assertThat(changed).isEqualTo(weights);
    }

    @Test
    void aWriterAndAModelWriteTheSame() {
        DenseLayout layout = DenseLayout.of(DenseShape.of(6, 70, ParameterFormat.PER_TENSOR));
        PatchTarget target = PatchTarget.of(model(executable(CACHING, new byte[layout.size()])))
                .withLayer(PatchedLayer.of(layout));
        Patch patch = Patch.of(Region.cell(69, 5), Pattern.constant(7));
        PatchedModel patched = PatchedModel.of(target, patch);
        byte[] expected = new byte[6 * 70];
        Arrays.fill(expected, (byte) -128);
        expected[69 * 6 + 5] = 7;
        assertThat(weights(patched.bytes(), target)).isEqualTo(expected);

        PayloadWriter writer = PayloadWriter.open(target);
        writer.apply(Region.cell(69, 5), Pattern.constant(7));
        assertThat(weights(writer.bytes(), target)).isEqualTo(expected);
        layout.packBlock(
                new byte[] {0, 1, 2, 0, 3, 4},
                1,
                3,
                new WeightBlock(8, 2, 2, 2),
                writer.bytes(),
                writer.payloadStart());
        expected[8 * 6 + 2] = 1;
        expected[8 * 6 + 3] = 2;
        expected[9 * 6 + 2] = 3;
        expected[9 * 6 + 3] = 4;
        assertThat(weights(writer.bytes(), target)).isEqualTo(expected);
    }

    private static byte[] weights(byte[] model, PatchTarget target) {
        return TensorDomain.turned(target.layer()
                .orElseThrow()
                .layout()
                .unpack(model, target.payload().start()));
    }
}
