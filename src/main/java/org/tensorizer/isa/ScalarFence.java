package org.tensorizer.isa;

import static org.tensorizer.isa.Fact.EXECUTED;

import java.util.ArrayList;
import java.util.List;

/** 0x24: the scalar core waits for tiles, for its own engines and for counts, then sets scalar counters. */
public final class ScalarFence {
    static final String SEMANTICS = "waits for tiles, engines and exact counts, then sets scalar counters";

    static final FieldTable TABLE = new FieldTable(2);

    public static final Field TILES = TABLE.mask("tiles", 12, 16, "tiles it waits for; 0 = none", EXECUTED);
    public static final Field COUNTERS =
            TABLE.mask("counters", 32, 9, "bit k: scalar counter k is set to the value", EXECUTED);
    public static final Field VALUE = TABLE.number("value", 41, 16, "what the counters are set to", EXECUTED);
    public static final Field REPORT = TABLE.number(
            "report", 57, 16, "1 where tiles are waited for: perhaps the report of their fences", Fact.CONSTANT);
    public static final Field REPORTERS =
            TABLE.mask("report.tiles", 73, 16, "all ones where tiles are waited for", Fact.CONSTANT);

    /** By counter. */
    public static final List<Field> COUNT;

    /** By counter. */
    public static final List<Field> COUNT_ON;

    static {
        List<Field> counts = new ArrayList<>();
        List<Field> on = new ArrayList<>();
        for (ScalarCounter counter : ScalarCounter.values()) {
            int k = counter.id();
            counts.add(TABLE.number("count" + k, 93 + 16 * k, 16, counter + " must be exactly this", EXECUTED));
            on.add(TABLE.flag("count" + k + ".on", 237 + k, "the count is looked at", EXECUTED));
        }
        COUNT = List.copyOf(counts);
        COUNT_ON = List.copyOf(on);
    }

    public static final Field ENGINES = TABLE.mask(
            "engines",
            246,
            5,
            "engines that must be idle: bit 2 infeed, bit 3 outfeed",
            new Fact(Fact.Confidence.LIKELY, EXECUTED.source()));

    private ScalarFence() {}
}
