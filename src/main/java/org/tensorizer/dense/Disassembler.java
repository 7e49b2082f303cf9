package org.tensorizer.dense;

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
 * offset  bundle  instruction  tiles  number  fields
 * 0x0490      73  wide          0001     #1    rows=2078 words=192 (+1 x16) words.window.on=1 ...
 * 0x0040       4  scalar                       operation=MOVI destination=1   <- PARAMETER address, lower half
 * }</pre>
 *
 * <p>Fields that are zero are left out. A walk is its base and its loops, stride and count, {@code ~} in front of a loop
 * that repeats instead of moving on; loops that run once and lead back are left out. Fields of unknown meaning stand
 * last, as {@code ?} and their lowest bit. Bits that no field covers follow as lines of raw hex, one for each bundle that
 * has any. Stateless, thread-safe.
 */
public final class Disassembler {
    private static final int INSTRUCTION_COLUMN = 12;
    private static final HexFormat HEX = HexFormat.of();

    private final InstructionStream stream;
    private final Map<Integer, Relocation> relocations = new HashMap<>();
    private final StringBuilder text = new StringBuilder();

    private Disassembler(InstructionStream stream, List<Relocation> relocations) {
        this.stream = stream;
        for (Relocation relocation : relocations) {
            this.relocations.put(stream.indexAtBundle(relocation.bit() / Opcode.BUNDLE_BITS), relocation);
        }
    }

    /** The whole chunk; relocations are shown at the instructions they point into. */
    public static String text(InstructionStream stream, List<Relocation> relocations) {
        return new Disassembler(stream, relocations).all();
    }

    public static String text(InstructionStream stream) {
        return text(stream, List.of());
    }

    /** One instruction without its place: its fields, then lines of raw hex if it has bits that no field covers. */
    public static String text(Instruction instruction) {
        Disassembler one = new Disassembler(InstructionStream.of("", List.of(instruction)), List.of());
        one.fields(instruction);
        one.unlisted(instruction);
        return one.text.toString().strip();
    }

    private String all() {
        text.append("; ")
                .append(stream.name())
                .append(": ")
                .append(stream.size())
                .append(" instructions, ");
        text.append(stream.bundle(stream.size())).append(" bundles\n");
        for (int i = 0; i < stream.size(); i++) {
            line(i);
        }
        return text.toString();
    }

    private void line(int index) {
        Instruction instruction = stream.get(index);
        text.append("0x");
        hex(stream.offset(index), 5);
        padded(Integer.toString(stream.bundle(index)), 7);
        text.append("  ");
        int start = text.length();
        text.append(instruction.opcode().name().toLowerCase(Locale.ROOT));
        fill(start + INSTRUCTION_COLUMN);
        place(instruction);
        fields(instruction);
        Relocation relocation = relocations.get(index);
        if (relocation != null) {
            address(relocation, stream.bundle(index));
        }
        while (text.charAt(text.length() - 1) == ' ') {
            text.setLength(text.length() - 1);
        }
        text.append('\n');
        unlisted(instruction);
    }

    private void place(Instruction instruction) {
        int start = text.length();
        if (InstructionSet.findField(instruction.opcode(), "tiles").isPresent()) {
            hex(instruction.tiles(), 4);
        }
        fill(start + 4);
        if (instruction.opcode().isTileOp()) {
            padded("#" + instruction.get("sequence"), 7);
        }
        fill(start + 12);
    }

    private void address(Relocation relocation, int bundle) {
        text.append("  <- ").append(relocation.kind());
        if (!relocation.name().isEmpty()) {
            text.append(" \"").append(Printable.name(relocation.name())).append('"');
        }
        text.append(" address, ")
                .append(relocation.half().name().toLowerCase(Locale.ROOT))
                .append(" half");
        int bit = relocation.bit() - bundle * Opcode.BUNDLE_BITS;
        if (bit != InstructionSet.field(Opcode.SCALAR, "immediate").bit()) {
            text.append(", at bit ").append(bit);
        }
    }

    private void fields(Instruction instruction) {
        for (OpcodeTable.Item item : InstructionSet.table(instruction.opcode()).printed()) {
            if (item.walk() != null) {
                walk(instruction, item.walk());
            } else {
                long value = instruction.get(item.field());
                if (value != 0) {
                    name(item.field());
                    text.append('=')
                            .append(FieldText.value(item.field(), value))
                            .append(' ');
                }
            }
        }
    }

    private void name(Field field) {
        if (field.reserved()) {
            text.append('?').append(field.bit());
        } else {
            text.append(field.name());
        }
    }

    private void walk(Instruction instruction, Walk walk) {
        text.append(walk.name());
        if (walk.base().isPresent()) {
            text.append('=').append(instruction.get(walk.base().get()));
        }
        long active = walk.active().map(instruction::get).orElse((1L << walk.loops()) - 1);
        int shown = shownLoops(instruction, walk, active);
        for (int j = 0; j < shown; j++) {
            long stride = instruction.get(walk.strides().get(j));
            text.append((active >> j & 1) == 0 ? " (~" : " (")
                    .append(stride < 0 ? "" : "+")
                    .append(stride);
            text.append(" x").append(instruction.get(walk.limits().get(j)) + 1).append(')');
        }
        text.append(' ');
    }

    /** Loops up to the last that says anything: outer ones run once and, where it is known, lead back. */
    private static int shownLoops(Instruction instruction, Walk walk, long active) {
        int shown = 0;
        long end = 0;
        for (int j = 0; j < walk.loops(); j++) {
            long stride = instruction.get(walk.strides().get(j));
            long limit = instruction.get(walk.limits().get(j));
            boolean movesOn = walk.active().isPresent() && (active >> j & 1) != 0;
            if (movesOn || limit != 0 || stride != -end && !(j == 0 && stride == 1)) {
                shown = j + 1;
            }
            end = end * (limit + 1) + stride * limit;
        }
        return shown;
    }

    private void unlisted(Instruction instruction) {
        long[] rest = instruction.unlisted();
        for (int bundle = 0; bundle < instruction.bundles(); bundle++) {
            long low = rest[2 * bundle];
            long high = rest[2 * bundle + 1];
            if ((low | high) != 0) {
                text.append("                     ? bits ").append(bundle * Opcode.BUNDLE_BITS);
                text.append(": ")
                        .append(HEX.toHexDigits(high))
                        .append(' ')
                        .append(HEX.toHexDigits(low))
                        .append('\n');
            }
        }
    }

    private void hex(int value, int digits) {
        text.append(HEX.toHexDigits(value, digits));
    }

    private void padded(String word, int width) {
        text.append(" ".repeat(Math.max(0, width - word.length()))).append(word);
    }

    private void fill(int column) {
        text.append(" ".repeat(Math.max(1, column - text.length())));
    }
}
