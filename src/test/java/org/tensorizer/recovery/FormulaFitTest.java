package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormulaFitTest {
    private interface Layout {
        int offset(int out, int in);
    }

    private static CellMap map(int outputs, int inputs, Layout layout) {
        int[] offsets = new int[outputs * inputs];
        for (int out = 0; out < outputs; out++) {
            for (int in = 0; in < inputs; in++) {
                offsets[out * inputs + in] = layout.offset(out, in);
            }
        }
        return new CellMap(outputs, inputs, offsets);
    }

    private static void expect(String formula, CellMap map) {
        FormulaFit fit = FormulaFit.of(map);
        assertThat(fit.formula()).hasToString(formula);
        assertThat(fit.isRegular()).isTrue();
        assertThat(fit.matching()).isEqualTo(map.rows() * map.columns());
        for (int cell = 0; cell < map.rows() * map.columns(); cell++) {
            int row = cell / map.columns();
            int column = cell % map.columns();
            assertThat(fit.formula().at(row, column)).isEqualTo(map.at(row, column));
        }
    }

    @Test
    void writesThePublishedFormula() {
        expect(
                "offset = (out/64)*16384 + (in/4)*256 + (out%64)*4 + in%4",
                map(256, 256, (o, i) -> o / 64 * 16384 + i / 4 * 256 + o % 64 * 4 + i % 4));
    }

    @Test
    void writesAHeaderAsAConstant() {
        expect(
                "offset = (out/64)*16896 + 512 + (in/4)*256 + (out%64)*4 + in%4",
                map(256, 256, (o, i) -> o / 64 * 16896 + 512 + i / 4 * 256 + o % 64 * 4 + i % 4));
    }

    @ParameterizedTest
    @CsvSource({"8, 4", "16, 8", "32, 1", "128, 2", "64, 16"})
    void findsOtherLaneAndTileWidths(int tile, int lane) {
        CellMap map =
                map(256, 128, (o, i) -> o / tile * tile * 128 + i / lane * tile * lane + o % tile * lane + i % lane);
        FormulaFit fit = FormulaFit.of(map);
        assertThat(fit.isRegular()).isTrue();
        assertThat(fit.formula().toString())
                .contains("(out/" + tile + ")*" + tile * 128)
                .contains("out%" + tile);
    }

    @Test
    void findsSwappedAxes() {
        expect(
                "offset = (in/64)*16384 + (out/4)*256 + (in%64)*4 + out%4",
                map(256, 256, (o, i) -> i / 64 * 16384 + o / 4 * 256 + i % 64 * 4 + o % 4));
    }

    @Test
    void findsReversedLanesAndTiles() {
        expect(
                "offset = (3 - out/64)*16384 + (in/4)*256 + (63 - out%64)*4 + in%4",
                map(256, 256, (o, i) -> (3 - o / 64) * 16384 + i / 4 * 256 + (63 - o % 64) * 4 + i % 4));
    }

    @Test
    void findsThreeDigitsOfOneVariable() {
        expect(
                "offset = (out/32%2)*32768 + (out/64)*8192 + (in/4)*128 + (out%32)*4 + in%4",
                map(256, 256, (o, i) -> o / 32 % 2 * 32768 + o / 64 * 8192 + i / 4 * 128 + o % 32 * 4 + i % 4));
    }

    @Test
    void joinsDigitsThatRunOn() {
        expect("offset = out*256 + in", map(100, 256, (o, i) -> o * 256 + i));
        expect("offset = in*100 + out", map(100, 256, (o, i) -> o + 100 * i));
        expect("offset = out*3", map(64, 1, (o, i) -> 3 * o));
        expect("offset = 7", map(1, 1, (o, i) -> 7));
    }

    @Test
    void followsRaggedShapes() {
        expect(
                "offset = (out/64)*33024 + 256 + (in/4)*256 + (out%64)*4 + in%4",
                map(521, 500, (o, i) -> o / 64 * 33024 + 256 + i / 4 * 256 + o % 64 * 4 + i % 4));
    }

    @Test
    void namesTheFirstCellThatBreaksTheCandidate() {
        CellMap regular = map(256, 256, (o, i) -> o / 64 * 16384 + i / 4 * 256 + o % 64 * 4 + i % 4);
        int[] offsets = regular.toArray();
        for (int damaged : new int[] {0, 5 * 256 + 9, 65535}) {
            int[] one = offsets.clone();
            one[damaged] = 65536 + 77;
            FormulaFit fit = FormulaFit.of(new CellMap(256, 256, one));
            assertThat(fit.isRegular()).isFalse();
            assertThat(fit.matching()).isEqualTo(65535);
            assertThat(fit.counterexample().orElseThrow().row()).isEqualTo(damaged / 256);
            assertThat(fit.counterexample().orElseThrow().column()).isEqualTo(damaged % 256);
            assertThat(fit.counterexample().orElseThrow().found()).isEqualTo(65613);
            assertThat(fit.toString()).startsWith("irregular").contains("(out/64)*16384");
        }
    }

    @Test
    void saysThatAPermutationWithinATileIsIrregular() {
        int[] lane = new Random(1).ints(0, 64).distinct().limit(64).toArray();
        CellMap map = map(256, 256, (o, i) -> o / 64 * 16384 + i / 4 * 256 + lane[o % 64] * 4 + i % 4);
        FormulaFit fit = FormulaFit.of(map);
        assertThat(fit.isRegular()).isFalse();
        FormulaFit.Counterexample first = fit.counterexample().orElseThrow();
        assertThat(first.found()).isEqualTo(map.at(first.row(), first.column()));
        assertThat(first.predicted()).isNotEqualTo(first.found());
        assertThat(fit.matching()).isLessThan(65536);
    }

    @Test
    void predictsTheRestFromARandomTenth() {
        CellMap whole = map(256, 256, (o, i) -> o / 64 * 16896 + 512 + i / 4 * 256 + (63 - o % 64) * 4 + i % 4);
        int[] tenth = whole.toArray();
        Random random = new Random(7);
        for (int cell = 0; cell < tenth.length; cell++) {
            if (random.nextInt(10) != 0) {
                tenth[cell] = CellMap.UNKNOWN;
            }
        }
        CellMap partial = new CellMap(256, 256, tenth);
        assertThat(partial.known()).isBetween(6000, 7100);
        FormulaFit fit = FormulaFit.of(partial);
        assertThat(fit.isRegular()).isTrue();
        assertThat(FormulaFit.check(fit.formula(), whole).isRegular()).isTrue();

        int[] other = whole.toArray();
        other[200 * 256 + 3]++;
        FormulaFit rest = FormulaFit.check(fit.formula(), new CellMap(256, 256, other));
        assertThat(rest.counterexample()).get().hasToString("cell (200, 3): predicted 51423, found 51424");
    }

    /** The row that everything is read from first: the other rows outvote it. */
    @Test
    void aRowOfRubbishDoesNotBendTheCandidate() {
        CellMap regular = map(64, 64, (o, i) -> o / 8 * 512 + i / 4 * 32 + o % 8 * 4 + i % 4);
        int[] offsets = regular.toArray();
        Random random = new Random(11);
        for (int in = 0; in < 64; in++) {
            offsets[in] = 5000 + random.nextInt(5000);
        }
        FormulaFit fit = FormulaFit.of(new CellMap(64, 64, offsets));
        assertThat(fit.formula()).hasToString("offset = (out/8)*512 + (in/4)*32 + (out%8)*4 + in%4");
    }

    @Test
    void aConstantStandsBeforeAStrideOfItsSize() {
        expect("offset = 256 + out*256 + in", map(10, 256, (o, i) -> 256 + o * 256 + i));
        expect("offset = out*256 + 255 + in", map(10, 255, (o, i) -> 255 + o * 256 + i));
    }

    @Test
    void saysWhatItRestsOn() {
        CellMap map = map(2, 3, (o, i) -> o * 3 + i);
        assertThat(FormulaFit.of(map)).hasToString("offset = out*3 + in on all 6 known cells");
        assertThat(map).hasToString("map of 2 x 3 cells, 6 known");
        assertThat(map).hasSameHashCodeAs(map(2, 3, (o, i) -> o * 3 + i));
        assertThat(map.hashCode()).isNotEqualTo(map(2, 3, (o, i) -> o * 4 + i).hashCode());
        assertThat(map)
                .isNotEqualTo(map(2, 3, (o, i) -> o * 4 + i))
                .isNotEqualTo(map(3, 2, (o, i) -> o * 2 + i))
                .isNotEqualTo(map(1, 6, (o, i) -> i));
    }

    @Test
    void aTermMayHaveNoStride() {
        assertThat(new Formula.Term(Formula.Variable.FIRST, 1, 0, false, 0, 0).at(5))
                .isZero();
        for (int[] bad : new int[][] {{0, 0, 1}, {1, -1, 1}, {1, 0, -1}}) {
            assertThatThrownBy(() -> new Formula.Term(Formula.Variable.FIRST, bad[0], bad[1], false, 0, bad[2]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void needsOneKnownCell() {
        int[] nothing = new int[4];
        Arrays.fill(nothing, CellMap.UNKNOWN);
        assertThatThrownBy(() -> FormulaFit.of(new CellMap(2, 2, nothing)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
