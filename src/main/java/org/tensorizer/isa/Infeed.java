package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

/** 0x25: a stream from the host into the infeed buffer of parameters or of the input, unit by unit. */
public final class Infeed {
    static final String SEMANTICS = "takes units from the host into the buffer of the input or of the parameters";

    static final FieldTable TABLE = new FieldTable(2);

    public static final Field INPUT =
            TABLE.flag("input", 12, "input in units of 8 bytes; else parameters in units of 64", EXECUTED);
    public static final Walk UNITS = Walk.units(TABLE, "units", "units of the buffer", 13, 15);
    public static final Signal SIGNAL = Signal.of(TABLE, "signal", 174, 2, "counts AVDATA_POP or PARAMETER_POP");
    public static final Waits WAITS = Waits.scalar(TABLE, 177, 38, 1);

    private Infeed() {}
}
