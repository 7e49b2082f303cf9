package org.tensorizer.dense;

/**
 * The stream from the host as INFEED and POP count it: passes over a window of units, the last pass shorter. Parameters
 * come in units of 64 bytes, the input in units of 8.
 */
enum Units {
    PARAMETERS(64, 1024, Variant.INFEED_PARAMETERS, Variant.POP_PARAMETERS),
    INPUT(8, 16384, Variant.INFEED_INPUT, Variant.POP_INPUT);

    /** Bytes that the infeed buffer holds (likely). */
    private static final int BUFFER = 131072;

    private static final int WAIT_MODULUS = 65536;

    private final int bytes;
    private final int window;
    private final Variant infeed;
    private final Variant pop;

    Units(int bytes, int window, Variant infeed, Variant pop) {
        this.bytes = bytes;
        this.window = window;
        this.infeed = infeed;
        this.pop = pop;
    }

    /** Units that hold that many bytes. */
    int of(int byteCount) {
        return DenseShape.ceilDiv(byteCount, bytes);
    }

    /** Takes {@code units} from the host. Parameters may fill the buffer ahead of the pops, the input waits for none. */
    Instruction infeed(int units) {
        int credit = this == PARAMETERS ? Math.min(units, capacity()) - 1 : 0;
        return count(Instruction.of(infeed), units).set("wait", -credit);
    }

    /** Gives {@code units} from unit number {@code first} of the stream on to the tiles of a mask. */
    Instruction pop(int first, int units, int tiles, int rowBytes) {
        return count(Instruction.of(pop), units)
                .set("units.base", first % capacity() & 0x7ff)
                .set("wait", (first + 1) % WAIT_MODULUS)
                .set("row.width", rowBytes / 64 - 1)
                .set("tiles", tiles);
    }

    private int capacity() {
        return BUFFER / bytes;
    }

    private Instruction count(Instruction instruction, int units) {
        int passes = DenseShape.ceilDiv(units, window);
        int last = units - window * (passes - 1);
        Loops.of(instruction, "units").move(1, window).repeat(passes).done();
        instruction
                .set("units.narrow", this == INPUT ? 1 : 0)
                .set("units.window.on", 1)
                .set("units.window.length", window)
                .set("wait.step", 1);
        if (last < window) {
            instruction.set("units.tail", last - 1).set("units.tail.on", 1).set("units.tail.rewind", window - last);
        }
        return instruction;
    }
}
