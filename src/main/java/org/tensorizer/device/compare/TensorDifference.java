package org.tensorizer.device.compare;

import org.tensorizer.device.Elements;

/**
 * How two answers differ in one tensor.
 *
 * @param values compared elements
 * @param differing elements that differ
 * @param beyondOne elements that differ by more than one step
 * @param largest largest distance, in steps of the element type
 * @param first index of the first element that differs, -1 if none does
 */
record TensorDifference(long values, long differing, long beyondOne, double largest, int first) {
    static TensorDifference of(String type, byte[] a, byte[] b) {
        Elements left = Elements.of(type, a);
        Elements right = Elements.of(type, b);
        long differing = 0;
        long beyondOne = 0;
        double largest = 0;
        int first = -1;
        for (int i = 0; i < left.size(); i++) {
            double distance = left.distance(right, i);
            if (distance != 0) {
                first = first < 0 ? i : first;
                differing++;
                beyondOne += distance > 1 ? 1 : 0;
                largest = Math.max(largest, distance);
            }
        }
        return new TensorDifference(left.size(), differing, beyondOne, largest, first);
    }
}
