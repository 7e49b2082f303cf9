package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of one letter an instruction: the small letter is the same opcode with another field. */
class AlignmentTest {
    private static Instruction instruction(int letter) {
        return switch (letter) {
            case 'S' -> Instruction.of(Opcode.SCALAR);
            case 's' -> Instruction.of(Opcode.SCALAR).set(Scalar.DESTINATION, 3);
            case 'T' -> Instruction.of(Opcode.START);
            case 't' -> Instruction.of(Opcode.START).set(Frame.BODY_BITS, 128);
            case 'F' -> Instruction.of(Opcode.TILE_FENCE);
            case 'f' -> Instruction.of(Opcode.TILE_FENCE).set(TileFence.SEQUENCE, 5);
            case 'B' -> Instruction.of(Opcode.BRANCH);
            case 'C' -> Instruction.of(Opcode.REPEAT);
            case 'E' -> Instruction.of(Opcode.END);
            default -> throw new IllegalArgumentException("letter " + (char) letter);
        };
    }

    private static StreamDiff diff(String left, String right) {
        return StreamDiff.of(stream(left), stream(right));
    }

    private static InstructionStream stream(String letters) {
        return InstructionStream.of(
                letters, letters.chars().mapToObj(AlignmentTest::instruction).toList());
    }

    private static String text(List<StreamDiff.Entry> entries) {
        return entries.stream()
                .map(entry ->
                        (entry instanceof StreamDiff.Removed ? "-" : entry instanceof StreamDiff.Inserted ? "+" : "~")
                                + entry.left() + "," + entry.right())
                .collect(Collectors.joining(" "));
    }

    /** Removed, inserted, changed: index in the left stream, index in the right. */
    @ParameterizedTest
    @CsvSource({
        "SSBE, SSBE, ''",
        "SBE, SE, '-1,1'",
        "SE, SBE, '+1,1'",
        "SS, S, '-1,1'",
        "SBCE, SCBE, '-1,1 +3,2'",
        "BSB, CsC, '-0,0 +1,0 ~1,1 -2,2 +3,2'",
        "BSB, CS, '-0,0 +1,0 -2,2'",
        "SBE, sCE, '~0,0 -1,1 +2,1'",
        "BSE, sE, '-0,0 ~1,0'",
        "BBS, CCCs, '-0,0 -1,0 +2,0 +2,1 +2,2 ~2,3'",
        "SBBSE, SCSE, '-1,1 -2,1 +3,1'",
    })
    void instructionsAreMatchedByOpcode(String left, String right, String entries) {
        assertThat(text(diff(left, right).entries())).isEqualTo(entries);
    }

    /** Lengths and numbers follow from an insertion; between streams of one length they say something. */
    @Test
    void whatFollowsFromTheLengthIsNotShownBesideIt() {
        assertThat(text(diff("TFSE", "tfSE").entries())).isEqualTo("~0,0 ~1,1");
        assertThat(text(diff("TFSE", "tfSSE").entries())).isEqualTo("+3,3");
        assertThat(text(diff("TFsE", "tfSSE").entries())).isEqualTo("~2,2 +3,3");
        assertThat(diff("TFSE", "tfSE").changedFields()).containsExactly("START body.bits", "TILE_FENCE sequence");
    }

    /** 3,999 instructions each fit the table; of 4,000 every one counts as removed and inserted. */
    @Test
    void aRestTooLargeForItsTableIsReplacedWhole() {
        String left = "B" + "S".repeat(3997) + "E";
        String right = "C" + "S".repeat(3997) + "B";
        assertThat(text(diff(left, right).entries())).isEqualTo("-0,0 +1,0 -3998,3998 +3999,3998");

        List<StreamDiff.Entry> replaced =
                diff("S" + left, "S" + right.replaceFirst("S", "SS")).entries();
        assertThat(replaced).hasSizeLessThan(8000);
        List<StreamDiff.Entry> whole = diff(left.replaceFirst("S", "SS"), right.replaceFirst("S", "SS"))
                .entries();
        assertThat(whole).hasSize(8000);
        assertThat(whole.subList(0, 4000)).allMatch(StreamDiff.Removed.class::isInstance);
        assertThat(whole.get(0)).matches(entry -> entry.left() == 0 && entry.right() == 0);
        assertThat(whole.get(4000)).matches(entry -> entry.left() == 4000 && entry.right() == 0);
    }

    @Test
    void aLineForEachDifference() {
        assertThat(diff("SBs", "sC")).asString().isEqualTo("""
                --- SBs: 3 instructions
                +++ sC: 2 instructions
                1 changed, 1 inserted, 2 removed; fields: SCALAR destination
                ~      0      0 scalar  destination 0 -> 3
                -      1      1 branch
                -      2      1 scalar destination=3
                +      3      1 repeat
                """);
    }
}
