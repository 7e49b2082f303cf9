package org.tensorizer.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

class OutputsTest {
    private final Evidence evidence = new Evidence();

    @Test
    void namesTheFirstDifferenceAndTheExtent() {
        Outputs.Differ failure = catchThrowableOfType(
                Outputs.Differ.class, () -> evidence.expect("row 3", new int[] {1, 2, 3, 4}, new int[] {1, 5, 3, -4}));
        assertThat(failure)
                .hasMessage("row 3: output 1 is 5, expected 2 (2 of 4 outputs differ, largest difference 8)");
        assertThat(failure.getExpected()).isEqualTo("out 0: 1\nout 1: 2\nout 2: 3\nout 3: 4\n");
        assertThat(failure.getActual()).isEqualTo("out 0: 1\nout 1: 5\nout 2: 3\nout 3: -4\n");
    }

    @Test
    void aShortAnswerDiffersToo() {
        Outputs.Differ failure = catchThrowableOfType(
                Outputs.Differ.class, () -> evidence.expect("row 3", new int[] {1, 2}, new int[] {1}));
        assertThat(failure).hasMessage("row 3: 1 outputs, expected 2");
    }

    @Test
    void judgingAllTogetherAllowsACountAndAReachAndNoMore() {
        int[] expected = new int[100];
        int[] observed = new int[100];
        observed[7] = 1;
        observed[8] = -1;
        evidence.observe("other", "first", expected, observed);
        evidence.observe("other", "second", expected, expected);
        assertThatCode(() -> evidence.judgeObserved(2, 1)).doesNotThrowAnyException();
        assertThat(catchThrowableOfType(Outputs.Differ.class, () -> evidence.judgeObserved(1, 1)))
                .hasMessage("first: output 7 is 1, expected 0 (2 outputs differ in all, 1 may, by 1)");
        observed[8] = -2;
        evidence.observe("other", "third", expected, observed);
        assertThat(catchThrowableOfType(Outputs.Differ.class, () -> evidence.judgeObserved(10, 1)))
                .hasMessageStartingWith("third: output 7 is 1");
    }

    @Test
    void bytesReadAsTheTensorsTypeSays() {
        assertThat(Evidence.values(new byte[] {-128, -1, 5}, true)).containsExactly(-128, -1, 5);
        assertThat(Evidence.values(new byte[] {-128, -1, 5}, false)).containsExactly(128, 255, 5);
    }

    @Test
    void theFailingRowIsDrawnHoweverManyCameBefore() {
        for (int i = 0; i < 1000; i++) {
            evidence.expect("probe " + i, new int[] {i}, new int[] {i});
        }
        assertThat(evidence.outputs()).hasSize(512);
        assertThat(evidence.outputs().get(511).probe()).isEqualTo("probe 999");
        assertThat(evidence.checked()).isEqualTo(1000);
    }
}
