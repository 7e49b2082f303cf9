package org.tensorizer.device.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian words in memories of bytes. */
final class Words {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    static int get(byte[] memory, int at) {
        return (int) INT.get(memory, at);
    }

    static float getFloat(byte[] memory, int at) {
        return Float.intBitsToFloat(get(memory, at));
    }

    static void put(byte[] memory, int at, int word) {
        INT.set(memory, at, word);
    }
}
