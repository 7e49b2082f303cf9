package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlexBuffersBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                .isInstanceOf(ModelFormatException.class)
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
        assertThatThrownBy(() -> map(new byte[length])).isInstanceOf(ModelFormatException.class);
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
