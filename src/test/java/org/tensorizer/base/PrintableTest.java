package org.tensorizer.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void whatIsVisibleStays() {
        assertThat(Printable.of("dense/W \u00e4\u6f22\ud83d\ude00 <b>", 100))
                .isEqualTo("dense/W \u00e4\u6f22\ud83d\ude00 <b>");
        assertThat(Printable.of("", 100)).isEmpty();
    }

    @Test
    void whatMovesTheCursorOrTurnsTheWritingStandsAsItsCode() {
        assertThat(Printable.of("a\u001b[2Jb\rc\nd\u0000e\u009bf\t", 100))
                .isEqualTo("a\\u001b[2Jb\\u000dc\\u000ad\\u0000e\\u009bf\\u0009");
        assertThat(Printable.of("gnp\u202e.exe\u2066\u200b\ufeff\u2028\u2029\u061c", 100))
                .isEqualTo("gnp\\u202e.exe\\u2066\\u200b\\ufeff\\u2028\\u2029\\u061c");
        assertThat(Printable.of("\ud800", 100)).isEqualTo("\\ud800");
    }

    @Test
    void whatNoFontDrawsStandsAsItsCode() {
        assertThat(Printable.of("\u00a0\u3000\u3164\ufe0e\u034f\u180c\ue000\uffff", 100))
                .isEqualTo("\\u00a0\\u3000\\u3164\\ufe0e\\u034f\\u180c\\ue000\\uffff");
        assertThat(Printable.of(Character.toString(0xe0041) + Character.toString(0xe0100), 100))
                .isEqualTo("\\U000e0041\\U000e0100");
        assertThat(Printable.of("\ufdfd\ufe10\u1805\u1810", 100)).isEqualTo("\ufdfd\ufe10\u1805\u1810");
    }

    @Test
    void variationSelectorsStandAsTheirCodesFromTheFirstToTheLast() {
        assertThat(Printable.of("\ufe00\ufe0f\u180b\u180f", 100)).isEqualTo("\\ufe00\\ufe0f\\u180b\\u180f");
    }

    @Test
    void accentsDoNotPileUp() {
        assertThat(Printable.of("a\u0301\u0302\u0303\u0304b\u20dd", 100))
                .isEqualTo("a\u0301\u0302\u0303\\u0304b\u20dd");
        assertThat(Printable.of("\u0301\u0301\u0301\u20dd" + Character.toString(0x1d165), 100))
                .isEqualTo("\u0301\u0301\u0301\\u20dd" + Character.toString(0x1d165));
    }

    @Test
    void endsOfLinesAndTabsStayInATextOfSeveralLines() {
        assertThat(Printable.lines("a\n\tat b\r\u001b[1m", 100)).isEqualTo("a\n\tat b\\u000d\\u001b[1m");
    }

    @Test
    void ofALongTextTheBeginningItsLengthAndItsDigest() {
        String text = "x".repeat(10_000_000);
        String digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        String rest = "... (10000000 characters, SHA-256 " + digest + "...)";
        assertThat(Printable.of(text, 100)).isEqualTo("x".repeat(100 - rest.length()) + rest);
        assertThat(Printable.name(text)).isEqualTo("x".repeat(160 - rest.length()) + rest);
        assertThat(Printable.line(text)).isEqualTo("x".repeat(2000 - rest.length()) + rest);
        assertThat(Printable.lines("\n" + text + "\nend\n", 5000)).isEqualTo("\n" + Printable.line(text) + "\nend\n");
        assertThat(Printable.lines("line\n".repeat(100), 100))
                .startsWith("line\nline\n")
                .endsWith("...)")
                .hasSizeLessThanOrEqualTo(100);
        assertThat(Printable.of("x".repeat(100), 100)).isEqualTo("x".repeat(100));
        assertThat(Printable.of("x".repeat(101), 100))
                .contains("... (101 characters")
                .hasSizeLessThanOrEqualTo(100);
    }

    @Test
    void aCharacterIsNeverCutInTwo() {
        for (int most = 100; most < 108; most++) {
            String emoji = Printable.of("\ud83d\ude00".repeat(200), most);
            assertThat(emoji.codePoints()).noneMatch(c -> Character.getType(c) == Character.SURROGATE);
            String escaped = Printable.of("\u202e".repeat(200), most);
            assertThat(escaped).matches("(\\\\u202e)+\\.\\.\\. .*").hasSizeLessThanOrEqualTo(most);
        }
    }

    @Test
    void whatIsPrintableStaysAsItIs() {
        for (String text : new String[] {
            "a\u202eb", "\u202e".repeat(50), "x".repeat(5000), "\u0301".repeat(99), "\ud83d\ude00".repeat(99)
        }) {
            String once = Printable.of(text, 150);
            assertThat(Printable.of(once, 150)).isEqualTo(once);
        }
    }
}
