package org.tensorizer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Fixture;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Sha256;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.model.TfliteModel;

/** Patches of a compiled Dense 256 -> 256, per-channel: 512 bytes of header in front of each group of weights. */
class PatchedModelTest {
    private static final ByteRange PAYLOAD = new ByteRange(12_744, 80_328);
    private static final int CACHING_TOKEN = 12_552;
    private static final int EXECUTION_TOKEN = 89_920;
    private static final DenseShape SHAPE = DenseShape.square(256, ParameterFormat.PER_CHANNEL);
    private static final DenseLayout LAYOUT = DenseLayout.of(SHAPE);

    static TfliteModel dense256() {
        return TfliteModel.read(Fixture.compiled());
    }

    static PatchTarget target() {
        return PatchTarget.of(dense256()).withLayer(PatchedLayer.of(LAYOUT));
    }

    /** Which payload bytes a region may change, said by what each byte means and not by offsets. */
    private static boolean inside(Region region, int offset) {
        ByteRole role = LAYOUT.role(offset);
        if (region instanceof Region.Payload) {
            return true;
        } else if (region instanceof Region.Range range) {
            return offset >= range.start() && offset < range.end();
        } else if (region instanceof Region.Header) {
            return role instanceof ByteRole.Scale || role instanceof ByteRole.ZeroPoint;
        } else if (!(role instanceof ByteRole.Weight weight)) {
            return false;
        } else if (region instanceof Region.Row row) {
            return weight.out() == row.out();
        } else if (region instanceof Region.Column column) {
            return weight.in() == column.in();
        } else if (region instanceof Region.Cell cell) {
            return weight.out() == cell.out() && weight.in() == cell.in();
        }
        return true;
    }

    static Stream<Region> regions() {
        return Stream.of(
                Region.payload(),
                Region.weights(),
                Region.header(),
                Region.row(0),
                Region.row(255),
                Region.column(3),
                Region.column(255),
                Region.cell(64, 5),
                Region.range(0, 1),
                Region.range(500, 67_584));
    }

    @ParameterizedTest
    @MethodSource("regions")
    void xorFlipsEveryByteOfItsRegionAndNoOther(Region region) {
        byte[] before = dense256().copy();
        PatchedModel patched = PatchedModel.of(target(), Patch.of(region, Pattern.xor(0xFF)));
        byte[] after = patched.bytes();
        assertThat(after).hasSameSizeAs(before);
        int changed = 0;
        for (int at = 0; at < before.length; at++) {
            boolean inside = PAYLOAD.contains(at) && inside(region, at - PAYLOAD.start());
            if (inside) {
                changed++;
            }
            if (!isToken(at) && after[at] != (byte) (inside ? ~before[at] : before[at])) {
                throw new AssertionError(region + ": byte " + at + " was " + before[at] + " and is " + after[at]);
            }
        }
        PatchRecord record = patched.record();
        assertThat(record.payloadBytesChanged()).isEqualTo(changed).isPositive();
        assertThat(record.bytesCompared()).isEqualTo(before.length - changed - 16);
        assertThat(record.steps()).singleElement().satisfies(step -> {
            assertThat(Region.parse(step.region())).isEqualTo(region);
            assertThat(step.pattern()).isEqualTo("xor:255");
        });
    }

    private static boolean isToken(int at) {
        return (at >= CACHING_TOKEN && at < CACHING_TOKEN + 8) || (at >= EXECUTION_TOKEN && at < EXECUTION_TOKEN + 8);
    }

    @Test
    void theTokenIsFreshAndTheSameInBothExecutables() {
        long old = ByteBuffer.wrap(dense256().copy())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(CACHING_TOKEN);
        long[] tokens = Stream.generate(() -> PatchedModel.of(target(), Patch.of(Region.cell(0, 0), Pattern.zero())))
                .limit(20)
                .mapToLong(PatchedModelTest::token)
                .toArray();
        assertThat(tokens).doesNotHaveDuplicates().doesNotContain(0L, old);
    }

    private static long token(PatchedModel patched) {
        ByteBuffer bytes = ByteBuffer.wrap(patched.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getLong(CACHING_TOKEN)).isEqualTo(bytes.getLong(EXECUTION_TOKEN));
        assertThat(patched.model("patched").onlyPackage().executables())
                .allMatch(executable -> executable.token() == bytes.getLong(CACHING_TOKEN));
        return bytes.getLong(CACHING_TOKEN);
    }

    @Test
    void theTokenCanBeKeptOrGiven() {
        Patch patch = Patch.of(Region.cell(0, 0), Pattern.byteValue(7));
        PatchedModel kept = PatchedModel.of(target(), patch.withToken(TokenPolicy.KEEP));
        assertThat(token(kept)).isEqualTo(0x54656e736f720002L);
        assertThat(kept.record().bytesCompared()).isEqualTo(dense256().size() - 1);
        assertThat(token(PatchedModel.of(target(), patch.withToken(TokenPolicy.explicit(-5)))))
                .isEqualTo(-5);
        assertThatThrownBy(() -> TokenPolicy.explicit(0)).isInstanceOf(BadInputException.class);
    }

