package org.tensorizer.isa;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorizer.base.Printable;
import org.tensorizer.model.Relocation;

/**
 * A chunk as text, one line an instruction:
 *
 * <pre>{@code
 * offset  bundle  unit              tiles  number  what it holds
 * 0x0490      73  wideToNarrow      0001     #1    rows(2078: +1*2) words(192: +1*16 | window 1, 16) wait0(RING_READ_A level 1 >= 1 + 1k) ...
 * 0x0040       4  scalar                           operation=MOVI destination=1   <- PARAMETER address, lower half
 * }</pre>
 *
 * <p>Fields that are zero are left out. A walk is its base and its loops, step and rounds, {@code r} for a loop that
 * starts again, {@code ~} for one that neither moves on nor leads back; loops that run once and lead back are left out.
 * Bits that no field covers follow as lines of raw hex. Stateless, thread-safe.
 */
public final class Disassembler {
    private static final int UNIT_COLUMN = 18;
    private static final HexFormat HEX = HexFormat.of();

    private Disassembler() {}

    /** The whole chunk; relocations are shown at the instructions they point into. */
    public static String text(InstructionStream stream, List<Relocation> relocations) {
        Map<Integer, Relocation> byIndex = new HashMap<>();
        for (Relocation relocation : relocations) {
            byIndex.put(stream.indexAtBundle(relocation.bit() / Opcode.BUNDLE_BITS), relocation);
        }
        StringBuilder text = new StringBuilder();
        text.append("; %s: %d instructions, %d bundles%n"
                .formatted(stream.name(), stream.size(), stream.bundle(stream.size())));
        for (int i = 0; i < stream.size(); i++) {
            Instruction instruction = stream.get(i);
            String address = byIndex.containsKey(i) ? address(byIndex.get(i), stream.bundle(i)) : "";
            text.append("0x%05x %6d  %s%s"
                            .formatted(stream.offset(i), stream.bundle(i), line(instruction), address)
                            .stripTrailing())
                    .append('\n')
                    .append(undecoded(instruction));
        }
        return text.toString();
    }

    public static String text(InstructionStream stream) {
        return text(stream, List.of());
    }

    /** One instruction without its place, then lines of raw hex if it has bits that no field covers. */
    public static String text(Instruction instruction) {
        return (instruction + "\n" + undecoded(instruction)).strip();
    }

    private static String line(Instruction instruction) {
        Opcode opcode = instruction.opcode();
        boolean masked = opcode.isTileOp() || opcode == Opcode.POP || opcode == Opcode.SCALAR_FENCE;
        return String.format(
                Locale.ROOT,
                "%-" + UNIT_COLUMN + "s%4s %6s  %s",
                opcode.unit(),
                masked ? HEX.toHexDigits(instruction.tiles(), 4) : "",
                opcode.isTileOp() ? "#" + instruction.get(instruction.sequence()) : "",
                fields(instruction).strip());
    }

    private static String address(Relocation relocation, int bundle) {
        String name = relocation.name().isEmpty() ? "" : " \"" + Printable.name(relocation.name()) + '"';
        int bit = relocation.bit() - bundle * Opcode.BUNDLE_BITS;
        return "  <- %s%s address, %s half%s"
                .formatted(
                        relocation.kind(),
                        name,
                        relocation.half().name().toLowerCase(Locale.ROOT),
                        bit == Scalar.IMMEDIATE.bit() ? "" : ", at bit " + bit);
    }

    /** Everything an instruction holds but place and number: walks, waits, signals, then single fields. */
    static String fields(Instruction instruction) {
        StringBuilder text = new StringBuilder();
        if (instruction.opcode().table().has(Op.LOOP_TAIL)) {
            text.append(loops(instruction));
        }
        for (FieldTable.Group group : instruction.opcode().table().groups()) {
            if (group instanceof Walk walk) {
                if (group.fields().stream().anyMatch(instruction::isSet)) {
                    text.append(' ')
                            .append(walk.name())
                            .append('(')
                            .append(walk.get(instruction))
                            .append(')');
                }
            } else if (group instanceof Waits waits) {
                text.append(waits.text(instruction));
            } else if (group instanceof Signal signal) {
                text.append(signal.text(instruction));
            }
        }
        for (Field field : instruction.opcode().table().single()) {
            long value = instruction.get(field);
            if (value != 0 && !isPlace(field)) {
                text.append(' ').append(field.name()).append('=').append(field.text(value));
            }
        }
        return text.toString();
    }

    private static boolean isPlace(Field field) {
        return field == TileInstruction.TILES
                || field == TileInstruction.SEQUENCE
                || field == TileFence.TILES
                || field == TileFence.SEQUENCE
                || field == Pop.TILES
                || field == ScalarFence.TILES
                || Op.isLoop(field);
    }

    /** Such as {@code loops(8x49x4)}. */
    private static String loops(Instruction instruction) {
        int[] limits = Op.limits(instruction);
        int shown = limits.length;
        while (shown > 1 && limits[shown - 1] == 0) {
            shown--;
        }
        StringBuilder text = new StringBuilder(" loops(");
        for (int j = 0; j < shown; j++) {
            text.append(j == 0 ? "" : "x").append(limits[j] + 1);
        }
        return text.append(')').toString();
    }

    private static String undecoded(Instruction instruction) {
        long[] rest = instruction.undecoded();
        StringBuilder text = new StringBuilder();
        for (int bundle = 0; bundle < instruction.bundles(); bundle++) {
            if ((rest[2 * bundle] | rest[2 * bundle + 1]) != 0) {
                text.append("                ? bits ")
                        .append(bundle * Opcode.BUNDLE_BITS)
                        .append(": ")
                        .append(HEX.toHexDigits(rest[2 * bundle + 1]))
                        .append(' ')
                        .append(HEX.toHexDigits(rest[2 * bundle]))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
