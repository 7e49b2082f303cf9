package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlexBuffersBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/** The map reader against maps that flatbuffers-java writes, and against bytes that are no map. */
class FlexBufferMapTest {
    /** The library picks a width of 1, 2 or 4 bytes by itself, from the distances it has to bridge. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 40, 300, 5000, 70_000})
    void readsWhatTheLibraryWrites(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        FlexBuffersBuilder builder = new FlexBuffersBuilder();
        int map = builder.startMap();
        builder.putInt("1", 0);
        builder.putBlob("4", content);
        builder.putInt("5", -1);
        int chips = builder.startVector();
        builder.putInt(18);
        builder.putInt(-7);
        builder.putUInt(300);
        builder.endVector("6", chips, false, false);
        int typed = builder.startVector();
        builder.putInt(-2);
        builder.putInt(1 << 20);
        builder.endVector("7", typed, true, false);
        builder.endMap(null, map);
        ByteBuffer written = builder.finish();
        byte[] bytes = new byte[written.remaining()];
        written.get(bytes);

        FlexBufferMap read = map(bytes);
        ByteRange range = read.content(read.find('4').orElseThrow(), "blob");
        assertThat(Arrays.copyOfRange(bytes, range.start(), range.end())).isEqualTo(content);
        assertThat(read.lengthField(read.find('4').orElseThrow(), "blob").end()).isEqualTo(range.start());
        assertThat(number(read, '1')).isZero();
        assertThat(number(read, '5')).isEqualTo(-1);
        assertThat(numbers(read, '6')).containsExactly(18L, -7L, 300L);
        assertThat(numbers(read, '7')).containsExactly(-2L, 1L << 20);
        assertThat(read.find('2')).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void readsMapsOfEveryWidth(int width) {
        byte[] bytes = SyntheticModel.options(width, List.of(new byte[] {7, 8}, new byte[] {9}), 18, 4);
        FlexBufferMap read = map(bytes);
        assertThat(numbers(read, '6')).containsExactly(18L, 4L);
        ByteRange first = read.content(read.find('4').orElseThrow(), "string");
        assertThat(Arrays.copyOfRange(bytes, first.start(), first.end())).containsExactly(7, 8);
        ByteRange second = read.content(
                read.elements(read.find('7').orElseThrow(), "vector").get(0), "string");
        assertThat(Arrays.copyOfRange(bytes, second.start(), second.end())).containsExactly(9);
    }

    @Test
    void refusesAnotherRootAndOtherKinds() {
        FlexBuffersBuilder builder = new FlexBuffersBuilder();
        builder.putInt(5);
        byte[] number = builder.finish().array();
        assertThatThrownBy(() -> map(Arrays.copyOf(number, 3)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected a FlexBuffer map (kind 9), found kind 1");

        FlexBufferMap read = map(SyntheticModel.options(1, List.of(new byte[0], new byte[0]), 18, 4));
        FlexBufferMap.Value chips = read.find('6').orElseThrow();
        FlexBufferMap.Value string = read.find('4').orElseThrow();
        assertThatThrownBy(() -> read.content(chips, "field"))
                .hasMessageContaining("expected a string (kind 5) or blob (25), found kind 10");
        assertThatThrownBy(() -> read.number(string, "field")).hasMessageContaining("expected a whole number");
        assertThatThrownBy(() -> read.elements(string, "field")).hasMessageContaining("expected a vector");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void refusesWhatIsTooShort(int length) {
        assertThatThrownBy(() -> map(new byte[length])).isInstanceOf(BadInputException.class);
    }

    /** What stands behind the keys is no key, even where it looks like one: at width 2 the first key's offset does. */
    @Test
    void keysEndWithTheirCount() {
        byte[] bytes = SyntheticModel.options(2, List.of(new byte[] {7}));
        int end = bytes.length - 2;
        int values = end - 2 - int16(bytes, end - 2);
        int keysAt = values - 6;
        int keys = keysAt - int16(bytes, keysAt);
        char first = (char) int16(bytes, keys);
        assertThat(first).isGreaterThan((char) 0).isLessThan((char) 128);

        assertThat(map(bytes).find(first)).isEmpty();
    }

