package org.tensorizer.harness;

/**
 * One expected and one observed output vector and what is different between them.
 *
 * @param probe what was done to get them, such as {@code identity, input ramp}
 * @param expected predicted value of each output channel
 * @param observed the device's answer, in the same domain
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Outputs(String probe, int[] expected, int[] observed) {
    int differing() {
        int count = Math.abs(expected.length - observed.length);
        for (int out = 0; out < Math.min(expected.length, observed.length); out++) {
            count += expected[out] == observed[out] ? 0 : 1;
        }
        return count;
    }

    int largest() {
        int largest = 0;
        for (int out = 0; out < Math.min(expected.length, observed.length); out++) {
            largest = Math.max(largest, Math.abs(observed[out] - expected[out]));
        }
        return largest;
    }

    /** @throws OutputsDiffer if more than {@code allowed} outputs differ, or one by more than {@code reach} */
    void check(int allowed, int reach) {
        if (expected.length != observed.length) {
            throw new OutputsDiffer(
                    probe + ": " + observed.length + " outputs, expected " + expected.length, expected, observed);
        }
        int differing = differing();
        if (differing > allowed || largest() > reach) {
            throw new OutputsDiffer(describe(differing), expected, observed);
        }
    }

    private String describe(int differing) {
        int first = 0;
        while (expected[first] == observed[first]) {
            first++;
        }
        return probe + ": output " + first + " is " + observed[first] + ", expected " + expected[first] + " ("
                + differing + " of " + expected.length + " outputs differ, largest difference " + largest() + ")";
    }
}
