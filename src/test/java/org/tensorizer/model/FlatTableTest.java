package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/** A table that flatbuffers-java writes, read by slots; then the same with one number of its vtable changed. */
class FlatTableTest {
    private static final int LEFT_OUT = 0;
    private static final int INT8 = 1;
    private static final int INT16 = 2;
    private static final int INT32 = 3;
    private static final int INT64 = 4;
    private static final int FLOAT32 = 5;
    private static final int LONGS = 6;
    private static final int SLOTS = 7;
    private static final int BEYOND = 40;
    private static final int LONG_COUNT = 1000;

    private final byte[] bytes = written();

    private static byte[] written() {
        FlatBufferBuilder b = new FlatBufferBuilder(64);
        b.startVector(8, LONG_COUNT, 8);
        Collections.nCopies(LONG_COUNT, -5L).forEach(b::addLong);
        int longs = b.endVector();
        b.startTable(SLOTS);
        b.addByte(INT8, (byte) -3, 0);
        b.addShort(INT16, (short) -300, 0);
        b.addInt(INT32, -70_000, 0);
        b.addLong(INT64, -5_000_000_000L, 0);
        b.addFloat(FLOAT32, 0.25f, 0);
        b.addOffset(LONGS, longs, 0);
        b.finish(b.endTable());
        return b.sizedByteArray();
    }

    @Test
    void everyKindIsReadAndWhatIsLeftOutIsItsDefault() {
        FlatTable table = table();

        assertThat(table.int8(INT8, "f")).isEqualTo(-3);
        assertThat(table.bool(INT8, "f")).isTrue();
        assertThat(table.int16(INT16, "f")).isEqualTo(-300);
        assertThat(table.int32(INT32, "f")).isEqualTo(-70_000);
        assertThat(table.int64(INT64, "f")).isEqualTo(-5_000_000_000L);
        assertThat(table.float32(FLOAT32, "f")).isEqualTo(0.25f);
        // as many as unfold to twice what a list counted in bytes instead of numbers could
        assertThat(table.int64s(LONGS, "f")).hasSize(LONG_COUNT).containsOnly(-5L);
        for (int slot : new int[] {LEFT_OUT, BEYOND}) {
            assertThat(table.bool(slot, "f")).isFalse();
            assertThat(table.int32(slot, 17, "f")).isEqualTo(17);
            assertThat(table.int64(slot, "f")).isZero();
            assertThat(table.field(slot, 4, "f")).isEmpty();
            assertThat(table.bytes(slot, "f")).isEqualTo(new ByteRange(table.position(), table.position()));
            assertThat(table.text(slot, "f")).isEmpty();
            assertThat(table.int32s(slot, "f")).isEmpty();
            assertThat(table.table(slot, "f", "Other")).isEmpty();
        }
    }

    @Test
    void aFaultIsWhereTheFieldStandsOrTheTableIfItHasNone() {
        FlatTable table = table();

        for (int slot = INT8; slot < SLOTS; slot++) {
            assertThat(table.fault(slot, "f", "problem"))
                    .hasMessageContaining(
                            "byte " + table.field(slot, 1, "f").orElseThrow().start() + ",");
        }
        assertThat(table.fault(LEFT_OUT, "f", "problem")).hasMessageContaining("byte " + table.position() + ",");
        assertThat(table.fault(BEYOND, "f", "problem")).hasMessageContaining("byte " + table.position() + ",");
        assertThat(table.fault(INT8, "f", "problem")).hasMessageEndingWith(", T.f: problem");
    }

    @Test
    void aFieldMayEndWithItsTableAndNotBehindIt() {
        int position = table().position();
        int last = 0;
        for (int slot = INT8; slot < SLOTS; slot++) {
            last = Math.max(last, table().field(slot, 1, "f").orElseThrow().start() - position);
        }
        int slot = slotAt(last);
        int width = tableSize() - last;
        assertThat(table().field(slot, width, "f")).contains(new ByteRange(position + last, position + tableSize()));
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(() -> table().field(slot, width + 1, "f"))
                .withMessageContaining("byte " + (vtable() + 4 + 2 * slot) + ",")
                .withMessageContaining("expected %d bytes within the table's %d", width + 1, tableSize());
    }

    @Test
    void aFieldInTheOffsetToTheVtableIsRefused() {
        putInt16(vtable() + 4 + 2 * INT8, 4);
        assertThat(table().int8(INT8, "f")).isBetween(-128, 127);

        putInt16(vtable() + 4 + 2 * INT8, 3);
        assertThatThrownBy(() -> table().int8(INT8, "f")).hasMessageContaining("found them at 3");
    }

    @Test
    void aTableLongerThanItsRegionIsRefusedWhereItsLengthStands() {
        int rest = bytes.length - table().position();
        putInt16(vtable() + 2, rest);
        assertThat(table().int8(INT8, "f")).isEqualTo(-3);

        putInt16(vtable() + 2, rest + 1);
        assertThatExceptionOfType(BadInputException.class)
                .isThrownBy(this::table)
                .withMessageContaining("byte " + (vtable() + 2) + ",");
    }

    private FlatTable table() {
        CheckedBytes checked = new CheckedBytes("file", bytes);
        return FlatTable.root(checked, checked.all(), "T");
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private int vtable() {
        int position = buffer().getInt(0);
        return position - buffer().getInt(position);
    }

    private int tableSize() {
        return buffer().getShort(vtable() + 2);
    }

    private int slotAt(int offset) {
        for (int slot = INT8; ; slot++) {
            if (buffer().getShort(vtable() + 4 + 2 * slot) == offset) {
                return slot;
            }
        }
    }

    private void putInt16(int at, int value) {
        buffer().putShort(at, (short) value);
    }
}
