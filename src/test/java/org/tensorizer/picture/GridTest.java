package org.tensorizer.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GridTest {
    @Test
    void bytesReadSignedOrUnsigned() {
        byte[] bytes = {-128, -1, 0, 127};
        assertThat(Grid.row(bytes, true)).isEqualTo(Grid.row(-128, -1, 0, 127));
        assertThat(Grid.row(bytes, false)).isEqualTo(Grid.row(128, 255, 0, 127));
    }

    @Test
    void differenceIsCellByCell() {
        Grid a = Grid.of(2, 2, (r, c) -> 10 * r + c);
        Grid b = Grid.of(2, 2, (r, c) -> c);
        assertThat(a.minus(b)).isEqualTo(Grid.of(2, 2, (r, c) -> 10 * r));
        assertThat(a.minus(b).nonZero()).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNoGrid() {
        assertThatThrownBy(() -> Grid.of(0, 3, (r, c) -> 0)).hasMessageContaining("0 x 3");
        assertThatThrownBy(() -> Grid.row(1, 2).minus(Grid.row(1))).hasMessageContaining("1 x 2");
        assertThatThrownBy(() -> Grid.row(1, 2).at(1, 0)).hasMessageContaining("(1, 0)");
    }
}