    @Test
    void faultsNameTheByteThatIsWrong() {
        byte[] map = SyntheticModel.options(2, List.of(new byte[] {7}));
        int end = map.length;
        int values = end - 4 - int16(map, end - 4);

        refused(map, end - 1, 3, end - 1, "expected a FlexBuffer root of 1, 2, 4 or 8 bytes, found 3");
        refused(map, end - 2, 1 << 2, end - 2, "expected a FlexBuffer map (kind 9), found kind 1");
        refused(map, values - 4, 5, values - 4, "expected keys of 1, 2, 4 or 8 bytes, found 5");
        refused(map, values - 2, 2, values - 6 - int16(map, values - 6), "expected 2 keys for as many values, found 1");
        refused(map, values - 1, 1, values - 2, "expected a count that fits [0, " + end + "), found 257");
        refused(map, end - 4, 255, end - 4, "expected an offset back into [0, " + end + "), found 255");
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> map(Arrays.copyOfRange(map, end - 3, end)))
                .withMessageContaining("byte " + 2 + ",")
                .withMessageContaining("leads to 2 bytes at -1");
    }

    private static void refused(byte[] sound, int at, int value, int offset, String message) {
        byte[] bytes = sound.clone();
        bytes[at] = (byte) value;
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> map(bytes))
                .withMessageContaining("byte " + offset + ",")
                .withMessageContaining(message);
    }

    @Test
    void anOffsetOfNothingPointsAtItself() {
        byte[] map = SyntheticModel.options(2, List.of(new byte[] {7}));
        int values = map.length - 4 - int16(map, map.length - 4);
        int keys = values - 6 - int16(map, values - 6);
        map[keys] = 0;
        map[keys + 1] = 0;

        assertThat(map(map).find('4')).isEmpty();
    }

    /** Bytes in front of the region belong to something else. */
    @Test
    void offsetsStayInTheRegion() {
        byte[] map = SyntheticModel.options(1, List.of(new byte[] {7}));
        byte[] file = new byte[10 + map.length];
        System.arraycopy(map, 0, file, 10, map.length);
        CheckedBytes checked = new CheckedBytes("test", file);
        ByteRange region = new ByteRange(10, file.length);
        assertThat(new FlexBufferMap(checked, region, "options").find('4')).isPresent();

        int root = file.length - 3;
        file[root] = (byte) (root - 10);
        assertThatThrownBy(() -> new FlexBufferMap(checked, region, "options"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("bytes at 9");
        file[root] = (byte) (root - 10 + 1);
        assertThatThrownBy(() -> new FlexBufferMap(checked, region, "options"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected an offset back into [10, " + file.length + ")");
    }

    /** Elements of two bytes each; untyped ones have a type byte each behind them, which must fit as well. */
    @ParameterizedTest
    @CsvSource({"11, 2", "12, 2", "10, 3"})
    void aVectorMayEndWithItsRegion(int kind, int each) {
        byte[] file = {0, 0, 9, 1, 9, 9};
        byte[] map = SyntheticModel.options(2, List.of(new byte[6]));
        int length = (file.length + map.length - 2) / each;
        byte[] whole = Arrays.copyOf(file, 2 + length * each);
        System.arraycopy(map, 0, whole, whole.length - map.length, map.length);
        // the offset in byte 3 leads back to byte 2, in front of which stands the count
        FlexBufferMap.Value vector = new FlexBufferMap.Value(3, 1, kind << 2 | 1);

        whole[0] = (byte) length;
        assertThat(map(whole).elements(vector, "v")).hasSize(length);
        whole[0]++;
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> map(whole).elements(vector, "v"))
                .withMessageContaining("byte 0,")
                .withMessageContaining("leads to %d bytes at 2", (length + 1) * each);
    }

    @Test
    void aStringMayEndWithItsRegion() {
        byte[] map = SyntheticModel.options(2, List.of(new byte[6]));
        byte[] whole = new byte[4 + map.length];
        System.arraycopy(map, 0, whole, 4, map.length);
        whole[0] = (byte) (whole.length - 2);
        whole[3] = 1;
        FlexBufferMap.Value string = new FlexBufferMap.Value(3, 1, 5 << 2 | 1);

        assertThat(map(whole).content(string, "s")).isEqualTo(new ByteRange(2, whole.length));
        whole[0]++;
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> map(whole).content(string, "s"))
                .withMessageContaining("byte 0,");
    }

    /** Looking for a key, and a list of elements, cost what they unfold to. */
    @Test
    void findingAndListingAreCharged() {
        byte[] map = SyntheticModel.options(1, List.of(new byte[0], new byte[0]), 18, 4);
        int budget = (1 << 20) + 32 * map.length;
        FlexBufferMap read = map(map);
        for (int i = 0; i < budget / 3; i++) {
            read.find('4');
        }
        assertThatThrownBy(() -> read.find('4')).isInstanceOf(BadInputException.class);

        FlexBufferMap listed = map(map);
        FlexBufferMap.Value chips = listed.find('6').orElseThrow();
        for (int i = 0; i < (budget - 3) / 64; i++) {
            listed.elements(chips, "chips");
        }
        assertThatThrownBy(() -> listed.elements(chips, "chips")).isInstanceOf(BadInputException.class);
    }

    private static int int16(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(at);
    }

    private static FlexBufferMap map(byte[] bytes) {
        CheckedBytes checked = new CheckedBytes("test", bytes);
        return new FlexBufferMap(checked, checked.all(), "options");
    }

    private static long number(FlexBufferMap map, char key) {
        return map.number(map.find(key).orElseThrow(), "number");
    }

    private static List<Long> numbers(FlexBufferMap map, char key) {
        return map.elements(map.find(key).orElseThrow(), "numbers").stream()
                .map(value -> map.number(value, "number"))
                .toList();
    }
}
