package org.tensorizer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.Fixture;
import org.tensorizer.Samples.Sample;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.TfliteModel;

class PatchRefusalTest {
    private static final Patch CELL = Patch.of(Region.cell(0, 0), Pattern.zero());

    private static void refused(Patch patch, String... words) {
        PatchTarget target = PatchedModelTest.target();
        assertThatThrownBy(() -> PatchedModel.of(target, patch))
                .isInstanceOf(BadInputException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void whatLiesOutsideThePayload() {
        refused(Patch.of(Region.cell(256, 0), Pattern.zero()), "cell:256,0", "W[0..255][0..255]");
        refused(Patch.of(Region.cell(0, 256), Pattern.zero()), "cell:0,256", "W[0..255][0..255]");
        refused(Patch.of(Region.row(256), Pattern.identity()), "row:256");
        refused(Patch.of(Region.column(256), Pattern.matrix(new byte[65_536])), "column:256");
        refused(Patch.of(Region.range(0, 67_585), Pattern.zero()), "0 to 67583");
        refused(Patch.of(Pattern.singleHot(0, 256, 1)), "indices below 256 x 256");
        assertThatThrownBy(() -> Region.range(5, 5)).isInstanceOf(BadInputException.class);
    }

    @Test
    void patternsOfTheWrongLength() {
        refused(Patch.of(Region.row(0), Pattern.bytes(new byte[255])), "255 bytes", "256");
        refused(Patch.of(Pattern.matrix(new byte[65_535])), "65535 weights", "256 x 256");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 256, Integer.MAX_VALUE})
    void byteValuesThatAreNoBytes(int value) {
        assertThatThrownBy(() -> Pattern.byteValue(value))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("0 to 255");
        assertThatThrownBy(() -> Pattern.xor(value)).isInstanceOf(BadInputException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {-129, 128})
    void weightsThatAreNoInt8(int value) {
        assertThatThrownBy(() -> Pattern.singleHot(0, 0, value))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("-128 to 127");
        assertThatThrownBy(() -> Pattern.constant(value)).isInstanceOf(BadInputException.class);
    }

    @Test
    void aMatrixWhereThereIsMoreThanWeights() {
        for (Region region : List.of(Region.payload(), Region.header(), Region.range(0, 5))) {
            assertThatThrownBy(() -> Patch.of(region, Pattern.identity()))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("cannot go to " + region);
        }
    }

    @Test
    void aHeaderWhereThereIsNone() {
        DenseLayout plain = DenseLayout.of(DenseShape.of(264, 256, ParameterFormat.PER_TENSOR));
        PatchTarget target =
                PatchTarget.of(TfliteModel.read(Fixture.compiled())).withLayer(PatchedLayer.of(plain));
        assertThatThrownBy(() -> PatchedModel.of(target, Patch.of(Region.header(), Pattern.zero())))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("has none");
    }

    @Test
    void aLayoutOfAnotherSize() {
        DenseLayout other = DenseLayout.of(DenseShape.square(512, ParameterFormat.PER_CHANNEL));
        PatchTarget target = PatchTarget.of(TfliteModel.read(Fixture.compiled()));
        assertThatThrownBy(() -> target.withLayer(PatchedLayer.of(other)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("67584 bytes")
                .hasMessageContaining("ends at byte 266240");
    }

    @Test
    void aModelThatIsNotCompiled() {
        TfliteModel plain = TfliteModel.read(Fixture.source());
        assertThatThrownBy(() -> PatchTarget.of(plain))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not compiled");
        assertThatThrownBy(() -> PatchTarget.of(plain, 0)).isInstanceOf(BadInputException.class);
    }

    @Test
    void packagesAndExecutablesThatAreNotThere() {
        TfliteModel dense = TfliteModel.read(Fixture.compiled());
        assertThatThrownBy(() -> PatchTarget.of(dense, 1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected 0 to 0");
        assertThatThrownBy(() -> PatchTarget.of(dense, 0, 2))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected 0 to 1");
        assertThatThrownBy(() -> PatchTarget.of(dense, 0, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("EXECUTION_ONLY")
                .hasMessageContaining("no parameters");
    }

    @Test
    void anExecutableForAnotherChipOrWithoutPlaceForAToken() {
        TfliteModel model = TfliteModel.read(Fixture.compiled());
        EdgeTpuPackage dense = model.onlyPackage();
        Executable caching = dense.parameterCaching();
        assertThatThrownBy(() ->
                        new PatchTarget(model, dense, with(caching, "other", caching.tokenField()), Optional.empty()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("found other");

        Executable bare = with(caching, "beagle", Optional.empty());
        EdgeTpuPackage tokenless = with(dense, List.of(dense.executionOnly(), bare));
        PatchTarget target = new PatchTarget(model, tokenless, bare, Optional.empty());
        Patch patch = Patch.of(Pattern.zero());
        assertThatThrownBy(() -> PatchedModel.of(target, patch))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("parameter_caching_token");
        assertThat(PatchedModel.of(target, patch.withToken(TokenPolicy.KEEP))
                        .record()
                        .payloadBytesChanged())
                .isPositive();
    }

    private static Executable with(Executable e, String chip, Optional<ByteRange> tokenField) {
        return new Executable(
                e.index(),
                e.range(),
                e.type(),
                e.name(),
                e.version(),
                e.batchSize(),
                chip,
                e.scratchBytes(),
                e.parameters(),
                e.chunks(),
                e.inputLayers(),
                e.outputLayers(),
                e.hints(),
                e.token(),
                tokenField,
                e.usedNarrowMemoryBytesPerTile(),
                e.estimatedCycles(),
                e.estimatedCyclesOld(),
                e.useTpuDram(),
                e.serializedModel());
    }

    private static EdgeTpuPackage with(EdgeTpuPackage p, List<Executable> executables) {
        return new EdgeTpuPackage(
                p.index(),
                p.subgraph(),
                p.operator(),
                p.range(),
                p.lengthField(),
                p.chipVersion(),
                p.minRuntimeVersion(),
                p.compilerVersion(),
                p.virtualChipId(),
                p.modelIdentifier(),
                p.keypairVersion(),
                p.signature(),
                p.multiExecutable(),
                executables,
                p.multiChipPackages());
    }

    @ParameterizedTest
    @MethodSource("org.tensorizer.Samples#compiled")
    void anyCompiledModelTakesBytesButWeightsNeedALayout(Sample sample) {
        PatchTarget target = PatchTarget.of(sample.model());
        PatchRecord record =
                PatchedModel.of(target, Patch.of(Pattern.xor(0xFF))).record();
        assertThat(record.payloadBytesChanged()).isEqualTo(target.payload().length());
        PatchedModel.of(target, Patch.of(Region.range(3, 9), Pattern.ramp())).record();
        for (Patch patch : List.of(CELL, Patch.of(Pattern.identity()), Patch.of(Region.header(), Pattern.zero()))) {
            assertThatThrownBy(() -> PatchedModel.of(target, patch))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("needs to know where the weights of a layer stand");
        }
    }
}
