package org.tensorizer.device.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the wide memory of all tiles holds.
 *
 * @param image which bytes of the payload lie in which row
 * @param payload little-endian, offsets from 0
 */
record WideContents(ParameterImage image, ByteBuffer payload) {
    /** After another stream has run: it overwrites its rows, all others stay. */
    WideContents overwrittenBy(WideContents second) {
        if (second.image.covers(image)) {
            return second;
        }
        ByteBuffer both = ByteBuffer.allocate(payload.limit() + second.payload.limit())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, payload, 0, payload.limit())
                .put(payload.limit(), second.payload, 0, second.payload.limit());
        return new WideContents(image.overwrittenBy(second.image, payload.limit()), both);
    }
}
