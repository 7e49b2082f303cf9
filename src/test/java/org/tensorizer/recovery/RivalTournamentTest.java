package org.tensorizer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.Session;
import org.tensorizer.recovery.RivalTournament.CellProbe;
import org.tensorizer.recovery.RivalTournament.End;
import org.tensorizer.recovery.RivalTournament.Outcome;
import org.tensorizer.recovery.RivalTournament.Rival;

class RivalTournamentTest {
    private static final List<Integer> PROBES = IntStream.range(0, 8).boxed().toList();

    /** Rival n answers bit p of n to probe p. */
    private static List<Rival<Integer, Integer>> bits(int... numbers) {
        List<Rival<Integer, Integer>> rivals = new ArrayList<>();
        for (int n : numbers) {
            rivals.add(new Rival<>("n" + n, probe -> n >>> probe & 1));
        }
        return rivals;
    }

    @Test
    void halvesTheRivalsWithEveryProbe() {
        RivalTournament<Integer, Integer> tournament =
                new RivalTournament<>(bits(IntStream.range(0, 256).toArray()), PROBES);
        Outcome<Integer, Integer> outcome = tournament.run(probe -> 173 >>> probe & 1);
        assertThat(outcome.end()).isEqualTo(End.DECIDED);
        assertThat(outcome.survivors()).containsExactly("n173");
        assertThat(outcome.probes()).isEqualTo(8);
        assertThat(outcome.steps())
                .extracting(RivalTournament.Step::alive)
                .containsExactly(128, 64, 32, 16, 8, 4, 2, 1);
        assertThat(outcome).hasToString("n173 is the only one left after 8 probes");
    }

    @Test
    void asksTheProbeThatSeparatesMost() {
        Outcome<Integer, Integer> outcome = new RivalTournament<>(bits(0b1000, 0b1001, 0b0000, 0b0001), PROBES, 0)
                .run(probe -> 0b1001 >>> probe & 1);
        assertThat(outcome.steps()).extracting(RivalTournament.Step::probe).containsExactly(0, 3);
        assertThat(outcome.steps().get(0).refuted()).containsExactly("n8", "n0");
    }

    @Test
    void saysPlainlyWhatCannotBeSeparated() {
        Outcome<Integer, Integer> outcome = new RivalTournament<>(bits(0x100, 0x200, 0x01), PROBES, 0).run(probe -> 0);
        assertThat(outcome.end()).isEqualTo(End.INSEPARABLE);
        assertThat(outcome).hasToString("n256, n512 cannot be separated by this data after 1 probe");
    }

    @Test
    void noRivalNeedBeRight() {
        Outcome<Integer, Integer> outcome = new RivalTournament<>(bits(1, 2, 3), PROBES).run(probe -> 7);
        assertThat(outcome.end()).isEqualTo(End.ALL_REFUTED);
        assertThat(outcome).hasToString("all are refuted after 1 probe");
    }

    @Test
    void aSingleRivalCanFail() {
        RivalTournament<Integer, Integer> alone = new RivalTournament<>(bits(4), PROBES);
        assertThat(alone.run(probe -> 4 >>> probe & 1).end()).isEqualTo(End.DECIDED);
        assertThat(alone.run(probe -> 1).end()).isEqualTo(End.ALL_REFUTED);
    }

    @Test
    void refusesNamesakesAndNobody() {
        assertThatThrownBy(() -> new RivalTournament<>(bits(1, 1), PROBES)).hasMessageContaining("n1");
        assertThatThrownBy(() -> new RivalTournament<>(bits(), PROBES)).hasMessageContaining("without rivals");
    }

    @Test
    void aWinnerByChanceIsFoundOut() {
        Outcome<Integer, Integer> outcome =
                new RivalTournament<>(bits(0b0111, 0b0000), PROBES).run(probe -> 0b1111 >>> probe & 1);
        assertThat(outcome.steps().get(0).alive()).isEqualTo(1);
        assertThat(outcome.end()).isEqualTo(End.ALL_REFUTED);
        assertThat(outcome.steps()).extracting(RivalTournament.Step::probe).containsExactly(0, 1, 2, 3);
    }

