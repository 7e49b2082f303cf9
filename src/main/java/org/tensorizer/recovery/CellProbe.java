package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tensorizer.device.Session;

/**
 * The smallest experiment on a layout: one payload byte is changed, one input is deflected, and the outputs that answer
 * differently than before are looked at. A layout says which output that is, or none.
 *
 * @param offset payload byte that is changed
 * @param in input channel that is deflected
 */
public record CellProbe(int offset, int in) {
    /** The answer where no output changed. */
    public static final int NONE = -1;

    /** The answer where more than one output changed: no layout of single weights says so. */
    public static final int SEVERAL = -2;

    private static final int FLIP = 0x40;

    /** A rival that expects what a layout says. */
    public static RivalTournament.Rival<CellProbe, Integer> rival(String name, CellMap layout) {
        Map<CellProbe, Integer> outputs = new HashMap<>();
        for (int out = 0; out < layout.rows(); out++) {
            for (int in = 0; in < layout.columns(); in++) {
                if (layout.at(out, in) != CellMap.UNKNOWN) {
                    outputs.put(new CellProbe(layout.at(out, in), in), out);
                }
            }
        }
        return new RivalTournament.Rival<>(name, probe -> outputs.getOrDefault(probe, NONE));
    }

    /** Candidate probes: random cells of random layouts of the list. */
    public static List<CellProbe> candidates(List<CellMap> layouts, int count, long seed) {
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
     * @return the one output that changed, {@link #NONE} or {@link #SEVERAL}
     * @throws org.tensorizer.device.DeviceFault if the device fails
     */
    public int ask(PayloadTarget target) {
        byte[] payload = target.payload();
        byte[] input = new byte[target.input().channels()];
        Arrays.fill(input, target.input().toByte(0));
        input[in] = target.input().toByte(Stimuli.strongest(target.input()));
        byte[] before = answer(target, payload, input);
        payload[offset] ^= FLIP;
        byte[] after = answer(target, payload, input);
        int changed = NONE;
        for (int out = 0; out < before.length; out++) {
            if (before[out] != after[out]) {
                changed = changed == NONE ? out : SEVERAL;
            }
        }
        return changed;
    }

    private static byte[] answer(PayloadTarget target, byte[] payload, byte[] input) {
        try (Session session = target.open(payload)) {
            return session.run(input);
        }
    }

    @Override
    public String toString() {
        return "byte " + offset + " under input " + in;
    }
}
