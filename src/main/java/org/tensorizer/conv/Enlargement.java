package org.tensorizer.conv;

/**
 * An image of twice the rows and columns; scale and zero point stay.
 *
 * @param outputs channels
 * @param bilinear between the four nearest pixels, else each pixel four times
 * @param inputZeroPoint stored byte of 0
 */
public record Enlargement(int outputs, boolean bilinear, int inputZeroPoint) implements Step {
    @Override
    public Reach reach() {
        return new Doubling();
    }

    @Override
    public String describe() {
        return (bilinear ? "bilinear" : "nearest") + " resize to twice the size";
    }
}
