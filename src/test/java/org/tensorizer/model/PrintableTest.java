package org.tensorizer.model;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(Printable.of("a\u001b[2Jb\rc\nd\u0000e\u009bf", 100))
                .isEqualTo("a\\u001b[2Jb\\u000dc\\u000ad\\u0000e\\u009bf");
        assertThat(Printable.of("gnp\u202e.exe\u2066\u200b\ufeff\u2028", 100))
                .isEqualTo("gnp\\u202e.exe\\u2066\\u200b\\ufeff\\u2028");
        assertThat(Printable.of("\ud800", 100)).isEqualTo("\\ud800");
    }

    @Test
    void ofALongTextTheBeginning() {
        assertThat(Printable.of("x".repeat(10_000_000), 5)).isEqualTo("xxxxx... (10000000 characters)");
        assertThat(Printable.of("12345", 5)).isEqualTo("12345");
        assertThat(Printable.of("1234\ud83d\ude00", 5)).doesNotContain("\\u");
    }
}
