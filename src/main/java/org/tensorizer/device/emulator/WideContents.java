package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the wide memory of all tiles holds: the parameters that were sent, newest first. Each overwrites its rows, all
 * others stay; what is overwritten altogether is forgotten. Immutable.
 *
 * @param sent newest first
 */
record WideContents(List<Parameters> sent) {
    /**
     * Parameters of one program.
     *
     * @param image which bytes of the payload lie in which row
     * @param bytes the parameter stream; not copied, must not change
     */
    record Parameters(ParameterImage image, byte[] bytes) {}

    /** A chip that was just switched on. */
    static final WideContents NOTHING = new WideContents(List.of());

    /** After another PARAMETER_CACHING stream has run. */
    WideContents overwrittenBy(Parameters next) {
        List<Parameters> left = new ArrayList<>(List.of(next));
        sent.stream().filter(old -> !next.image().covers(old.image())).forEach(left::add);
        return new WideContents(List.copyOf(left));
    }

    /** All of it as if it had been sent at once: one payload behind the other. */
    Parameters merged() {
        Parameters merged = sent.get(sent.size() - 1);
        for (int i = sent.size() - 2; i >= 0; i--) {
            byte[] first = merged.bytes();
            byte[] second = sent.get(i).bytes();
            byte[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            merged = new Parameters(merged.image().overwrittenBy(sent.get(i).image(), first.length), both);
        }
        return merged;
    }
}