    @Test
    void laterStepsGoOverEarlierOnes() {
        PatchedModel patched = PatchedModel.of(
                target(),
                Patch.of(Pattern.constant(0))
                        .then(Region.row(9), Pattern.ramp())
                        .then(Region.cell(9, 200), Pattern.byteValue(255))
                        .then(Region.column(1), Pattern.constant(-128)));
        byte[] expected = new byte[65_536];
        for (int in = 0; in < 256; in++) {
            expected[9 * 256 + in] = (byte) (in - 128);
        }
        expected[9 * 256 + 200] = 127;
        for (int out = 0; out < 256; out++) {
            expected[out * 256 + 1] = -128;
        }
        assertThat(LAYOUT.unpack(patched.bytes(), PAYLOAD.start())).isEqualTo(expected);
        assertThat(patched.record().steps()).hasSize(4);
    }

    @Test
    void matricesLeaveTheHeaderAlone() {
        byte[] weights = new byte[65_536];
        new Random(5).nextBytes(weights);
        byte[] before = dense256().copy();
        byte[] after =
                PatchedModel.of(target(), Patch.of(Pattern.matrix(weights))).bytes();
        assertThat(LAYOUT.unpack(after, PAYLOAD.start())).isEqualTo(weights);
        for (int offset = 0; offset < LAYOUT.size(); offset++) {
            if (!(LAYOUT.role(offset) instanceof ByteRole.Weight)) {
                assertThat(after[PAYLOAD.start() + offset]).isEqualTo(before[PAYLOAD.start() + offset]);
            }
        }
    }

    @Test
    void theOriginalStaysAsItIs() {
        TfliteModel model = dense256();
        String before = Sha256.of(model.bytes());
        PatchedModel.of(PatchTarget.of(model), Patch.of(Pattern.zero()));
        assertThat(Sha256.of(model.bytes())).isEqualTo(before);
    }

    @Test
    void theRecordSaysWhatWasDone() throws JsonParserException {
        PatchedModel patched = PatchedModel.of(target(), Patch.of(Region.cell(64, 5), Pattern.xor(1)));
        PatchRecord record = patched.record();
        byte[] before = dense256().copy();
        assertThat(record.inputSha256()).isEqualTo(Sha256.of(before));
        assertThat(record.outputSha256()).isEqualTo(Sha256.of(patched.bytes()));

        JsonObject json = JsonParser.object().from(record.toJson());
        assertThat(json.getObject("output").getString("sha256")).isEqualTo(Sha256.of(patched.bytes()));
        assertThat(json.getObject("payload").getInt("start")).isEqualTo(12_744);
        assertThat(json.getObject("payload").getInt("end")).isEqualTo(80_328);
        assertThat(json.getObject("payload").getInt("changed_bytes")).isEqualTo(1);
        assertThat(json.getObject("payload").getString("layout"))
                .isEqualTo(SHAPE.toString())
                .isNotEmpty();
        assertThat(json.getString("token_policy")).isEqualTo("fresh");
        assertThat(json.getArray("steps")).hasSize(1);
        JsonArray executables = json.getArray("executables");
        assertThat(executables).hasSize(2);
        JsonObject execution = executables.getObject(0);
        assertThat(execution.getString("type")).isEqualTo("EXECUTION_ONLY");
        assertThat(execution.getString("token_before")).isEqualTo("54656e736f720002");
        assertThat(execution.getInt("start")).isEqualTo(86_472);
        assertThat(execution.getInt("end")).isEqualTo(98_760);
        assertThat(execution.getString("token_after"))
                .hasSize(16)
                .isEqualTo(HexFormat.of().toHexDigits(token(patched)))
                .isEqualTo(executables.getObject(1).getString("token_after"))
                .isNotEqualTo("54656e736f720002");
        assertThat(execution.getString("sha256_before"))
                .isEqualTo(Sha256.of(Arrays.copyOfRange(before, 86_472, 98_760)))
                .isNotEqualTo(execution.getString("sha256_after"));
    }

    @Test
    void aChangeBehindTheRecordsBackIsNoticed() {
        PatchedModel patched = PatchedModel.of(target(), Patch.of(Region.cell(0, 0), Pattern.xor(1)));
        patched.bytes()[PAYLOAD.start()] ^= 1;
        assertThatThrownBy(patched::record)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("byte 12744 differs");
    }

    @Test
    void aWriterRewritesOneArrayAgainAndAgain() {
        PayloadWriter writer = PayloadWriter.open(target());
        byte[] bytes = writer.bytes();
        byte[] weights = new byte[65_536];
        Random random = new Random(6);
        long token = 0;
        for (int n = 0; n < 3; n++) {
            random.nextBytes(weights);
            LAYOUT.pack(weights, bytes, writer.payloadStart());
            long fresh = writer.refreshToken();
            assertThat(fresh).isNotEqualTo(token).isNotZero();
            token = fresh;
            assertThat(writer.bytes()).isSameAs(bytes);
            TfliteModel read = TfliteModel.parse("rewritten", bytes);
            assertThat(LAYOUT.unpack(read.bytes(PAYLOAD))).isEqualTo(weights);
            assertThat(read.onlyPackage().executionOnly().token()).isEqualTo(token);
            assertThat(read.onlyPackage().parameterCaching().token()).isEqualTo(token);
        }
    }
}
