package org.tensorizer.device.emulator;

/** How the chip rounds an output that lies between two integers. Public evidence fits both: they differ on ties only. */
public enum Rounding {
    HALF_TO_EVEN,
    HALF_AWAY_FROM_ZERO;

    float round(float value) {
        return this == HALF_TO_EVEN
                ? (float) Math.rint(value)
                : (float) Math.copySign(Math.floor(Math.abs((double) value) + 0.5), value);
    }
}
