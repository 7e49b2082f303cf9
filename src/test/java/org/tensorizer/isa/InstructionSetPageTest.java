package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class InstructionSetPageTest {
    private static final String PAGE = InstructionSetPage.html();

    @Test
    void everyOpcodeAndEveryFieldIsThere() {
        for (Opcode opcode : Opcode.values()) {
            String section = section(opcode);
            assertThat(section).contains("0x%02x".formatted(opcode.code())).contains(opcode.meaning());
            for (Field field : InstructionSet.fields(opcode)) {
                assertThat(section)
                        .as("%s %s", opcode, field)
                        .contains("<title>" + field.name() + ", bits " + field.bit() + ".." + (field.end() - 1) + ", ");
            }
        }
    }

    @Test
    void everyKnownUseHasAnExample() {
        for (Variant variant : Variant.values()) {
            assertThat(section(variant.opcode()))
                    .contains("<th>"
                            + variant.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + "</th>");
        }
    }

    @Test
    void nothingIsAskedForFromOutside() {
        assertThat(PAGE).doesNotContain("http:", "https:", "<script", "@import", "{{");
        assertThat(Pattern.compile("(src|href)=\"(?!#)").matcher(PAGE).find()).isFalse();
        assertThat(Pattern.compile("url\\((?!#)").matcher(PAGE).find()).isFalse();
    }

    private static String section(Opcode opcode) {
        int from = PAGE.indexOf("<section id=\"" + opcode.name() + "\">");
        assertThat(from).as("section of %s", opcode).isPositive();
        return PAGE.substring(from, PAGE.indexOf("</section>", from));
    }
}
