package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorizer.base.Printable;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.TileCounter;

class InstructionSetPageTest {
    private static final String PAGE = InstructionSetPage.html();

    @ParameterizedTest
    @EnumSource(Opcode.class)
    void everyOpcodeHasItsSemanticsAndEachOfItsBits(Opcode opcode) {
        int start = PAGE.indexOf("<section id=\"" + opcode.name() + "\">");
        String section = PAGE.substring(start, PAGE.indexOf("</section>", start));
        assertThat(section).contains(Printable.escaped(opcode.semantics()), opcode.unit());
        for (Field field : opcode.fields()) {
            assertThat(section)
                    .as(field.toString())
                    .contains("<title>" + field.name() + ", bits " + field.bit() + ".." + (field.end() - 1));
        }
    }

    @Test
    void thePageHasTheCountersAndNoPlaceholder() {
        for (TileCounter counter : TileCounter.values()) {
            assertThat(PAGE).contains("<td class=\"name\">" + counter + "</td>");
        }
        assertThat(PAGE).doesNotContain("{{");
    }

    @Test
    void textIsNotMarkup() {
        assertThat(Printable.escaped("<a & \"b\">")).isEqualTo("&lt;a &amp; &quot;b&quot;&gt;");
    }
}
