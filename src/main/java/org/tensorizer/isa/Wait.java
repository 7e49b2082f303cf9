package org.tensorizer.isa;

/**
 * A wait: before block k of {@code level} (nests of that many inner loops) of the walk it guards, until the counter has
 * reached {@code value + k * step}, compared modulo 65536.
 *
 * @param counter number of a {@link TileCounter}, or of a {@link ScalarCounter} in infeed, pop and outfeed
 * @param level inner loops of a block; 0 = every single element
 * @param value -32768 to 32767; cumulative since the counter was last set
 * @param step 0 to 65535 or its two's complement
 * @param room guards the writing side (room to write) and not the reading side (data to read)
 */
public record Wait(int counter, int level, int value, int step, boolean room) {
    /** Data of a tile. */
    public static Wait data(TileCounter counter, int level, int value, int step) {
        return new Wait(counter.id(), level, value, step, false);
    }

    /** Room in a tile. */
    public static Wait room(TileCounter counter, int level, int value, int step) {
        return new Wait(counter.id(), level, value, step, true);
    }

    /** Something of the scalar side. */
    public static Wait scalar(ScalarCounter counter, int level, int value, int step) {
        return new Wait(counter.id(), level, value, step, false);
    }

    /** Value the counter must have reached before block k, not reduced. */
    public long before(long block) {
        return value + block * step;
    }
}
