package org.tensorizer.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The tables against the list of all fields and walks in the test resources, a second writing down of what compiled
 * programs were found to hold: whoever moves a field moves it there as well, and knows why.
 */
class OpcodeTableTest {
    private static final Path LIST = Path.of("src/test/resources/isa/fields.txt");

    private final Map<Opcode, OpcodeTable> tables = InstructionSet.build();

    @Test
    void fieldsAndWalksAreWhereTheListHasThem() throws IOException {
        StringBuilder list = new StringBuilder();
        tables.forEach((opcode, table) -> list.append(text(opcode, table)));
        assertThat(list).hasToString(Files.readString(LIST));
    }

    private static String text(Opcode opcode, OpcodeTable table) {
        StringBuilder text = new StringBuilder();
        text.append("%s 0x%02x, %d bundles%n".formatted(opcode, opcode.code(), opcode.bundles()));
        for (Field field : table.fields()) {
            text.append("  %4d %2d%s %s %s%n"
                    .formatted(
                            field.bit(), field.width(), field.signed() ? "s" : " ", field.name(), field.confidence()));
        }
        for (Walk walk : table.walks()) {
            text.append("  walk %s: base %s, strides %s, limits %s, active %s%n"
                    .formatted(
                            walk.name(),
                            walk.base().map(Field::bit).map(String::valueOf).orElse("none"),
                            bits(walk.strides()),
                            bits(walk.limits()),
                            walk.active().map(Field::bit).map(String::valueOf).orElse("none")));
        }
        return text.toString();
    }

    private static String bits(List<Field> fields) {
        return fields.stream().map(field -> "" + field.bit()).collect(Collectors.joining(" "));
    }

    @Test
    void bitsOfTheOpcodeAndOfFieldsAreListed() {
        tables.forEach((opcode, table) -> {
            BitSet listed = new BitSet();
            listed.set(6, 12);
            BitSet named = (BitSet) listed.clone();
            for (Field field : table.fields()) {
                listed.set(field.bit(), field.end());
                if (!field.reserved()) {
                    named.set(field.bit(), field.end());
                }
            }
            assertThat(table.listed()).as("%s", opcode).hasSize(2 * opcode.bundles());
            assertThat(BitSet.valueOf(table.listed())).as("%s", opcode).isEqualTo(listed);
            assertThat(BitSet.valueOf(table.named())).as("%s", opcode).isEqualTo(named);
        });
    }

    @Test
    void fieldsThatCannotBeAreRefused() {
        OpcodeTable table = new OpcodeTable(Opcode.START);
        Field first = table.field("first", 12, 4, Confidence.FIRM, "", "");
        assertThat(table.find("first")).contains(first);
        Field last = table.signed("last", 100, 28, Confidence.FIRM, "", "");
        assertThat(last.signed()).isTrue();
        assertThat(table.reserved(20, 2, "").name()).isEqualTo("reserved.020");

        refused(table, "beyond", 127, 2, "ends beyond the instruction");
        refused(table, "over", 15, 2, "overlaps another field at bit 15");
        refused(table, "over", 19, 2, "overlaps another field at bit 20");
        refused(table, "over", 11, 1, "overlaps another field at bit 11");
        refused(table, "first", 30, 1, "two fields named first");
    }

    private static void refused(OpcodeTable table, String name, int bit, int width, String message) {
        assertThatThrownBy(() -> table.field(name, bit, width, Confidence.FIRM, "", ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }

    /** By position, those of a walk at its first stride; for the disassembler without place, the unknown last. */
    @Test
    void fieldsOfAWalkStandTogether() {
        OpcodeTable table = new OpcodeTable(Opcode.WIDE);
        table.field("tiles", 46, 16, Confidence.FIRM, "", "");
        table.field("sequence", 12, 4, Confidence.FIRM, "", "");
        table.reserved(20, 2, "");
        table.field("late", 200, 2, Confidence.FIRM, "", "");
        WalkTable.of(table, "rows", "row").base(70, 4).loops(2, 80, 5, 4, 3).active(98);
        table.field("early", 64, 2, Confidence.FIRM, "", "");

        assertThat(names(table.itemsByPosition()))
                .containsExactly("sequence", "reserved.020", "tiles", "early", "walk rows", "late");
        assertThat(names(table.printed())).containsExactly("early", "walk rows", "late", "reserved.020");
        assertThat(table.printed()).isSameAs(table.printed());
    }

    private static List<String> names(List<OpcodeTable.Item> items) {
        return items.stream()
                .map(item -> item.walk() == null
                        ? item.field().name()
                        : "walk " + item.walk().name())
                .toList();
    }
}