    @Test
    void layoutsAreRefutedByFewSingleCells() {
        Map<String, FakeChip> chips = new LinkedHashMap<>();
        for (int tile : new int[] {8, 16, 32, 64}) {
            for (int lane : new int[] {1, 2, 4, 8}) {
                chips.put(
                        tile + " outputs, lanes of " + lane,
                        FakeChip.tiled(128, 128, tile, lane, 0).identity());
            }
        }
        chips.put(
                "swapped axes",
                new FakeChip(128, 128, 16384, (o, i) -> i / 64 * 8192 + o / 4 * 256 + i % 64 * 4 + o % 4).identity());
        List<CellMap> maps = new ArrayList<>();
        List<Rival<CellProbe, Integer>> rivals = new ArrayList<>();
        chips.forEach((name, chip) -> {
            int[] offsets = new int[128 * 128];
            for (int cell = 0; cell < offsets.length; cell++) {
                offsets[cell] = chip.weights.of(cell / 128, cell % 128);
            }
            maps.add(new CellMap(128, 128, offsets));
            rivals.add(rival(name, maps.get(maps.size() - 1)));
        });
        RivalTournament<CellProbe, Integer> tournament = new RivalTournament<>(rivals, candidates(maps, 200, 1));
        chips.forEach((name, chip) -> {
            Outcome<CellProbe, Integer> outcome = tournament.run(probe -> ask(probe, chip));
            assertThat(outcome.survivors()).containsExactly(name);
            assertThat(outcome.probes()).isLessThan(12);
        });
        FakeChip other = FakeChip.tiled(128, 128, 128, 16, 0).identity();
        assertThat(tournament.run(probe -> ask(probe, other)).end()).isEqualTo(End.ALL_REFUTED);
    }

    private static final int FLIP = 0x40;

    /** A rival that expects what a layout says. */
    private static RivalTournament.Rival<CellProbe, Integer> rival(String name, CellMap layout) {
        Map<CellProbe, Integer> outputs = new HashMap<>();
        for (int out = 0; out < layout.rows(); out++) {
            for (int in = 0; in < layout.columns(); in++) {
                if (layout.at(out, in) != CellMap.UNKNOWN) {
                    outputs.put(new CellProbe(layout.at(out, in), in), out);
                }
            }
        }
        return new RivalTournament.Rival<>(name, probe -> outputs.getOrDefault(probe, CellProbe.NONE));
    }

    /** Candidate probes: random cells of random layouts of the list. */
    private static List<CellProbe> candidates(List<CellMap> layouts, int count, long seed) {
        Random random = new Random(seed);
        List<CellProbe> probes = new ArrayList<>();
        while (probes.size() < count) {
            CellMap layout = layouts.get(random.nextInt(layouts.size()));
            int in = random.nextInt(layout.columns());
            int offset = layout.at(random.nextInt(layout.rows()), in);
            if (offset != CellMap.UNKNOWN) {
                probes.add(new CellProbe(offset, in));
            }
        }
        return probes;
    }

    /**
     * Runs the probe: two inferences, on the payload as it came and on the changed one.
     *
     * @return the one output that changed, {@link CellProbe#NONE} or {@link CellProbe#SEVERAL}
     * @throws org.tensorizer.device.DeviceFault if the device fails
     */
    private static int ask(CellProbe probe, PayloadTarget target) {
        byte[] payload = target.payload();
        byte[] input = new byte[target.input().channels()];
        Arrays.fill(input, target.input().toByte(0));
        input[probe.in()] = target.input().toByte(target.input().strongest());
        byte[] before = answer(target, payload, input);
        payload[probe.offset()] ^= FLIP;
        byte[] after = answer(target, payload, input);
        int changed = CellProbe.NONE;
        for (int out = 0; out < before.length; out++) {
            if (before[out] != after[out]) {
                changed = changed == CellProbe.NONE ? out : CellProbe.SEVERAL;
            }
        }
        return changed;
    }

    private static byte[] answer(PayloadTarget target, byte[] payload, byte[] input) {
        try (Session session = target.open(payload)) {
            return session.run(input);
        }
    }
}
